/* SIM of Kinetis L, V and K32 L parts: clock gates, dividers, sources. Offsets from its first register, SOPT1, as in
 * K32L2B31A.h and MKV11Z7.h of NXP's SDK. */
#ifndef DRIVERS_SIM_H
#define DRIVERS_SIM_H

#include <stdint.h>

#include "common/mmio.h"

#define SIM_SOPT1 0x0000u
#define SIM_SOPT1_OSC32KSEL_SHIFT 18
#define SIM_SOPT1_OSC32KSEL_MASK (3u << 18)
#define SIM_SOPT2 0x1004u
#define SIM_SOPT2_LPUART0SRC_SHIFT 26
#define SIM_SOPT2_LPUART0SRC_MASK (3u << 26)
#define SIM_SOPT5 0x1010u
#define SIM_SCGC4 0x1034u
#define SIM_SCGC5 0x1038u
#define SIM_CLKDIV1 0x1044u
#define SIM_CLKDIV1_OUTDIV1_SHIFT 28
#define SIM_CLKDIV1_OUTDIV4_SHIFT 16

/* gates: address of a SCGC register.  bit: of the block. */
static inline void sim_clock_on(uintptr_t gates, uint32_t bit) { MMIO32(gates) = MMIO32(gates) | (1u << bit); }

/* Core clock divided by `core`, bus and flash clock by `bus` more: 1..16 and 1..8. */
static inline void sim_divide(uintptr_t base, uint32_t core, uint32_t bus) {
    MMIO32(base + SIM_CLKDIV1) = ((core - 1u) << SIM_CLKDIV1_OUTDIV1_SHIFT) | ((bus - 1u) << SIM_CLKDIV1_OUTDIV4_SHIFT);
}

#endif
