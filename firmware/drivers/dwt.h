/* DWT cycle counter of the Cortex-M7 (Armv7-M ARM, DDI 0403, C1.8). */
#ifndef DRIVERS_DWT_H
#define DRIVERS_DWT_H

#include <stdint.h>

#include "common/status.h"

#define DWT_CTRL 0xE0001000u
#define DWT_CTRL_CYCCNTENA (1u << 0)
#define DWT_CTRL_NOCYCCNT (1u << 25)
#define DWT_CYCCNT 0xE0001004u

/* STATUS_NOT_PRESENT: this core was built without the counter. */
enum status dwt_start(void);

/* Core clocks, modulo 2^32 (7 s at 600 MHz). */
uint32_t dwt_cycles(void);

#endif
