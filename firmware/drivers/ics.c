#include "ics.h"

#include "common/mmio.h"
#include "osc.h"

enum status ics_start_crystal(uintptr_t osc, uint32_t control) {
    MMIO8(osc + OSC_CR) = (uint8_t)control;
    return mmio_wait8(osc + OSC_CR, OSC_CR_OSCINIT, OSC_CR_OSCINIT);
}

enum status ics_run_from_crystal(uintptr_t ics, uint32_t rdiv, uint32_t bdiv) {
    MMIO8(ics + ICS_C1) = (uint8_t)(rdiv << ICS_C1_RDIV_SHIFT);
    MMIO8(ics + ICS_C2) = (uint8_t)(bdiv << ICS_C2_BDIV_SHIFT);
    enum status status = mmio_wait8(ics + ICS_S, ICS_S_IREFST, 0);
    if (status == STATUS_OK) {
        status = mmio_wait8(ics + ICS_S, ICS_S_CLKST_MASK, 0);
    }
    if (status == STATUS_OK) {
        status = mmio_wait8(ics + ICS_S, ICS_S_LOCK, ICS_S_LOCK);
    }
    if (status == STATUS_OK) {
        MMIO8(ics + ICS_S) = ICS_S_LOLS;
        MMIO8(ics + ICS_C1) = (uint8_t)(MMIO8(ics + ICS_C1) | ICS_C1_IRCLKEN);
    }
    return status;
}
