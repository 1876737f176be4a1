#include "semc.h"

#include "common/config.h"
#include "common/mmio.h"

#define BUS_TIMEOUT (16u << SEMC_MCR_BTO_SHIFT)
#define DATA_BYTES 2u /* of IP commands */
#define MODE_SET 0xAu
#define AUTO_REFRESH 0xCu
#define PRECHARGE_ALL 0xFu

static enum status wait_for_done(uintptr_t base) {
    for (uint32_t i = 0; i < POLL_LIMIT; i++) {
        const uint32_t flags = MMIO32(base + SEMC_INTR) & (SEMC_INTR_IPCMDDONE | SEMC_INTR_IPCMDERR);
        if (flags != 0u) {
            MMIO32(base + SEMC_INTR) = flags;
            return (flags & SEMC_INTR_IPCMDERR) != 0u ? STATUS_NOT_PRESENT : STATUS_OK;
        }
    }
    return STATUS_TIMEOUT;
}

static enum status command(const struct semc_sdram *sdram, uint32_t code, uint32_t data) {
    const uintptr_t base = sdram->base;
    MMIO32(base + SEMC_INTR) = SEMC_INTR_IPCMDDONE | SEMC_INTR_IPCMDERR;
    MMIO32(base + SEMC_IPCR0) = sdram->address;
    MMIO32(base + SEMC_IPTXDAT) = data;
    MMIO32(base + SEMC_IPCMD) = SEMC_IPCMD_KEY | code;
    return wait_for_done(base);
}

static enum status reset(uintptr_t base) {
    MMIO32(base + SEMC_MCR) = SEMC_MCR_SWRST;
    for (uint32_t i = 0; i < POLL_LIMIT; i++) {
        if ((MMIO32(base + SEMC_MCR) & SEMC_MCR_SWRST) == 0u) {
            MMIO32(base + SEMC_MCR) = BUS_TIMEOUT | SEMC_MCR_DQSMD;
            return STATUS_OK;
        }
    }
    return STATUS_TIMEOUT;
}

static void configure(const struct semc_sdram *sdram) {
    const uintptr_t base = sdram->base;
    MMIO32(base + SEMC_BMCR0) = sdram->queues[0];
    MMIO32(base + SEMC_BMCR1) = sdram->queues[1];
    MMIO32(base + SEMC_BR0) = sdram->address | (sdram->size_bits << SEMC_BR_MS_SHIFT) | SEMC_BR_VLD;
    MMIO32(base + SEMC_IOCR) = sdram->pins;
    MMIO32(base + SEMC_SDRAMCR0) = sdram->control[0];
    MMIO32(base + SEMC_SDRAMCR1) = sdram->control[1];
    MMIO32(base + SEMC_SDRAMCR2) = sdram->control[2];
    MMIO32(base + SEMC_SDRAMCR3) = sdram->control[3];
    MMIO32(base + SEMC_IPCR1) = DATA_BYTES;
    MMIO32(base + SEMC_IPCR2) = 0;
}

enum status semc_start_sdram(const struct semc_sdram *sdram) {
    enum status status = reset(sdram->base);
    if (status == STATUS_OK) {
        configure(sdram);
        status = command(sdram, PRECHARGE_ALL, 0);
    }
    for (uint32_t i = 0; i < 2u && status == STATUS_OK; i++) {
        status = command(sdram, AUTO_REFRESH, 0);
    }
    if (status == STATUS_OK) {
        status = command(sdram, MODE_SET, sdram->mode);
    }
    if (status == STATUS_OK) {
        MMIO32(sdram->base + SEMC_SDRAMCR3) = sdram->control[3] | SEMC_SDRAMCR3_REN;
    }
    return status;
}
