/* COP, the watchdog inside the SIM of Kinetis L and K32 L parts. Names as in K32L2B31A.h of NXP's SDK.
 *
 * COPC takes one write after a reset: nothing can be changed later. */
#ifndef DRIVERS_COP_H
#define DRIVERS_COP_H

#include "common/mmio.h"

#define COP_COPC 0x0u
#define COP_COPC_COPT_2_10 (3u << 2) /* 1024 cycles of the 1 kHz oscillator */
#define COP_SRVCOP 0x4u

static inline void cop_disable(uintptr_t base) { MMIO32(base + COP_COPC) = 0; }

/* 1024 ms, the longest that the 1 kHz oscillator gives. */
static inline void cop_enable(uintptr_t base) { MMIO32(base + COP_COPC) = COP_COPC_COPT_2_10; }

static inline void cop_refresh(uintptr_t base) {
    MMIO32(base + COP_SRVCOP) = 0x55u;
    MMIO32(base + COP_SRVCOP) = 0xAAu;
}

#endif
