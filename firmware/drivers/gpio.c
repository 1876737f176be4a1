#include "gpio.h"

#include "common/mmio.h"

void gpio_output(uintptr_t base, uint32_t pin, bool level) {
    gpio_write(base, pin, level);
    MMIO32(base + GPIO_PDDR) = MMIO32(base + GPIO_PDDR) | (1u << pin);
}

void gpio_input(uintptr_t base, uint32_t pin) { MMIO32(base + GPIO_PDDR) = MMIO32(base + GPIO_PDDR) & ~(1u << pin); }

void gpio_write(uintptr_t base, uint32_t pin, bool level) {
    MMIO32(base + (level ? GPIO_PSOR : GPIO_PCOR)) = 1u << pin;
}

bool gpio_read(uintptr_t base, uint32_t pin) { return (MMIO32(base + GPIO_PDIR) & (1u << pin)) != 0u; }
