#include "lpc_gpio.h"

#include "common/mmio.h"

void lpc_gpio_output(uintptr_t base, uint32_t port, uint32_t pin, bool level) {
    lpc_gpio_write(base, port, pin, level);
    MMIO32(base + LPC_GPIO_DIRSET + 4u * port) = 1u << pin;
}

void lpc_gpio_input(uintptr_t base, uint32_t port, uint32_t pin) {
    MMIO32(base + LPC_GPIO_DIRCLR + 4u * port) = 1u << pin;
}

void lpc_gpio_write(uintptr_t base, uint32_t port, uint32_t pin, bool level) {
    MMIO32(base + (level ? LPC_GPIO_SET : LPC_GPIO_CLR) + 4u * port) = 1u << pin;
}

bool lpc_gpio_read(uintptr_t base, uint32_t port, uint32_t pin) {
    return MMIO8(base + LPC_GPIO_B + 32u * port + pin) != 0u;
}
