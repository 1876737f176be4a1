/* SWM, the switch matrix of LPC8xx parts: puts functions on pins. Names as in LPC845.h of NXP's SDK. */
#ifndef DRIVERS_LPC_SWM_H
#define DRIVERS_LPC_SWM_H

#include "common/mmio.h"

#define SWM_PINASSIGN0 0x0u
#define SWM_PINASSIGN0_U0_TXD_SHIFT 0
#define SWM_PINASSIGN0_U0_RXD_SHIFT 8

/* Put a function on a pin. shift: of the function's byte in PINASSIGNn.  pin: port * 32 + number, 255 for none. */
static inline void swm_assign(uintptr_t pinassign, uint32_t shift, uint32_t pin) {
    mmio_update(pinassign, 0xFFu << shift, pin << shift);
}

#endif
