/* GPIO of the i.MX RT parts. Names as in MIMXRT1062.h of NXP's SDK. */
#ifndef DRIVERS_IGPIO_H
#define DRIVERS_IGPIO_H

#include <stdbool.h>
#include <stdint.h>

#define IGPIO_DR 0x00u
#define IGPIO_GDIR 0x04u

/* base: of the port.  pin: 0..31. */
void igpio_output(uintptr_t base, uint32_t pin, bool level);
void igpio_input(uintptr_t base, uint32_t pin);
void igpio_write(uintptr_t base, uint32_t pin, bool level);
/* DR gives the level of the pad for a pin that is an input. */
bool igpio_read(uintptr_t base, uint32_t pin);

#endif
