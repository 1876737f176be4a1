/* MKV11Z7: where the blocks stand. Names as in MKV11Z7.h of NXP's MCUXpresso SDK. */
#ifndef SOC_MKV11Z7_H
#define SOC_MKV11Z7_H

#define SIM_BASE 0x40047000u
#define PORTB_BASE 0x4004A000u
#define PORTE_BASE 0x4004D000u
#define WDOG_BASE 0x40052000u
#define MCG_BASE 0x40064000u
#define OSC0_BASE 0x40065000u
#define UART0_BASE 0x4006A000u
#define GPIOB_BASE 0x400FF040u
#define GPIOE_BASE 0x400FF100u

#define UART0_IRQN 12u

/* Bits of SCGC4 and SCGC5. */
#define SIM_SCGC4_UART0 10u
#define SIM_SCGC5_PORTB 10u
#define SIM_SCGC5_PORTE 13u

/* SOPT1: 32 kHz clock from the 1 kHz low-power oscillator.  SOPT5: the pins that UART0 is joined to. */
#define SIM_OSC32KSEL_LPO 3u
#define SIM_SOPT5_UART0_SOURCES 0xFu

#endif
