/* WWDT, the watchdog of LPC parts; off after a reset. Names as in LPC845.h of NXP's SDK. */
#ifndef DRIVERS_LPC_WWDT_H
#define DRIVERS_LPC_WWDT_H

#include <stdint.h>

#define WWDT_MOD 0x00u
#define WWDT_MOD_WDEN (1u << 0)
#define WWDT_MOD_WDRESET (1u << 1)
#define WWDT_TC 0x04u
#define WWDT_FEED 0x08u

/* Its oscillator, clock gate and power come before. ticks: 256 to 2^24 - 1 of a quarter of the oscillator's clock.
 * Once started it cannot be stopped. Call with interrupts masked, as lpc_wwdt_refresh: nothing may come between the two
 * words of a refresh. */
void lpc_wwdt_enable(uintptr_t base, uint32_t ticks);
void lpc_wwdt_refresh(uintptr_t base);

#endif
