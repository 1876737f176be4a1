#ifndef SOC_LPC845_CLOCK_H
#define SOC_LPC845_CLOCK_H

#include "common/status.h"

#define CLOCK_CORE_HZ 30000000u
/* Main clock; USARTs run from it. */
#define CLOCK_MAIN_HZ 30000000u

/* Main clock and core 30 MHz from the internal oscillator; the same steps and waits as BOARD_BootClockFRO30M of NXP's
 * LPC845 breakout board files, and two clocks per read of the flash. */
enum status clock_boot_fro30m(void);

#endif
