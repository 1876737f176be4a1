/* Vector table and flash configuration of the MKV11Z7 (names as in MKV11Z7.h of NXP's MCUXpresso SDK). */
#include "soc/kinetis/vector_table.h"

FAULT_WEAK_HANDLER(Reserved_IRQHandler)
FAULT_WEAK_HANDLER(DMA0_DMA4_IRQHandler)
FAULT_WEAK_HANDLER(DMA1_DMA5_IRQHandler)
FAULT_WEAK_HANDLER(DMA2_DMA6_IRQHandler)
FAULT_WEAK_HANDLER(DMA3_DMA7_IRQHandler)
FAULT_WEAK_HANDLER(DMA_Error_IRQHandler)
FAULT_WEAK_HANDLER(FTFA_IRQHandler)
FAULT_WEAK_HANDLER(LVD_LVW_IRQHandler)
FAULT_WEAK_HANDLER(LLWU_IRQHandler)
FAULT_WEAK_HANDLER(I2C0_IRQHandler)
FAULT_WEAK_HANDLER(SPI0_IRQHandler)
FAULT_WEAK_HANDLER(UART0_IRQHandler)
FAULT_WEAK_HANDLER(UART1_IRQHandler)
FAULT_WEAK_HANDLER(CAN0_IRQHandler)
FAULT_WEAK_HANDLER(ADC0_IRQHandler)
FAULT_WEAK_HANDLER(ADC1_IRQHandler)
FAULT_WEAK_HANDLER(FTM0_IRQHandler)
FAULT_WEAK_HANDLER(FTM1_IRQHandler)
FAULT_WEAK_HANDLER(FTM2_IRQHandler)
FAULT_WEAK_HANDLER(CMP0_IRQHandler)
FAULT_WEAK_HANDLER(CMP1_IRQHandler)
FAULT_WEAK_HANDLER(FTM3_IRQHandler)
FAULT_WEAK_HANDLER(WDOG_EWM_IRQHandler)
FAULT_WEAK_HANDLER(FTM4_IRQHandler)
FAULT_WEAK_HANDLER(DAC0_IRQHandler)
FAULT_WEAK_HANDLER(FTM5_IRQHandler)
FAULT_WEAK_HANDLER(MCG_IRQHandler)
FAULT_WEAK_HANDLER(LPTMR0_IRQHandler)
FAULT_WEAK_HANDLER(PDB0_PDB1_IRQHandler)
FAULT_WEAK_HANDLER(PORTA_IRQHandler)
FAULT_WEAK_HANDLER(PORTBCDE_IRQHandler)

VECTOR_TABLE_SECTION const struct vector_table __vector_table = {
    .initial_sp = __StackTop,
    .exceptions = ARMV6M_EXCEPTIONS,
    .interrupts =
        {
            DMA0_DMA4_IRQHandler, DMA1_DMA5_IRQHandler, DMA2_DMA6_IRQHandler, DMA3_DMA7_IRQHandler,
            DMA_Error_IRQHandler, FTFA_IRQHandler,      LVD_LVW_IRQHandler,   LLWU_IRQHandler,
            I2C0_IRQHandler,      Reserved_IRQHandler,  SPI0_IRQHandler,      Reserved_IRQHandler,
            UART0_IRQHandler,     UART1_IRQHandler,     CAN0_IRQHandler,      ADC0_IRQHandler,
            ADC1_IRQHandler,      FTM0_IRQHandler,      FTM1_IRQHandler,      FTM2_IRQHandler,
            CMP0_IRQHandler,      CMP1_IRQHandler,      FTM3_IRQHandler,      WDOG_EWM_IRQHandler,
            FTM4_IRQHandler,      DAC0_IRQHandler,      FTM5_IRQHandler,      MCG_IRQHandler,
            LPTMR0_IRQHandler,    PDB0_PDB1_IRQHandler, PORTA_IRQHandler,     PORTBCDE_IRQHandler,
        },
};

/* FOPT 0xFF: NMI pin on, no low-power start. */
FLASH_CONFIGURATION(0xFFFFFFFEu);
