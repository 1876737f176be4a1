#include "wdog16.h"

#include "common/mmio.h"

void wdog16_disable(uintptr_t base) {
    MMIO16(base + WDOG16_WMCR) = (uint16_t)(MMIO16(base + WDOG16_WMCR) & ~WDOG16_WMCR_PDE);
    if ((MMIO16(base + WDOG16_WCR) & WDOG16_WCR_WDE) != 0u) {
        MMIO16(base + WDOG16_WCR) = (uint16_t)(MMIO16(base + WDOG16_WCR) & ~WDOG16_WCR_WDE);
    }
}
