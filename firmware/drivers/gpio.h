/* GPIO of the Kinetis parts: one block of 0x40 bytes per port. Names as in MKE16Z4.h of NXP's SDK. */
#ifndef DRIVERS_GPIO_H
#define DRIVERS_GPIO_H

#include <stdbool.h>
#include <stdint.h>

#define GPIO_PSOR 0x04u
#define GPIO_PCOR 0x08u
#define GPIO_PDIR 0x10u
#define GPIO_PDDR 0x14u

/* base: of the port.  pin: 0..31. */
void gpio_output(uintptr_t base, uint32_t pin, bool level);
void gpio_input(uintptr_t base, uint32_t pin);
void gpio_write(uintptr_t base, uint32_t pin, bool level);
bool gpio_read(uintptr_t base, uint32_t pin);

#endif
