/* SEMC, the controller of external memory of i.MX RT parts, for SDRAM on chip select 0 (i.MX RT1060 reference manual,
 * chapter SEMC; names as in MIMXRT1062.h). */
#ifndef DRIVERS_SEMC_H
#define DRIVERS_SEMC_H

#include <stdint.h>

#include "common/status.h"

#define SEMC_MCR 0x00u
#define SEMC_MCR_SWRST (1u << 0)
#define SEMC_MCR_MDIS (1u << 1)
#define SEMC_MCR_DQSMD (1u << 2)
#define SEMC_MCR_BTO_SHIFT 24
#define SEMC_IOCR 0x04u
#define SEMC_BMCR0 0x08u
#define SEMC_BMCR1 0x0Cu
#define SEMC_BR0 0x10u
#define SEMC_BR_VLD (1u << 0)
#define SEMC_BR_MS_SHIFT 1
#define SEMC_INTR 0x3Cu
#define SEMC_INTR_IPCMDDONE (1u << 0)
#define SEMC_INTR_IPCMDERR (1u << 1)
#define SEMC_SDRAMCR0 0x40u
#define SEMC_SDRAMCR1 0x44u
#define SEMC_SDRAMCR2 0x48u
#define SEMC_SDRAMCR3 0x4Cu
#define SEMC_SDRAMCR3_REN (1u << 0)
#define SEMC_IPCR0 0x90u
#define SEMC_IPCR1 0x94u
#define SEMC_IPCR2 0x98u
#define SEMC_IPCMD 0x9Cu
#define SEMC_IPCMD_KEY 0xA55A0000u
#define SEMC_IPTXDAT 0xA0u

/* A chip and how it is wired. */
struct semc_sdram {
    uintptr_t base;              /* of the controller */
    uint32_t address, size_bits; /* of the memory: 4 KB << size_bits bytes */
    uint32_t pins;               /* IOCR */
    uint32_t queues[2];          /* BMCR0, BMCR1: order of waiting accesses */
    uint32_t control[4];         /* SDRAMCR0 to 3; refresh is switched on last */
    uint32_t mode;               /* the chip's mode register */
};

/* Bring the chip up: precharge, two refreshes, mode, then refresh by itself. The clock has to be on. STATUS_TIMEOUT: a
 * command did not end; STATUS_NOT_PRESENT: the controller refused one. */
enum status semc_start_sdram(const struct semc_sdram *sdram);

#endif
