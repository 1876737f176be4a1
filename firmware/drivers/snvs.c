#include "snvs.h"

#include "common/mmio.h"

void snvs_read(uintptr_t base, uint32_t *words, uint32_t count) {
    for (uint32_t i = 0; i < count && i < SNVS_WORDS; i++) {
        words[i] = MMIO32(base + SNVS_LPGPR + 4u * i);
    }
}

void snvs_write(uintptr_t base, const uint32_t *words, uint32_t count) {
    for (uint32_t i = 0; i < count && i < SNVS_WORDS; i++) {
        MMIO32(base + SNVS_LPGPR + 4u * i) = words[i];
    }
}
