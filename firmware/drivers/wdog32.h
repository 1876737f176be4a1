/* The 32-bit watchdog: WDOG of Kinetis KE1x, RTWDOG of i.MX RT. Names as in MKE16Z4.h of NXP's SDK.
 *
 * CS, TOVAL and WIN may be written once, within 128 bus clocks after the unlock word, so nothing may come between:
 * call these with interrupts masked. Both calls leave UPDATE set, so that a later one works. */
#ifndef DRIVERS_WDOG32_H
#define DRIVERS_WDOG32_H

#include <stdint.h>

#define WDOG32_CS 0x0u
#define WDOG32_CS_UPDATE (1u << 5)
#define WDOG32_CS_EN (1u << 7)
#define WDOG32_CS_CMD32EN (1u << 13)
#define WDOG32_CNT 0x4u
#define WDOG32_TOVAL 0x8u
#define WDOG32_UNLOCK 0xD928C520u
#define WDOG32_REFRESH 0xB480A602u

/* Switch off; the time-out is set to its longest first, as the vendor's SystemInit does. */
void wdog32_disable(uintptr_t base);

/* Run from the low-power oscillator that is the reset choice. cycles: 1..0xFFFF of it. */
void wdog32_enable(uintptr_t base, uint32_t cycles);

void wdog32_refresh(uintptr_t base);

#endif
