/* SCG, the clock generator of Kinetis KE1x parts. Names as in MKE16Z4.h of NXP's SDK. */
#ifndef DRIVERS_SCG_H
#define DRIVERS_SCG_H

#include <stdint.h>

#include "common/status.h"

#define SCG_CSR 0x010u
#define SCG_RCCR 0x014u
#define SCG_RCCR_SCS_SHIFT 24
#define SCG_RCCR_SCS_MASK (0xFu << 24)
#define SCG_RCCR_DIVCORE_SHIFT 16
#define SCG_RCCR_DIVSLOW_SHIFT 0

/* A clock source has three words: CSR, DIV, CFG. */
#define SCG_SOSC 0x100u
#define SCG_SIRC 0x200u
#define SCG_FIRC 0x300u
#define SCG_LPFLL 0x500u
#define SCG_SOURCE_CSR 0x0u
#define SCG_SOURCE_DIV 0x4u
#define SCG_SOURCE_CFG 0x8u

#define SCG_SOURCE_CSR_EN (1u << 0)
#define SCG_SOURCE_CSR_LK (1u << 23)
#define SCG_SOURCE_CSR_VLD (1u << 24)
#define SCG_SOURCE_CSR_SEL (1u << 25)
#define SCG_SOURCE_CSR_ERR (1u << 26)
#define SCG_SOSCCSR_SOSCSTEN (1u << 1)
#define SCG_SOSCCSR_SOSCLPEN (1u << 2)
#define SCG_SOURCE_DIV_DIV2_SHIFT 8
#define SCG_DIV_BY_1 1u
#define SCG_DIV_BY_2 2u

#define SCG_SOSCCFG_EREFS (1u << 2)
#define SCG_SOSCCFG_RANGE_MEDIUM (2u << 4)
#define SCG_SIRCCFG_RANGE_HIGH (1u << 0)

enum scg_system_source { SCG_SYSTEM_SOSC = 1, SCG_SYSTEM_SIRC = 2, SCG_SYSTEM_FIRC = 3, SCG_SYSTEM_LPFLL = 5 };

struct scg_source {
    uint32_t offset;  /* SCG_SOSC, SCG_SIRC, SCG_FIRC or SCG_LPFLL */
    uint32_t stopped; /* what CSR is set to first: 0, or SCG_SOURCE_CSR_ERR to clear the error flag */
    uint32_t divider; /* value of DIV */
    uint32_t config;  /* value of CFG */
    uint32_t enable;  /* bits of CSR: EN and what goes with it */
};

/* Stop the source, set it up, start it, wait for VLD. A source that is locked or drives the system stays as it is, as
 * with the vendor's code, and only VLD is waited for. */
enum status scg_start_source(uintptr_t base, const struct scg_source *source);

/* Switch the system clock and wait until CSR shows the new source. divide_core, divide_slow: 1..16. */
enum status scg_select(uintptr_t base, enum scg_system_source source, uint32_t divide_core, uint32_t divide_slow);

#endif
