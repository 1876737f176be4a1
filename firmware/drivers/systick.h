/* SysTick: the millisecond clock, and on cores without a cycle counter the stopwatch too.
 * Registers: Armv6-M ARM (DDI 0419) B3.3, Armv7-M ARM (DDI 0403) B3.3. */
#ifndef DRIVERS_SYSTICK_H
#define DRIVERS_SYSTICK_H

#include <stdint.h>

#include "common/status.h"

#define SYST_CSR 0xE000E010u
#define SYST_CSR_ENABLE (1u << 0)
#define SYST_CSR_TICKINT (1u << 1)
#define SYST_CSR_CLKSOURCE (1u << 2)
#define SYST_RVR 0xE000E014u
#define SYST_RVR_MAX 0x00FFFFFFu
#define SYST_CVR 0xE000E018u

/* Interrupt every millisecond from the core clock. core_hz: 2000 to 16.7 GHz / 1000; STATUS_UNREACHABLE where
 * core_hz / 1000 does not fit the 24-bit reload value or leaves less than two clocks. */
enum status systick_start(uint32_t core_hz);
void systick_stop(void);

/* A program that has a SysTick_Handler of its own calls this in it. */
void systick_count(void);

/* Milliseconds since systick_start; wraps after 49 days, so compare differences. */
uint32_t systick_ms(void);

/* Core clocks since systick_start, modulo 2^32 (89 s at 48 MHz). Call with interrupts enabled. */
uint32_t systick_cycles(void);

#endif
