/* The 8-bit watchdog of Kinetis KE0x parts. Names as in MKE02Z4.h of NXP's SDK.
 *
 * Registers may be written once, within 128 bus clocks after the unlock words, so nothing may come between: call these
 * with interrupts masked. Both set-up calls leave UPDATE set, so that a later one works. */
#ifndef DRIVERS_WDOG8_H
#define DRIVERS_WDOG8_H

#include <stdint.h>

#define WDOG8_CS1 0x0u
#define WDOG8_CS1_UPDATE (1u << 5)
#define WDOG8_CS1_EN (1u << 7)
#define WDOG8_CS2 0x1u
#define WDOG8_CNT 0x2u   /* two registers, the high byte first */
#define WDOG8_TOVAL 0x4u /* the same */

/* Half-words as the core stores them: low byte first, hence swapped. */
#define WDOG8_UNLOCK_1 0x20C5u
#define WDOG8_UNLOCK_2 0x28D9u
#define WDOG8_REFRESH_1 0x02A6u
#define WDOG8_REFRESH_2 0x80B4u

/* Switch off; the time-out is set to its longest first, as the vendor's SystemInit does. */
void wdog8_disable(uintptr_t base);

/* Run from the 1 kHz oscillator that is the reset choice. milliseconds: 1..0xFFFF. */
void wdog8_enable(uintptr_t base, uint32_t milliseconds);

void wdog8_refresh(uintptr_t base);

#endif
