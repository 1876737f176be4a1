/* GPIO of LPC8xx parts: one block for all ports. Names as in LPC845.h of NXP's SDK. */
#ifndef DRIVERS_LPC_GPIO_H
#define DRIVERS_LPC_GPIO_H

#include <stdbool.h>
#include <stdint.h>

#define LPC_GPIO_B 0x0000u   /* one byte per pin, 32 per port */
#define LPC_GPIO_SET 0x2200u /* one word per port, here and below */
#define LPC_GPIO_CLR 0x2280u
#define LPC_GPIO_DIRSET 0x2380u
#define LPC_GPIO_DIRCLR 0x2400u

/* port: 0 or 1.  pin: 0..31. */
void lpc_gpio_output(uintptr_t base, uint32_t port, uint32_t pin, bool level);
void lpc_gpio_input(uintptr_t base, uint32_t port, uint32_t pin);
void lpc_gpio_write(uintptr_t base, uint32_t port, uint32_t pin, bool level);
bool lpc_gpio_read(uintptr_t base, uint32_t port, uint32_t pin);

#endif
