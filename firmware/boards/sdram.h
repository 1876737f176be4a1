/* External memory of a board that has some. Apps that use it name BOARD_SDRAM_SOURCES in their app.cmake. */
#ifndef BOARDS_SDRAM_H
#define BOARDS_SDRAM_H

#include "common/status.h"

/* For variables that lie there. Nothing is in them at start-up. */
#define BOARD_SDRAM __attribute__((section(".sdram"), aligned(32)))

/* Until this has been called and gave STATUS_OK nobody may touch the memory. */
enum status board_sdram_start(void);

#endif
