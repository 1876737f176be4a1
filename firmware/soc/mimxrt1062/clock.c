#include "clock.h"

#include "common/mmio.h"
#include "drivers/ccm.h"
#include "drivers/ccm_analog.h"
#include "mimxrt1062.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* The core and all buses get the crystal while the PLLs change. */
static const struct ccm_step onto_crystal[] = {
    CCM_SET(CCR, OSCNT, 127),
    CCM_SET(CBCMR, PERIPH_CLK2_SEL, 1),
    CCM_SET_AND_WAIT(CBCDR, PERIPH_CLK_SEL, 1, PERIPH_CLK_SEL_BUSY),
};

/* Dividers of the core and the buses, then every peripheral clock: gate off, divider, source. */
static const struct ccm_step peripherals[] = {
    CCM_SET_AND_WAIT(CBCDR, AHB_PODF, 0, AHB_PODF_BUSY),
    CCM_GATE_OFF(1, 8),  /* ADC1 */
    CCM_GATE_OFF(1, 4),  /* ADC2 */
    CCM_GATE_OFF(2, 11), /* XBAR1 */
    CCM_GATE_OFF(2, 12), /* XBAR2 */
    CCM_GATE_OFF(2, 7),  /* XBAR3 */
    CCM_SET(CBCDR, IPG_PODF, 3),
    CCM_SET_AND_WAIT(CACRR, ARM_PODF, 1, ARM_PODF_BUSY),
    CCM_SET(CBCDR, PERIPH_CLK2_PODF, 0),
    CCM_GATE_OFF(1, 10), /* GPT1 */
    CCM_GATE_OFF(1, 11), /* GPT1 serial */
    CCM_GATE_OFF(0, 12), /* GPT2 */
    CCM_GATE_OFF(0, 13), /* GPT2 serial */
    CCM_GATE_OFF(1, 6),  /* PIT */
    CCM_SET(CSCMR1, PERCLK_PODF, 1),
    CCM_GATE_OFF(6, 1), /* USDHC1 */
    CCM_SET(CSCDR1, USDHC1_PODF, 1),
    CCM_SET(CSCMR1, USDHC1_CLK_SEL, 0),
    CCM_GATE_OFF(6, 2), /* USDHC2 */
    CCM_SET(CSCDR1, USDHC2_PODF, 1),
    CCM_SET(CSCMR1, USDHC2_CLK_SEL, 0),
    CCM_GATE_OFF(3, 2), /* SEMC */
    CCM_SET_AND_WAIT(CBCDR, SEMC_PODF, 7, SEMC_PODF_BUSY),
    CCM_SET(CBCDR, SEMC_ALT_CLK_SEL, 0),
    CCM_SET(CBCDR, SEMC_CLK_SEL, 0),
    CCM_GATE_OFF(7, 1), /* FLEXSPI2 */
    CCM_SET(CBCMR, FLEXSPI2_PODF, 1),
    CCM_SET(CBCMR, FLEXSPI2_CLK_SEL, 1),
    CCM_GATE_OFF(2, 1), /* CSI */
    CCM_SET(CSCDR3, CSI_PODF, 1),
    CCM_SET(CSCDR3, CSI_CLK_SEL, 0),
    CCM_GATE_OFF(1, 0), /* LPSPI1 */
    CCM_GATE_OFF(1, 1), /* LPSPI2 */
    CCM_GATE_OFF(1, 2), /* LPSPI3 */
    CCM_GATE_OFF(1, 3), /* LPSPI4 */
    CCM_SET(CBCMR, LPSPI_PODF, 4),
    CCM_SET(CBCMR, LPSPI_CLK_SEL, 2),
    CCM_GATE_OFF(0, 11), /* TRACE */
    CCM_SET(CSCDR1, TRACE_PODF, 3),
    CCM_SET(CBCMR, TRACE_CLK_SEL, 0),
    CCM_GATE_OFF(5, 9), /* SAI1 */
    CCM_SET(CS1CDR, SAI1_CLK_PRED, 3),
    CCM_SET(CS1CDR, SAI1_CLK_PODF, 1),
    CCM_SET(CSCMR1, SAI1_CLK_SEL, 0),
    CCM_GATE_OFF(5, 10), /* SAI2 */
    CCM_SET(CS2CDR, SAI2_CLK_PRED, 3),
    CCM_SET(CS2CDR, SAI2_CLK_PODF, 1),
    CCM_SET(CSCMR1, SAI2_CLK_SEL, 0),
    CCM_GATE_OFF(5, 11), /* SAI3 */
    CCM_SET(CS1CDR, SAI3_CLK_PRED, 3),
    CCM_SET(CS1CDR, SAI3_CLK_PODF, 1),
    CCM_SET(CSCMR1, SAI3_CLK_SEL, 0),
    CCM_GATE_OFF(2, 3), /* LPI2C1 */
    CCM_GATE_OFF(2, 4), /* LPI2C2 */
    CCM_GATE_OFF(2, 5), /* LPI2C3 */
    CCM_SET(CSCDR2, LPI2C_CLK_PODF, 0),
    CCM_SET(CSCDR2, LPI2C_CLK_SEL, 0),
    CCM_GATE_OFF(0, 7),  /* CAN1 */
    CCM_GATE_OFF(0, 9),  /* CAN2 */
    CCM_GATE_OFF(7, 3),  /* CAN3 */
    CCM_GATE_OFF(0, 8),  /* CAN1 serial */
    CCM_GATE_OFF(0, 10), /* CAN2 serial */
    CCM_GATE_OFF(7, 4),  /* CAN3 serial */
    CCM_SET(CSCMR2, CAN_CLK_PODF, 1),
    CCM_SET(CSCMR2, CAN_CLK_SEL, 2),
    CCM_GATE_OFF(5, 12), /* LPUART1 */
    CCM_GATE_OFF(0, 14), /* LPUART2 */
    CCM_GATE_OFF(0, 6),  /* LPUART3 */
    CCM_GATE_OFF(1, 12), /* LPUART4 */
    CCM_GATE_OFF(3, 1),  /* LPUART5 */
    CCM_GATE_OFF(3, 3),  /* LPUART6 */
    CCM_GATE_OFF(5, 13), /* LPUART7 */
    CCM_GATE_OFF(6, 7),  /* LPUART8 */
    CCM_SET(CSCDR1, UART_CLK_PODF, 0),
    CCM_SET(CSCDR1, UART_CLK_SEL, 0),
    CCM_GATE_OFF(3, 5), /* LCDIF pixel */
    CCM_SET(CSCDR2, LCDIF_PRED, 1),
    CCM_SET(CBCMR, LCDIF_PODF, 3),
    CCM_SET(CSCDR2, LCDIF_PRE_CLK_SEL, 5),
    CCM_GATE_OFF(5, 7), /* SPDIF */
    CCM_SET(CDCDR, SPDIF0_CLK_PRED, 1),
    CCM_SET(CDCDR, SPDIF0_CLK_PODF, 7),
    CCM_SET(CDCDR, SPDIF0_CLK_SEL, 3),
    CCM_GATE_OFF(5, 1), /* FLEXIO1 */
    CCM_SET(CDCDR, FLEXIO1_CLK_PRED, 1),
    CCM_SET(CDCDR, FLEXIO1_CLK_PODF, 7),
    CCM_SET(CDCDR, FLEXIO1_CLK_SEL, 3),
    CCM_GATE_OFF(3, 0), /* FLEXIO2 */
    CCM_SET(CS1CDR, FLEXIO2_CLK_PRED, 1),
    CCM_SET(CS1CDR, FLEXIO2_CLK_PODF, 7),
    CCM_SET(CSCMR2, FLEXIO2_CLK_SEL, 3),
    CCM_SET(CCSR, PLL3_SW_CLK_SEL, 0),
};

/* Back from the crystal to the PLLs. */
static const struct ccm_step onto_plls[] = {
    CCM_SET(CBCMR, PRE_PERIPH_CLK_SEL, 3),
    CCM_SET_AND_WAIT(CBCDR, PERIPH_CLK_SEL, 0, PERIPH_CLK_SEL_BUSY),
    CCM_SET(CBCMR, PERIPH_CLK2_SEL, 0),
    CCM_SET(CSCMR1, PERCLK_CLK_SEL, 0),
};

/* The clock output pins: chosen, but off. */
static const struct ccm_step outputs[] = {
    CCM_SET(CCOSR, CLKO1_DIV, 0),  CCM_SET(CCOSR, CLKO1_SEL, 1),   CCM_SET(CCOSR, CLKO2_DIV, 0),
    CCM_SET(CCOSR, CLKO2_SEL, 18), CCM_SET(CCOSR, CLK_OUT_SEL, 0), CCM_SET(CCOSR, CLKO1_EN, 0),
    CCM_SET(CCOSR, CLKO2_EN, 0),
};

/* 1.275 V for the core: needed above 528 MHz. */
static enum status raise_core_voltage(void) {
    mmio_update(DCDC_REG3, DCDC_REG3_TRG, 0x13);
    return mmio_wait(DCDC_REG0, DCDC_REG0_STS_DC_OK, DCDC_REG0_STS_DC_OK);
}

static enum status start_plls(void) {
    enum status status = ccm_analog_start_arm_pll(CCM_ANALOG_BASE, 100); /* 1200 MHz */
    if (status == STATUS_OK) {
        status = ccm_analog_start_sys_pll(CCM_ANALOG_BASE);
    }
    if (status == STATUS_OK) {
        static const uint8_t fractions[] = {27, 16, 24, 16};
        for (uint32_t pfd = 0; pfd < COUNT(fractions); pfd++) {
            ccm_analog_set_sys_pfd(CCM_ANALOG_BASE, pfd, fractions[pfd]);
        }
        ccm_analog_bypass_unused(CCM_ANALOG_BASE);
        status = ccm_analog_start_video_pll(CCM_ANALOG_BASE, 31);
    }
    return status;
}

/* Sources of clocks that other blocks choose for themselves. */
static void choose_other_sources(void) {
    mmio_update(CCM_ANALOG_BASE + CCM_ANALOG_MISC1, CCM_ANALOG_MISC1_LVDS1_CLK_SEL, 0);
    mmio_update(IOMUXC_GPR_GPR1,
                IOMUXC_GPR_GPR1_SAI1_MCLK1_SEL | IOMUXC_GPR_GPR1_SAI1_MCLK2_SEL | IOMUXC_GPR_GPR1_SAI1_MCLK3_SEL |
                    IOMUXC_GPR_GPR1_SAI2_MCLK3_SEL | IOMUXC_GPR_GPR1_SAI3_MCLK3_SEL,
                0);
    mmio_update(IOMUXC_GPR_GPR2, IOMUXC_GPR_GPR2_MQS_CLK_DIV | IOMUXC_GPR_GPR2_MQS_OVERSAMPLE, 0);
    mmio_update(IOMUXC_GPR_GPR1, IOMUXC_GPR_GPR1_ENET1_TX_CLK_DIR | IOMUXC_GPR_GPR1_ENET2_TX_CLK_DIR, 0);
    mmio_update(IOMUXC_GPR_GPR5, IOMUXC_GPR_GPR5_VREF_1M_CLK_GPT1 | IOMUXC_GPR_GPR5_VREF_1M_CLK_GPT2, 0);
}

enum status clock_boot_run(void) {
    enum status status = ccm_analog_start_crystal(CCM_ANALOG_BASE);
    if (status == STATUS_OK) {
        status = ccm_run(CCM_BASE, onto_crystal, COUNT(onto_crystal));
    }
    if (status == STATUS_OK) {
        status = raise_core_voltage();
    }
    if (status == STATUS_OK) {
        status = ccm_run(CCM_BASE, peripherals, COUNT(peripherals));
    }
    if (status == STATUS_OK) {
        status = start_plls();
    }
    if (status == STATUS_OK) {
        status = ccm_run(CCM_BASE, onto_plls, COUNT(onto_plls));
    }
    if (status == STATUS_OK) {
        choose_other_sources();
        status = ccm_run(CCM_BASE, outputs, COUNT(outputs));
    }
    return status;
}
