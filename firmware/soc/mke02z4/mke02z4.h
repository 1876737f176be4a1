/* MKE02Z4: where the blocks stand. Names as in MKE02Z4.h of NXP's MCUXpresso SDK. */
#ifndef SOC_MKE02Z4_H
#define SOC_MKE02Z4_H

#define SIM_BASE 0x40048000u
#define WDOG_BASE 0x40052000u
#define ICS_BASE 0x40064000u
#define OSC_BASE 0x40065000u
#define UART1_BASE 0x4006B000u
/* One block holds four ports of eight pins: the pins of PTE are bits 0 to 7 of GPIOB, those of PTH 24 to 31. */
#define GPIOB_BASE 0x400FF040u

#define UART1_IRQN 13u

/* The SIM of this family has a layout of its own. */
#define SIM_SCGC (SIM_BASE + 0x0Cu)
#define SIM_SCGC_UART1 21u
#define SIM_BUSDIV (SIM_BASE + 0x18u)

#endif
