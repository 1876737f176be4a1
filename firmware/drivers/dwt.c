#include "dwt.h"

#include "common/cpu.h"
#include "common/mmio.h"

enum status dwt_start(void) {
    MMIO32(SCB_DEMCR) = MMIO32(SCB_DEMCR) | SCB_DEMCR_TRCENA;
    if ((MMIO32(DWT_CTRL) & DWT_CTRL_NOCYCCNT) != 0u) {
        return STATUS_NOT_PRESENT;
    }
    MMIO32(DWT_CYCCNT) = 0;
    MMIO32(DWT_CTRL) = MMIO32(DWT_CTRL) | DWT_CTRL_CYCCNTENA;
    return STATUS_OK;
}

uint32_t dwt_cycles(void) { return MMIO32(DWT_CYCCNT); }
