/* Vector table and code read protection of the LPC845 (names as in LPC845.h of NXP's MCUXpresso SDK). */
#include "common/vectors.h"

#include "common/fault.h"

#define INTERRUPTS 32

FAULT_WEAK_HANDLER(Reserved_IRQHandler)
FAULT_WEAK_HANDLER(SPI0_IRQHandler)
FAULT_WEAK_HANDLER(SPI1_IRQHandler)
FAULT_WEAK_HANDLER(DAC0_IRQHandler)
FAULT_WEAK_HANDLER(USART0_IRQHandler)
FAULT_WEAK_HANDLER(USART1_IRQHandler)
FAULT_WEAK_HANDLER(USART2_IRQHandler)
FAULT_WEAK_HANDLER(I2C1_IRQHandler)
FAULT_WEAK_HANDLER(I2C0_IRQHandler)
FAULT_WEAK_HANDLER(SCT0_IRQHandler)
FAULT_WEAK_HANDLER(MRT0_IRQHandler)
FAULT_WEAK_HANDLER(CMP_CAPT_IRQHandler)
FAULT_WEAK_HANDLER(WDT_IRQHandler)
FAULT_WEAK_HANDLER(BOD_IRQHandler)
FAULT_WEAK_HANDLER(FLASH_IRQHandler)
FAULT_WEAK_HANDLER(WKT_IRQHandler)
FAULT_WEAK_HANDLER(ADC0_SEQA_IRQHandler)
FAULT_WEAK_HANDLER(ADC0_SEQB_IRQHandler)
FAULT_WEAK_HANDLER(ADC0_THCMP_IRQHandler)
FAULT_WEAK_HANDLER(ADC0_OVR_IRQHandler)
FAULT_WEAK_HANDLER(DMA0_IRQHandler)
FAULT_WEAK_HANDLER(I2C2_IRQHandler)
FAULT_WEAK_HANDLER(I2C3_IRQHandler)
FAULT_WEAK_HANDLER(CTIMER0_IRQHandler)
FAULT_WEAK_HANDLER(PIN_INT0_IRQHandler)
FAULT_WEAK_HANDLER(PIN_INT1_IRQHandler)
FAULT_WEAK_HANDLER(PIN_INT2_IRQHandler)
FAULT_WEAK_HANDLER(PIN_INT3_IRQHandler)
FAULT_WEAK_HANDLER(PIN_INT4_IRQHandler)
FAULT_WEAK_HANDLER(PIN_INT5_DAC1_IRQHandler)
FAULT_WEAK_HANDLER(PIN_INT6_USART3_IRQHandler)
FAULT_WEAK_HANDLER(PIN_INT7_USART4_IRQHandler)

struct vector_table {
    const uint32_t *initial_sp;
    vector exceptions[15];
    vector interrupts[INTERRUPTS];
};

/* Not an address: what the first seven words lack to a sum of 0 (head.ld). The boot ROM starts no image without it. */
extern uint8_t __vector_checksum[];

VECTOR_TABLE_SECTION const struct vector_table __vector_table = {
    .initial_sp = __StackTop,
    .exceptions = {Reset_Handler, NMI_Handler, HardFault_Handler, 0, 0, 0, (vector)__vector_checksum, 0, 0, 0,
                   SVC_Handler, 0, 0, PendSV_Handler, SysTick_Handler},
    .interrupts =
        {
            SPI0_IRQHandler,
            SPI1_IRQHandler,
            DAC0_IRQHandler,
            USART0_IRQHandler,
            USART1_IRQHandler,
            USART2_IRQHandler,
            Reserved_IRQHandler,
            I2C1_IRQHandler,
            I2C0_IRQHandler,
            SCT0_IRQHandler,
            MRT0_IRQHandler,
            CMP_CAPT_IRQHandler,
            WDT_IRQHandler,
            BOD_IRQHandler,
            FLASH_IRQHandler,
            WKT_IRQHandler,
            ADC0_SEQA_IRQHandler,
            ADC0_SEQB_IRQHandler,
            ADC0_THCMP_IRQHandler,
            ADC0_OVR_IRQHandler,
            DMA0_IRQHandler,
            I2C2_IRQHandler,
            I2C3_IRQHandler,
            CTIMER0_IRQHandler,
            PIN_INT0_IRQHandler,
            PIN_INT1_IRQHandler,
            PIN_INT2_IRQHandler,
            PIN_INT3_IRQHandler,
            PIN_INT4_IRQHandler,
            PIN_INT5_DAC1_IRQHandler,
            PIN_INT6_USART3_IRQHandler,
            PIN_INT7_USART4_IRQHandler,
        },
};

/* Code read protection off. Other values of this word can lock the part for ever. */
__attribute__((section(".crp"), used)) const uint32_t code_read_protection = 0xFFFFFFFFu;
