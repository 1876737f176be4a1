/* The watchdog of Kinetis K and V parts: 16-bit registers, an unlock register of their own. Names as in MKV11Z7.h of
 * NXP's SDK.
 *
 * The second unlock word must follow the first within 20 bus clocks, and all changes within 256 after it, so nothing
 * may come between: call these with interrupts masked. */
#ifndef DRIVERS_WDOG_UNLOCK16_H
#define DRIVERS_WDOG_UNLOCK16_H

#include <stdint.h>

#define WDOG_STCTRLH 0x00u
#define WDOG_STCTRLH_WDOGEN (1u << 0)
#define WDOG_STCTRLH_CLKSRC (1u << 1) /* 0: 1 kHz oscillator */
#define WDOG_STCTRLH_RESET 0x01D3u
#define WDOG_TOVALH 0x04u
#define WDOG_TOVALL 0x06u
#define WDOG_REFRESH 0x0Cu
#define WDOG_REFRESH_1 0xA602u
#define WDOG_REFRESH_2 0xB480u
#define WDOG_UNLOCK 0x0Eu
#define WDOG_UNLOCK_1 0xC520u
#define WDOG_UNLOCK_2 0xD928u
#define WDOG_PRESC 0x16u

void wdog_disable(uintptr_t base);

/* Run from the 1 kHz oscillator. milliseconds: 4 and up. */
void wdog_enable(uintptr_t base, uint32_t milliseconds);

void wdog_refresh(uintptr_t base);

#endif
