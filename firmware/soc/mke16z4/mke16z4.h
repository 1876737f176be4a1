/* MKE16Z4: where the blocks stand. Names as in MKE16Z4.h of NXP's MCUXpresso SDK. */
#ifndef SOC_MKE16Z4_H
#define SOC_MKE16Z4_H

#define PORTB_BASE 0x4004A000u
#define PORTD_BASE 0x4004C000u
#define GPIOB_BASE 0x400FF040u
#define GPIOD_BASE 0x400FF0C0u
#define WDOG_BASE 0x40052000u
#define SCG_BASE 0x40064000u
#define LPUART0_BASE 0x4006A000u

#define LPUART0_IRQN 12u

/* Slots of the PCC. */
#define PCC_ADC0 0x400650ECu
#define PCC_PORTB 0x40065128u
#define PCC_PORTD 0x40065130u
#define PCC_LPI2C0 0x40065198u
#define PCC_LPUART0 0x400651A8u

/* PCC_PCS values. */
#define PCC_SOURCE_SOSC 1u

#endif
