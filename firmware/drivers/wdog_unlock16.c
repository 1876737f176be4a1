#include "wdog_unlock16.h"

#include "common/mmio.h"

static inline void unlock(uintptr_t base) {
    MMIO16(base + WDOG_UNLOCK) = WDOG_UNLOCK_1;
    MMIO16(base + WDOG_UNLOCK) = WDOG_UNLOCK_2;
}

void wdog_disable(uintptr_t base) {
    unlock(base);
    MMIO16(base + WDOG_STCTRLH) = WDOG_STCTRLH_RESET & ~WDOG_STCTRLH_WDOGEN;
}

void wdog_enable(uintptr_t base, uint32_t milliseconds) {
    unlock(base);
    MMIO16(base + WDOG_TOVALH) = (uint16_t)(milliseconds >> 16);
    MMIO16(base + WDOG_TOVALL) = (uint16_t)milliseconds;
    MMIO16(base + WDOG_PRESC) = 0; /* by 1 */
    MMIO16(base + WDOG_STCTRLH) = WDOG_STCTRLH_RESET & ~WDOG_STCTRLH_CLKSRC;
}

void wdog_refresh(uintptr_t base) {
    MMIO16(base + WDOG_REFRESH) = WDOG_REFRESH_1;
    MMIO16(base + WDOG_REFRESH) = WDOG_REFRESH_2;
}
