#include "mcg.h"

#include "common/mmio.h"
#include "osc.h"

/* The FLL has no lock flag; NXP's code runs this many turns for the 1 ms that it may take (t_fll_acquire). */
#define FLL_SETTLING_TURNS 30000u

static enum status start_crystal(uintptr_t mcg, uintptr_t osc, const struct mcg_fee *fee) {
    MMIO8(osc + OSC_CR) = 0;
    MMIO8(osc + OSC_CR) = OSC_CR_ERCLKEN;
    MMIO8(mcg + MCG_C2) = (uint8_t)((fee->range << MCG_C2_RANGE_SHIFT) | MCG_C2_EREFS);
    return mmio_wait8(mcg + MCG_S, MCG_S_OSCINIT0, MCG_S_OSCINIT0);
}

/* Erratum e7993 of these parts: the FLL may start at a wrong frequency when its reference changes, unless its range
 * differs meanwhile. */
static enum status change_reference(uintptr_t mcg, const struct mcg_fee *fee) {
    const uint8_t before = MMIO8(mcg + MCG_C4);
    const uint32_t internal = MMIO8(mcg + MCG_S) & MCG_S_IREFST;
    if (internal != 0u) {
        MMIO8(mcg + MCG_C4) = (uint8_t)(before ^ (1u << MCG_C4_DRST_DRS_SHIFT));
    }
    MMIO8(mcg + MCG_C1) = (uint8_t)(fee->frdiv << MCG_C1_FRDIV_SHIFT);
    enum status status = mmio_wait8(mcg + MCG_S, MCG_S_OSCINIT0, MCG_S_OSCINIT0);
    if (status == STATUS_OK) {
        status = mmio_wait8(mcg + MCG_S, MCG_S_IREFST, 0);
    }
    if (internal != 0u) {
        MMIO8(mcg + MCG_C4) = before;
    }
    return status;
}

static enum status choose_range(uintptr_t mcg, uint32_t drs) {
    const uint32_t trim = MMIO8(mcg + MCG_C4) & ~(MCG_C4_DRST_DRS_MASK | MCG_C4_DMX32);
    const uint32_t value = trim | (drs << MCG_C4_DRST_DRS_SHIFT);
    MMIO8(mcg + MCG_C4) = (uint8_t)value;
    enum status status = mmio_wait8(mcg + MCG_C4, 0xFFu, value);
    if (status == STATUS_OK) {
        status = mmio_wait8(mcg + MCG_S, MCG_S_CLKST_MASK, 0);
    }
    for (uint32_t turn = 0; turn < FLL_SETTLING_TURNS; turn++) {
        __asm volatile("nop");
    }
    return status;
}

static enum status start_internal_reference(uintptr_t mcg) {
    MMIO8(mcg + MCG_C2) = (uint8_t)(MMIO8(mcg + MCG_C2) & ~MCG_C2_IRCS);
    MMIO8(mcg + MCG_C1) = (uint8_t)(MMIO8(mcg + MCG_C1) | MCG_C1_IRCLKEN);
    return mmio_wait8(mcg + MCG_S, MCG_S_IRCST, 0);
}

enum status mcg_run_from_crystal(uintptr_t mcg, uintptr_t osc, const struct mcg_fee *fee) {
    enum status status = start_crystal(mcg, osc, fee);
    if (status == STATUS_OK) {
        status = change_reference(mcg, fee);
    }
    if (status == STATUS_OK) {
        status = choose_range(mcg, fee->drs);
    }
    if (status == STATUS_OK) {
        status = start_internal_reference(mcg);
    }
    return status;
}
