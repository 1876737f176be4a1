#include "wdog32.h"

#include "common/mmio.h"

/* The key goes as one word where CMD32EN is set, else as two halves. */
static inline void write_key(uintptr_t base, uint32_t key) {
    if ((MMIO32(base + WDOG32_CS) & WDOG32_CS_CMD32EN) != 0u) {
        MMIO32(base + WDOG32_CNT) = key;
    } else {
        MMIO32(base + WDOG32_CNT) = key & 0xFFFFu;
        MMIO32(base + WDOG32_CNT) = key >> 16;
    }
}

void wdog32_disable(uintptr_t base) {
    write_key(base, WDOG32_UNLOCK);
    MMIO32(base + WDOG32_TOVAL) = 0xFFFFu;
    MMIO32(base + WDOG32_CS) = (MMIO32(base + WDOG32_CS) & ~WDOG32_CS_EN) | WDOG32_CS_UPDATE;
}

void wdog32_enable(uintptr_t base, uint32_t cycles) {
    write_key(base, WDOG32_UNLOCK);
    MMIO32(base + WDOG32_TOVAL) = cycles;
    MMIO32(base + WDOG32_CS) = MMIO32(base + WDOG32_CS) | WDOG32_CS_EN | WDOG32_CS_UPDATE;
}

void wdog32_refresh(uintptr_t base) { write_key(base, WDOG32_REFRESH); }
