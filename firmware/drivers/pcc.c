#include "pcc.h"

#include "common/mmio.h"

enum status pcc_set_source(uintptr_t slot, uint32_t source) {
    const uint32_t value = MMIO32(slot);
    if ((value & PCC_PR) == 0u) {
        return STATUS_NOT_PRESENT;
    }
    MMIO32(slot) = (value & ~PCC_PCS_MASK) | (source << PCC_PCS_SHIFT);
    return STATUS_OK;
}

enum status pcc_enable(uintptr_t slot) {
    const uint32_t value = MMIO32(slot);
    if ((value & PCC_PR) == 0u) {
        return STATUS_NOT_PRESENT;
    }
    MMIO32(slot) = value | PCC_CGC;
    return STATUS_OK;
}
