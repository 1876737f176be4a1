#include "lpc_wwdt.h"

#include "common/mmio.h"

void lpc_wwdt_enable(uintptr_t base, uint32_t ticks) {
    MMIO32(base + WWDT_TC) = ticks;
    MMIO32(base + WWDT_MOD) = WWDT_MOD_WDEN | WWDT_MOD_WDRESET;
    lpc_wwdt_refresh(base); /* the first one starts it */
}

void lpc_wwdt_refresh(uintptr_t base) {
    MMIO32(base + WWDT_FEED) = 0xAAu;
    MMIO32(base + WWDT_FEED) = 0x55u;
}
