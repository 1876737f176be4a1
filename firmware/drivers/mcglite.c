#include "mcglite.h"

#include "common/mmio.h"

enum status mcglite_run_from_hirc(uintptr_t base) {
    MMIO8(base + MCGLITE_SC) = 0;
    MMIO8(base + MCGLITE_MC) = MCGLITE_MC_HIRCEN;
    MMIO8(base + MCGLITE_C2) = (uint8_t)(MMIO8(base + MCGLITE_C2) | MCGLITE_C2_IRCS);
    MMIO8(base + MCGLITE_C1) = MCGLITE_C1_IRCLKEN;
    return mmio_wait8(base + MCGLITE_S, MCGLITE_S_CLKST_MASK, 0);
}
