/* K32L2B31A: where the blocks stand. Names as in K32L2B31A.h of NXP's MCUXpresso SDK. */
#ifndef SOC_K32L2B31A_H
#define SOC_K32L2B31A_H

#define SIM_BASE 0x40047000u
#define COP_BASE 0x40048100u
#define PORTA_BASE 0x40049000u
#define PORTC_BASE 0x4004B000u
#define PORTD_BASE 0x4004C000u
#define LPUART0_BASE 0x40054000u
#define MCG_BASE 0x40064000u
#define PMC_BASE 0x4007D000u
#define GPIOC_BASE 0x400FF080u
#define GPIOD_BASE 0x400FF0C0u

#define I2C0_IRQN 8u
#define LPUART0_IRQN 12u
#define PORTA_IRQN 30u

/* Bits of SCGC5. */
#define SIM_SCGC5_PORTA 9u
#define SIM_SCGC5_PORTC 11u
#define SIM_SCGC5_PORTD 12u
#define SIM_SCGC5_LPUART0 20u

/* SOPT2, SOPT5: what LPUART0 runs from, and the pins it is joined to. */
#define SIM_LPUART0SRC_IRC48M 1u
#define SIM_SOPT5_LPUART0_SOURCES 0x7u

#define PMC_REGSC 0x2u /* 8 bits */
#define PMC_REGSC_ACKISO (1u << 3)

#endif
