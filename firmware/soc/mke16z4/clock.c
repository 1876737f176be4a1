#include "clock.h"

#include "drivers/pcc.h"
#include "drivers/scg.h"
#include "mke16z4.h"

/* 8 MHz crystal, low-power oscillator, also on in low-power modes. */
static const struct scg_source system_oscillator = {
    .offset = SCG_SOSC,
    .stopped = SCG_SOURCE_CSR_ERR,
    .divider = SCG_DIV_BY_1 << SCG_SOURCE_DIV_DIV2_SHIFT,
    .config = SCG_SOSCCFG_EREFS | SCG_SOSCCFG_RANGE_MEDIUM,
    .enable = SCG_SOURCE_CSR_EN | SCG_SOSCCSR_SOSCLPEN,
};

/* 8 MHz. */
static const struct scg_source slow_internal = {
    .offset = SCG_SIRC,
    .stopped = 0,
    .divider = SCG_DIV_BY_2 << SCG_SOURCE_DIV_DIV2_SHIFT,
    .config = SCG_SIRCCFG_RANGE_HIGH,
    .enable = SCG_SOURCE_CSR_EN,
};

/* 48 MHz. */
static const struct scg_source fast_internal = {
    .offset = SCG_FIRC,
    .stopped = SCG_SOURCE_CSR_ERR,
    .divider = SCG_DIV_BY_1 << SCG_SOURCE_DIV_DIV2_SHIFT,
    .config = 0,
    .enable = SCG_SOURCE_CSR_EN,
};

/* 48 MHz. */
static const struct scg_source low_power_fll = {
    .offset = SCG_LPFLL,
    .stopped = SCG_SOURCE_CSR_ERR,
    .divider = SCG_DIV_BY_2 << SCG_SOURCE_DIV_DIV2_SHIFT,
    .config = 0,
    .enable = SCG_SOURCE_CSR_EN,
};

/* The core runs from FIRC after reset; to set FIRC up it has to run from SIRC meanwhile. */
static enum status start_fast_internal(void) {
    enum status status = scg_start_source(SCG_BASE, &slow_internal);
    if (status == STATUS_OK) {
        status = scg_select(SCG_BASE, SCG_SYSTEM_SIRC, 1, 4);
    }
    if (status == STATUS_OK) {
        status = scg_start_source(SCG_BASE, &fast_internal);
    }
    if (status == STATUS_OK) {
        status = scg_select(SCG_BASE, SCG_SYSTEM_FIRC, 1, 4);
    }
    return status;
}

static enum status choose_peripheral_clocks(void) {
    enum status status = pcc_set_source(PCC_ADC0, PCC_SOURCE_SOSC);
    if (status == STATUS_OK) {
        status = pcc_set_source(PCC_LPI2C0, PCC_SOURCE_SOSC);
    }
    if (status == STATUS_OK) {
        status = pcc_set_source(PCC_LPUART0, PCC_SOURCE_SOSC);
    }
    return status;
}

enum status clock_boot_run(void) {
    enum status status = scg_start_source(SCG_BASE, &system_oscillator);
    if (status == STATUS_OK) {
        status = start_fast_internal();
    }
    if (status == STATUS_OK) {
        status = scg_start_source(SCG_BASE, &slow_internal);
    }
    if (status == STATUS_OK) {
        status = scg_start_source(SCG_BASE, &low_power_fll);
    }
    if (status == STATUS_OK) {
        status = scg_select(SCG_BASE, SCG_SYSTEM_LPFLL, 1, 2);
    }
    if (status == STATUS_OK) {
        status = choose_peripheral_clocks();
    }
    return status;
}
