/* LPC845: where the blocks stand. Names as in LPC845.h of NXP's MCUXpresso SDK. */
#ifndef SOC_LPC845_H
#define SOC_LPC845_H

#define WWDT_BASE 0x40000000u
#define SWM0_BASE 0x4000C000u
#define FLASH_CTRL_BASE 0x40040000u
#define SYSCON_BASE 0x40048000u
#define USART0_BASE 0x40064000u
#define GPIO_BASE 0xA0000000u

#define USART0_IRQN 3u

/* Routine of the boot ROM that sets the internal oscillator to R0 kHz by its factory trimming (fsl_clock.c). */
#define ROM_SET_FRO_FREQUENCY 0x0F0026F4u

#endif
