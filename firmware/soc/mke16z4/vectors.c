/* Vector table and flash configuration of the MKE16Z4 (names as in MKE16Z4.h of NXP's MCUXpresso SDK). */
#include "soc/kinetis/vector_table.h"

FAULT_WEAK_HANDLER(Reserved_IRQHandler)
FAULT_WEAK_HANDLER(FTFA_IRQHandler)
FAULT_WEAK_HANDLER(LVD_LVW_IRQHandler)
FAULT_WEAK_HANDLER(PORTAE_IRQHandler)
FAULT_WEAK_HANDLER(LPI2C0_IRQHandler)
FAULT_WEAK_HANDLER(LPSPI0_IRQHandler)
FAULT_WEAK_HANDLER(LPUART0_IRQHandler)
FAULT_WEAK_HANDLER(LPUART1_IRQHandler)
FAULT_WEAK_HANDLER(LPUART2_IRQHandler)
FAULT_WEAK_HANDLER(ADC0_IRQHandler)
FAULT_WEAK_HANDLER(CMP0_IRQHandler)
FAULT_WEAK_HANDLER(FTM0_IRQHandler)
FAULT_WEAK_HANDLER(FTM1_IRQHandler)
FAULT_WEAK_HANDLER(RTC_IRQHandler)
FAULT_WEAK_HANDLER(LPIT0_IRQHandler)
FAULT_WEAK_HANDLER(TSI_IRQHandler)
FAULT_WEAK_HANDLER(PDB0_IRQHandler)
FAULT_WEAK_HANDLER(PORTBCD_IRQHandler)
FAULT_WEAK_HANDLER(SCG_RCM_IRQHandler)
FAULT_WEAK_HANDLER(WDOG_EWM_IRQHandler)
FAULT_WEAK_HANDLER(PWT_LPTMR0_IRQHandler)
FAULT_WEAK_HANDLER(MSCAN_Rx_IRQHandler)
FAULT_WEAK_HANDLER(MSCAN_ORed_IRQHandler)

VECTOR_TABLE_SECTION const struct vector_table __vector_table = {
    .initial_sp = __StackTop,
    .exceptions = ARMV6M_EXCEPTIONS,
    .interrupts =
        {
            Reserved_IRQHandler, Reserved_IRQHandler,   Reserved_IRQHandler, Reserved_IRQHandler, Reserved_IRQHandler,
            FTFA_IRQHandler,     LVD_LVW_IRQHandler,    PORTAE_IRQHandler,   LPI2C0_IRQHandler,   Reserved_IRQHandler,
            LPSPI0_IRQHandler,   Reserved_IRQHandler,   LPUART0_IRQHandler,  LPUART1_IRQHandler,  LPUART2_IRQHandler,
            ADC0_IRQHandler,     CMP0_IRQHandler,       FTM0_IRQHandler,     FTM1_IRQHandler,     Reserved_IRQHandler,
            RTC_IRQHandler,      Reserved_IRQHandler,   LPIT0_IRQHandler,    Reserved_IRQHandler, TSI_IRQHandler,
            PDB0_IRQHandler,     PORTBCD_IRQHandler,    SCG_RCM_IRQHandler,  WDOG_EWM_IRQHandler, PWT_LPTMR0_IRQHandler,
            MSCAN_Rx_IRQHandler, MSCAN_ORed_IRQHandler,
        },
};

/* FOPT 0xFF: run from flash, with the NMI pin on. */
FLASH_CONFIGURATION(0xFFFFFFFEu);
