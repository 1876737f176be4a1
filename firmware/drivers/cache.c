#include "cache.h"

#include "common/cpu.h"
#include "common/mmio.h"

static void barriers(void) {
    cpu_dsb();
    cpu_isb();
}

void cache_enable_instruction(void) {
    if ((MMIO32(SCB_CCR) & SCB_CCR_IC) != 0u) {
        return;
    }
    barriers();
    MMIO32(SCB_ICIALLU) = 0;
    barriers();
    MMIO32(SCB_CCR) = MMIO32(SCB_CCR) | SCB_CCR_IC;
    barriers();
}

void cache_disable_instruction(void) {
    if ((MMIO32(SCB_CCR) & SCB_CCR_IC) == 0u) {
        return;
    }
    barriers();
    MMIO32(SCB_CCR) = MMIO32(SCB_CCR) & ~SCB_CCR_IC;
    MMIO32(SCB_ICIALLU) = 0;
    barriers();
}

/* Every set and way of the data cache goes to the operation register `operation`: set from bit 5, way from bit 30.
 * CCSIDR gives the highest number of each: sets in [27:13], ways in [12:3]. */
static void data_cache_each_line(uintptr_t operation) {
    MMIO32(SCB_CSSELR) = 0;
    cpu_dsb();
    const uint32_t sizes = MMIO32(SCB_CCSIDR);
    const uint32_t last_set = (sizes >> 13) & 0x7FFFu;
    const uint32_t last_way = (sizes >> 3) & 0x3FFu;
    for (uint32_t set = 0; set <= last_set; set++) {
        for (uint32_t way = 0; way <= last_way; way++) {
            MMIO32(operation) = (set << 5) | (way << 30);
        }
    }
    cpu_dsb();
}

void cache_enable_data(void) {
    if ((MMIO32(SCB_CCR) & SCB_CCR_DC) != 0u) {
        return;
    }
    data_cache_each_line(SCB_DCISW);
    MMIO32(SCB_CCR) = MMIO32(SCB_CCR) | SCB_CCR_DC;
    barriers();
}

void cache_disable_data(void) {
    if ((MMIO32(SCB_CCR) & SCB_CCR_DC) == 0u) {
        return;
    }
    MMIO32(SCB_CCR) = MMIO32(SCB_CCR) & ~SCB_CCR_DC;
    cpu_dsb();
    data_cache_each_line(SCB_DCCISW);
    barriers();
}

#define LINE_BYTES 32u

void cache_clean_data(const void *address, uint32_t bytes) {
    const uint32_t first = (uint32_t)(uintptr_t)address & ~(LINE_BYTES - 1u);
    const uint32_t end = (uint32_t)(uintptr_t)address + bytes;
    cpu_dsb();
    for (uint32_t line = first; line < end; line += LINE_BYTES) {
        MMIO32(SCB_DCCMVAC) = line;
    }
    cpu_dsb();
}
