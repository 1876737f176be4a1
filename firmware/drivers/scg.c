#include "scg.h"

#include "common/mmio.h"

enum status scg_start_source(uintptr_t base, const struct scg_source *source) {
    const uintptr_t registers = base + source->offset;
    const uint32_t busy = SCG_SOURCE_CSR_LK | SCG_SOURCE_CSR_SEL;
    if ((MMIO32(registers + SCG_SOURCE_CSR) & busy) == 0u) {
        MMIO32(registers + SCG_SOURCE_CSR) = source->stopped;
        MMIO32(registers + SCG_SOURCE_DIV) = source->divider;
        MMIO32(registers + SCG_SOURCE_CFG) = source->config;
        MMIO32(registers + SCG_SOURCE_CSR) = MMIO32(registers + SCG_SOURCE_CSR) | source->enable;
    }
    return mmio_wait(registers + SCG_SOURCE_CSR, SCG_SOURCE_CSR_VLD, SCG_SOURCE_CSR_VLD);
}

enum status scg_select(uintptr_t base, enum scg_system_source source, uint32_t divide_core, uint32_t divide_slow) {
    MMIO32(base + SCG_RCCR) = ((uint32_t)source << SCG_RCCR_SCS_SHIFT) |
                              ((divide_core - 1u) << SCG_RCCR_DIVCORE_SHIFT) |
                              ((divide_slow - 1u) << SCG_RCCR_DIVSLOW_SHIFT);
    return mmio_wait(base + SCG_CSR, SCG_RCCR_SCS_MASK, (uint32_t)source << SCG_RCCR_SCS_SHIFT);
}
