/* 32 MB of SDRAM on the MIMXRT1060-EVK: 16 bits wide, at 0x80000000. Values as in the device configuration data of
 * NXP's board files (dcd.c), which are for a SEMC clock of 163.86 MHz. Here it runs at the 75 MHz that clock_boot_run
 * leaves (600 MHz / 8): times given in clocks are longer then, which the chip allows, but for the refresh. */
#include "boards/sdram.h"

#include "drivers/ccm.h"
#include "drivers/iomuxc.h"
#include "drivers/mpu.h"
#include "drivers/semc.h"
#include "mimxrt1062.h"

#define FIRST_PAD 0u /* GPIO_EMC_00 */
#define DQS_PAD 39u  /* GPIO_EMC_39: the strobe that reads are timed by, fed back */
#define MUX_SEMC 0u
#define MUX_DQS 4u
#define MUX_SION (1u << 4)
#define PAD_SEMC 0x110F9u /* fast, drive strength R0 / 7, hysteresis */

/* SDRAMCR3: a group of 5 refreshes (REBL 4) every RT * PRESCALE * 16 clocks: 17 * 160 / 75 MHz = 36.3 us, hence one in
 * 7.25 us; the chip wants 8192 in 64 ms, one in 7.8 us. From UT * 160 clocks on they go before accesses. */
#define REFRESH ((40u << 24) | (17u << 16) | (10u << 8) | (4u << 1))

#define SDRAM_BASE 0x80000000u
#define SDRAM_SIZE_BITS 13u /* 4 KB << 13 = 32 MB */
#define MPU_REGION 9u

static const struct ccm_step gates[] = {
    CCM_GATE_ON(3, 2), /* SEMC */
};

static const struct semc_sdram sdram = {
    .base = SEMC_BASE,
    .address = SDRAM_BASE,
    .size_bits = SDRAM_SIZE_BITS,
    .pins = 0x79A8u, /* chip selects of other memories on pins that are free */
    .queues = {0x81u, 0x81u},
    .control = {0xF31u, 0x652922u, 0x10920u, REFRESH},
    .mode = 0x33u, /* bursts of 8, CAS latency 3 */
};

/* Normal memory only now: the core may read ahead in such, and an address that does not answer is a bus error. */
static const struct mpu_region region = {MPU_REGION, SDRAM_BASE, MPU_SIZE(25) | MPU_AP_FULL | MPU_NORMAL};

enum status board_sdram_start(void) {
    enum status status = ccm_run(CCM_BASE, gates, sizeof gates / sizeof gates[0]);
    if (status != STATUS_OK) {
        return status;
    }
    for (uint32_t pad = FIRST_PAD; pad <= DQS_PAD; pad++) {
        const uint32_t mode = pad == DQS_PAD ? MUX_DQS | MUX_SION : MUX_SEMC;
        iomuxc_set_pin(IOMUXC_SW_MUX_CTL(pad), mode, IOMUXC_SW_PAD_CTL(pad), PAD_SEMC);
    }
    status = semc_start_sdram(&sdram);
    if (status == STATUS_OK) {
        mpu_configure(&region, 1);
    }
    return status;
}
