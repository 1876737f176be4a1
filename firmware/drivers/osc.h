/* Crystal oscillator of Kinetis parts, one 8-bit register. Names as in MKE02Z4.h and MKV11Z7.h of NXP's SDK. */
#ifndef DRIVERS_OSC_H
#define DRIVERS_OSC_H

#define OSC_CR 0x0u
/* KE02. */
#define OSC_CR_OSCINIT (1u << 0) /* read only: stable */
#define OSC_CR_RANGE (1u << 2)   /* 4 to 20 MHz */
#define OSC_CR_OSCOS (1u << 4)   /* a crystal, not a clock from outside */
#define OSC_CR_OSCEN (1u << 7)
/* KV11, where MCG says when it is stable. */
#define OSC_CR_ERCLKEN (1u << 7) /* on for peripherals too */

#endif
