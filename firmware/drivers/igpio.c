#include "igpio.h"

#include "common/mmio.h"

void igpio_output(uintptr_t base, uint32_t pin, bool level) {
    igpio_write(base, pin, level);
    MMIO32(base + IGPIO_GDIR) = MMIO32(base + IGPIO_GDIR) | (1u << pin);
}

void igpio_input(uintptr_t base, uint32_t pin) { MMIO32(base + IGPIO_GDIR) = MMIO32(base + IGPIO_GDIR) & ~(1u << pin); }

void igpio_write(uintptr_t base, uint32_t pin, bool level) {
    mmio_update(base + IGPIO_DR, 1u << pin, level ? 1u << pin : 0u);
}

bool igpio_read(uintptr_t base, uint32_t pin) { return (MMIO32(base + IGPIO_DR) & (1u << pin)) != 0u; }
