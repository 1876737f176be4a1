/* Vector table and flash configuration of the MKE02Z4 (names as in MKE02Z4.h of NXP's MCUXpresso SDK). */
#include "soc/kinetis/vector_table.h"

FAULT_WEAK_HANDLER(Reserved_IRQHandler)
FAULT_WEAK_HANDLER(FTMRH_IRQHandler)
FAULT_WEAK_HANDLER(PMC_IRQHandler)
FAULT_WEAK_HANDLER(IRQ_IRQHandler)
FAULT_WEAK_HANDLER(I2C0_IRQHandler)
FAULT_WEAK_HANDLER(SPI0_IRQHandler)
FAULT_WEAK_HANDLER(SPI1_IRQHandler)
FAULT_WEAK_HANDLER(UART0_IRQHandler)
FAULT_WEAK_HANDLER(UART1_IRQHandler)
FAULT_WEAK_HANDLER(UART2_IRQHandler)
FAULT_WEAK_HANDLER(ADC_IRQHandler)
FAULT_WEAK_HANDLER(ACMP0_IRQHandler)
FAULT_WEAK_HANDLER(FTM0_IRQHandler)
FAULT_WEAK_HANDLER(FTM1_IRQHandler)
FAULT_WEAK_HANDLER(FTM2_IRQHandler)
FAULT_WEAK_HANDLER(RTC_IRQHandler)
FAULT_WEAK_HANDLER(ACMP1_IRQHandler)
FAULT_WEAK_HANDLER(PIT_CH0_IRQHandler)
FAULT_WEAK_HANDLER(PIT_CH1_IRQHandler)
FAULT_WEAK_HANDLER(KBI0_IRQHandler)
FAULT_WEAK_HANDLER(KBI1_IRQHandler)
FAULT_WEAK_HANDLER(ICS_IRQHandler)
FAULT_WEAK_HANDLER(WDOG_IRQHandler)

VECTOR_TABLE_SECTION const struct vector_table __vector_table = {
    .initial_sp = __StackTop,
    .exceptions = ARMV6M_EXCEPTIONS,
    .interrupts =
        {
            Reserved_IRQHandler, Reserved_IRQHandler, Reserved_IRQHandler, Reserved_IRQHandler, Reserved_IRQHandler,
            FTMRH_IRQHandler,    PMC_IRQHandler,      IRQ_IRQHandler,      I2C0_IRQHandler,     Reserved_IRQHandler,
            SPI0_IRQHandler,     SPI1_IRQHandler,     UART0_IRQHandler,    UART1_IRQHandler,    UART2_IRQHandler,
            ADC_IRQHandler,      ACMP0_IRQHandler,    FTM0_IRQHandler,     FTM1_IRQHandler,     FTM2_IRQHandler,
            RTC_IRQHandler,      ACMP1_IRQHandler,    PIT_CH0_IRQHandler,  PIT_CH1_IRQHandler,  KBI0_IRQHandler,
            KBI1_IRQHandler,     Reserved_IRQHandler, ICS_IRQHandler,      WDOG_IRQHandler,     Reserved_IRQHandler,
            Reserved_IRQHandler, Reserved_IRQHandler,
        },
};

/* FSEC stands at 0x40E on this part. */
FLASH_CONFIGURATION(0xFFFEFFFFu);
