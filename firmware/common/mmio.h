/* Access to memory-mapped registers, and bounded waits on them. */
#ifndef COMMON_MMIO_H
#define COMMON_MMIO_H

#include <stdint.h>

#include "config.h"
#include "status.h"

#define MMIO32(address) (*(volatile uint32_t *)(uintptr_t)(address))
#define MMIO16(address) (*(volatile uint16_t *)(uintptr_t)(address))
#define MMIO8(address) (*(volatile uint8_t *)(uintptr_t)(address))

/* Replace the bits of `mask` by those of `value` (already in place). */
static inline void mmio_update(uintptr_t address, uint32_t mask, uint32_t value) {
    MMIO32(address) = (MMIO32(address) & ~mask) | (value & mask);
}

/* Wait until the bits of `mask` read `value`; at most POLL_LIMIT reads. */
static inline enum status mmio_wait(uintptr_t address, uint32_t mask, uint32_t value) {
    for (uint32_t turn = 0; turn < POLL_LIMIT; turn++) {
        if ((MMIO32(address) & mask) == value) {
            return STATUS_OK;
        }
    }
    return STATUS_TIMEOUT;
}

/* The same for a register of 8 bits. */
static inline enum status mmio_wait8(uintptr_t address, uint32_t mask, uint32_t value) {
    for (uint32_t turn = 0; turn < POLL_LIMIT; turn++) {
        if ((MMIO8(address) & mask) == value) {
            return STATUS_OK;
        }
    }
    return STATUS_TIMEOUT;
}

#endif
