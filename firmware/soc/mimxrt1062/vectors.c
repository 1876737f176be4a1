/* Vector table of the MIMXRT1062: 16 + 158 entries (names as in MIMXRT1062.h of NXP's MCUXpresso SDK). */
#include "common/vectors.h"

#include "common/fault.h"

#define INTERRUPTS 158

FAULT_WEAK_HANDLER(Other_IRQHandler)
FAULT_WEAK_HANDLER(LPUART1_IRQHandler)
FAULT_WEAK_HANDLER(LPI2C1_IRQHandler)
FAULT_WEAK_HANDLER(LCDIF_IRQHandler)
FAULT_WEAK_HANDLER(PXP_IRQHandler)
FAULT_WEAK_HANDLER(GPIO1_Combined_0_15_IRQHandler)
FAULT_WEAK_HANDLER(GPIO1_Combined_16_31_IRQHandler)
FAULT_WEAK_HANDLER(GPIO5_Combined_0_15_IRQHandler)
FAULT_WEAK_HANDLER(GPT1_IRQHandler)
FAULT_WEAK_HANDLER(GPT2_IRQHandler)
FAULT_WEAK_HANDLER(PIT_IRQHandler)

struct vector_table {
    const uint32_t *initial_sp;
    vector exceptions[15];
    vector interrupts[INTERRUPTS];
};

VECTOR_TABLE_SECTION const struct vector_table __vector_table = {
    .initial_sp = __StackTop,
    .exceptions = {Reset_Handler, NMI_Handler, HardFault_Handler, MemManage_Handler, BusFault_Handler,
                   UsageFault_Handler, 0, 0, 0, 0, SVC_Handler, DebugMon_Handler, 0, PendSV_Handler, SysTick_Handler},
    .interrupts =
        {
            [0 ... 19] = Other_IRQHandler,
            [20] = LPUART1_IRQHandler,
            [21 ... 27] = Other_IRQHandler,
            [28] = LPI2C1_IRQHandler,
            [29 ... 41] = Other_IRQHandler,
            [42] = LCDIF_IRQHandler,
            [43] = Other_IRQHandler,
            [44] = PXP_IRQHandler,
            [45 ... 79] = Other_IRQHandler,
            [80] = GPIO1_Combined_0_15_IRQHandler,
            [81] = GPIO1_Combined_16_31_IRQHandler,
            [82 ... 87] = Other_IRQHandler,
            [88] = GPIO5_Combined_0_15_IRQHandler,
            [89 ... 99] = Other_IRQHandler,
            [100] = GPT1_IRQHandler,
            [101] = GPT2_IRQHandler,
            [102 ... 121] = Other_IRQHandler,
            [122] = PIT_IRQHandler,
            [123 ... 157] = Other_IRQHandler,
        },
};
