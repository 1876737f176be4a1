/* The 16-bit watchdogs WDOG1 and WDOG2 of i.MX RT. Names as in MIMXRT1062.h of NXP's SDK. */
#ifndef DRIVERS_WDOG16_H
#define DRIVERS_WDOG16_H

#include <stdint.h>

#define WDOG16_WCR 0x0u
#define WDOG16_WCR_WDE (1u << 2)
#define WDOG16_WMCR 0x8u
#define WDOG16_WMCR_PDE (1u << 0)

/* Stop the power-down counter, and the watchdog if it runs. */
void wdog16_disable(uintptr_t base);

#endif
