#include "wdog8.h"

#include "common/mmio.h"

static inline void set_up(uintptr_t base, uint32_t time_out, uint32_t enable) {
    MMIO16(base + WDOG8_CNT) = WDOG8_UNLOCK_1;
    MMIO16(base + WDOG8_CNT) = WDOG8_UNLOCK_2;
    MMIO16(base + WDOG8_TOVAL) = (uint16_t)(((time_out & 0xFFu) << 8) | (time_out >> 8));
    MMIO8(base + WDOG8_CS1) = (uint8_t)((MMIO8(base + WDOG8_CS1) & ~WDOG8_CS1_EN) | WDOG8_CS1_UPDATE | enable);
    MMIO8(base + WDOG8_CS2) = MMIO8(base + WDOG8_CS2);
}

void wdog8_disable(uintptr_t base) { set_up(base, 0xFFFFu, 0); }

void wdog8_enable(uintptr_t base, uint32_t milliseconds) { set_up(base, milliseconds, WDOG8_CS1_EN); }

void wdog8_refresh(uintptr_t base) {
    MMIO16(base + WDOG8_CNT) = WDOG8_REFRESH_1;
    MMIO16(base + WDOG8_CNT) = WDOG8_REFRESH_2;
}
