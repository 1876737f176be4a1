/* Vector table and flash configuration of the K32L2B31A (names as in K32L2B31A.h of NXP's MCUXpresso SDK). */
#include "soc/kinetis/vector_table.h"

FAULT_WEAK_HANDLER(Reserved_IRQHandler)
FAULT_WEAK_HANDLER(DMA0_IRQHandler)
FAULT_WEAK_HANDLER(DMA1_IRQHandler)
FAULT_WEAK_HANDLER(DMA2_IRQHandler)
FAULT_WEAK_HANDLER(DMA3_IRQHandler)
FAULT_WEAK_HANDLER(FTFA_IRQHandler)
FAULT_WEAK_HANDLER(PMC_IRQHandler)
FAULT_WEAK_HANDLER(LLWU_IRQHandler)
FAULT_WEAK_HANDLER(I2C0_IRQHandler)
FAULT_WEAK_HANDLER(I2C1_IRQHandler)
FAULT_WEAK_HANDLER(SPI0_IRQHandler)
FAULT_WEAK_HANDLER(SPI1_IRQHandler)
FAULT_WEAK_HANDLER(LPUART0_IRQHandler)
FAULT_WEAK_HANDLER(LPUART1_IRQHandler)
FAULT_WEAK_HANDLER(UART2_FLEXIO_IRQHandler)
FAULT_WEAK_HANDLER(ADC0_IRQHandler)
FAULT_WEAK_HANDLER(CMP0_IRQHandler)
FAULT_WEAK_HANDLER(TPM0_IRQHandler)
FAULT_WEAK_HANDLER(TPM1_IRQHandler)
FAULT_WEAK_HANDLER(TPM2_IRQHandler)
FAULT_WEAK_HANDLER(RTC_IRQHandler)
FAULT_WEAK_HANDLER(RTC_Seconds_IRQHandler)
FAULT_WEAK_HANDLER(PIT_IRQHandler)
FAULT_WEAK_HANDLER(USB0_IRQHandler)
FAULT_WEAK_HANDLER(DAC0_IRQHandler)
FAULT_WEAK_HANDLER(LPTMR0_IRQHandler)
FAULT_WEAK_HANDLER(LCD_IRQHandler)
FAULT_WEAK_HANDLER(PORTA_IRQHandler)
FAULT_WEAK_HANDLER(PORTCD_IRQHandler)

VECTOR_TABLE_SECTION const struct vector_table __vector_table = {
    .initial_sp = __StackTop,
    .exceptions = ARMV6M_EXCEPTIONS,
    .interrupts =
        {
            DMA0_IRQHandler,  DMA1_IRQHandler,        DMA2_IRQHandler,     DMA3_IRQHandler,     Reserved_IRQHandler,
            FTFA_IRQHandler,  PMC_IRQHandler,         LLWU_IRQHandler,     I2C0_IRQHandler,     I2C1_IRQHandler,
            SPI0_IRQHandler,  SPI1_IRQHandler,        LPUART0_IRQHandler,  LPUART1_IRQHandler,  UART2_FLEXIO_IRQHandler,
            ADC0_IRQHandler,  CMP0_IRQHandler,        TPM0_IRQHandler,     TPM1_IRQHandler,     TPM2_IRQHandler,
            RTC_IRQHandler,   RTC_Seconds_IRQHandler, PIT_IRQHandler,      Reserved_IRQHandler, USB0_IRQHandler,
            DAC0_IRQHandler,  Reserved_IRQHandler,    Reserved_IRQHandler, LPTMR0_IRQHandler,   LCD_IRQHandler,
            PORTA_IRQHandler, PORTCD_IRQHandler,
        },
};

/* FOPT 0x3F: start from flash, not from the boot ROM. */
FLASH_CONFIGURATION(0xFFFF3FFEu);
