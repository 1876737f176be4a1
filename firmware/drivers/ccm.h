/* CCM, the clock controller of i.MX RT parts: multiplexers, dividers and gates. Names as in MIMXRT1062.h. */
#ifndef DRIVERS_CCM_H
#define DRIVERS_CCM_H

#include <stdint.h>

#include "common/status.h"

#define CCM_CCR 0x00u
#define CCM_CCR_OSCNT 0x000000FFu
#define CCM_CCSR 0x0Cu
#define CCM_CCSR_PLL3_SW_CLK_SEL 0x00000001u
#define CCM_CACRR 0x10u
#define CCM_CACRR_ARM_PODF 0x00000007u
#define CCM_CBCDR 0x14u
#define CCM_CBCDR_SEMC_CLK_SEL 0x00000040u
#define CCM_CBCDR_SEMC_ALT_CLK_SEL 0x00000080u
#define CCM_CBCDR_IPG_PODF 0x00000300u
#define CCM_CBCDR_AHB_PODF 0x00001C00u
#define CCM_CBCDR_SEMC_PODF 0x00070000u
#define CCM_CBCDR_PERIPH_CLK_SEL 0x02000000u
#define CCM_CBCDR_PERIPH_CLK2_PODF 0x38000000u
#define CCM_CBCMR 0x18u
#define CCM_CBCMR_LPSPI_CLK_SEL 0x00000030u
#define CCM_CBCMR_FLEXSPI2_CLK_SEL 0x00000300u
#define CCM_CBCMR_PERIPH_CLK2_SEL 0x00003000u
#define CCM_CBCMR_TRACE_CLK_SEL 0x0000C000u
#define CCM_CBCMR_PRE_PERIPH_CLK_SEL 0x000C0000u
#define CCM_CBCMR_LCDIF_PODF 0x03800000u
#define CCM_CBCMR_LPSPI_PODF 0x1C000000u
#define CCM_CBCMR_FLEXSPI2_PODF 0xE0000000u
#define CCM_CSCMR1 0x1Cu
#define CCM_CSCMR1_PERCLK_PODF 0x0000003Fu
#define CCM_CSCMR1_PERCLK_CLK_SEL 0x00000040u
#define CCM_CSCMR1_SAI1_CLK_SEL 0x00000C00u
#define CCM_CSCMR1_SAI2_CLK_SEL 0x00003000u
#define CCM_CSCMR1_SAI3_CLK_SEL 0x0000C000u
#define CCM_CSCMR1_USDHC1_CLK_SEL 0x00010000u
#define CCM_CSCMR1_USDHC2_CLK_SEL 0x00020000u
#define CCM_CSCMR2 0x20u
#define CCM_CSCMR2_CAN_CLK_PODF 0x000000FCu
#define CCM_CSCMR2_CAN_CLK_SEL 0x00000300u
#define CCM_CSCMR2_FLEXIO2_CLK_SEL 0x00180000u
#define CCM_CSCDR1 0x24u
#define CCM_CSCDR1_UART_CLK_PODF 0x0000003Fu
#define CCM_CSCDR1_UART_CLK_SEL 0x00000040u
#define CCM_CSCDR1_USDHC1_PODF 0x00003800u
#define CCM_CSCDR1_USDHC2_PODF 0x00070000u
#define CCM_CSCDR1_TRACE_PODF 0x06000000u
#define CCM_CS1CDR 0x28u
#define CCM_CS1CDR_SAI1_CLK_PODF 0x0000003Fu
#define CCM_CS1CDR_SAI1_CLK_PRED 0x000001C0u
#define CCM_CS1CDR_FLEXIO2_CLK_PRED 0x00000E00u
#define CCM_CS1CDR_SAI3_CLK_PODF 0x003F0000u
#define CCM_CS1CDR_SAI3_CLK_PRED 0x01C00000u
#define CCM_CS1CDR_FLEXIO2_CLK_PODF 0x0E000000u
#define CCM_CS2CDR 0x2Cu
#define CCM_CS2CDR_SAI2_CLK_PODF 0x0000003Fu
#define CCM_CS2CDR_SAI2_CLK_PRED 0x000001C0u
#define CCM_CDCDR 0x30u
#define CCM_CDCDR_FLEXIO1_CLK_SEL 0x00000180u
#define CCM_CDCDR_FLEXIO1_CLK_PODF 0x00000E00u
#define CCM_CDCDR_FLEXIO1_CLK_PRED 0x00007000u
#define CCM_CDCDR_SPDIF0_CLK_SEL 0x00300000u
#define CCM_CDCDR_SPDIF0_CLK_PODF 0x01C00000u
#define CCM_CDCDR_SPDIF0_CLK_PRED 0x0E000000u
#define CCM_CSCDR2 0x38u
#define CCM_CSCDR2_LCDIF_PRED 0x00007000u
#define CCM_CSCDR2_LCDIF_PRE_CLK_SEL 0x00038000u
#define CCM_CSCDR2_LPI2C_CLK_SEL 0x00040000u
#define CCM_CSCDR2_LPI2C_CLK_PODF 0x01F80000u
#define CCM_CSCDR3 0x3Cu
#define CCM_CSCDR3_CSI_CLK_SEL 0x00000600u
#define CCM_CSCDR3_CSI_PODF 0x00003800u
#define CCM_CDHIPR 0x48u
#define CCM_CDHIPR_SEMC_PODF_BUSY 0x00000001u
#define CCM_CDHIPR_AHB_PODF_BUSY 0x00000002u
#define CCM_CDHIPR_PERIPH_CLK_SEL_BUSY 0x00000020u
#define CCM_CDHIPR_ARM_PODF_BUSY 0x00010000u
#define CCM_CCOSR 0x60u
#define CCM_CCOSR_CLKO1_SEL 0x0000000Fu
#define CCM_CCOSR_CLKO1_DIV 0x00000070u
#define CCM_CCOSR_CLKO1_EN 0x00000080u
#define CCM_CCOSR_CLK_OUT_SEL 0x00000100u
#define CCM_CCOSR_CLKO2_SEL 0x001F0000u
#define CCM_CCOSR_CLKO2_DIV 0x00E00000u
#define CCM_CCOSR_CLKO2_EN 0x01000000u
#define CCM_CCGR0 0x68u

/* One step of a clock set-up: a field, its value, and the bit of CDHIPR that has to go back to 0 (0: none). */
struct ccm_step {
    uint16_t offset;
    uint16_t value; /* of the field, not shifted */
    uint32_t field; /* mask */
    uint32_t busy;
};

#define CCM_SET(name, field_name, field_value)                                                                         \
    {.offset = CCM_##name, .value = (field_value), .field = CCM_##name##_##field_name, .busy = 0}
#define CCM_SET_AND_WAIT(name, field_name, field_value, busy_name)                                                     \
    {.offset = CCM_##name, .value = (field_value), .field = CCM_##name##_##field_name, .busy = CCM_CDHIPR_##busy_name}
/* Gate `gate` (0..15) of CCGRn: off in all modes, or on in all but stop. */
#define CCM_GATE_OFF(n, gate) {.offset = CCM_CCGR0 + 4u * (n), .value = 0, .field = 3u << (2u * (gate)), .busy = 0}
#define CCM_GATE_ON(n, gate) {.offset = CCM_CCGR0 + 4u * (n), .value = 3, .field = 3u << (2u * (gate)), .busy = 0}

enum status ccm_run(uintptr_t base, const struct ccm_step *steps, uint32_t count);

#endif
