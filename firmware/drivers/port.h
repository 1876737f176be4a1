/* PORT, the pin multiplexer of Kinetis parts. Names as in MKE16Z4.h of NXP's SDK. */
#ifndef DRIVERS_PORT_H
#define DRIVERS_PORT_H

#include <stdint.h>

#define PORT_PCR_PS (1u << 0)
#define PORT_PCR_PE (1u << 1)
#define PORT_PCR_MUX_SHIFT 8
#define PORT_PCR_MUX_MASK (7u << 8)
#define PORT_MUX_GPIO 1u
#define PORT_MUX_ALT2 2u
#define PORT_MUX_ALT3 3u

/* base: of the port.  pin: 0..31.  mux: 0..7. */
void port_set_mux(uintptr_t base, uint32_t pin, uint32_t mux);
/* The same and the pull-up on. */
void port_set_mux_pulled_up(uintptr_t base, uint32_t pin, uint32_t mux);

#endif
