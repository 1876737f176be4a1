/* IOMUXC, the pin multiplexer of i.MX RT parts. */
#ifndef DRIVERS_IOMUXC_H
#define DRIVERS_IOMUXC_H

#include <stdint.h>

/* mux_register, pad_register: addresses of SW_MUX_CTL_PAD_x and SW_PAD_CTL_PAD_x.  mode: ALT 0..7.  pad: its value. */
void iomuxc_set_pin(uintptr_t mux_register, uint32_t mode, uintptr_t pad_register, uint32_t pad);

#endif
