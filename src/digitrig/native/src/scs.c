/* The private peripheral bus: NVIC, SCB, MPU and FPU registers, cache maintenance, DWT, ITM.
 * DDI 0403E B3 and C1, DDI 0419 B3; Cortex-M7 values: DDI 0489. Armv6-M takes words only and has the SCS only. */
#include "cache.h"

#include <string.h>

#define SCS_BASE 0xE000E000u
#define DWT_BASE 0xE0001000u
#define ITM_BASE 0xE0000000u
#define FPB_BASE 0xE0002000u
#define AIRCR_VECTKEY 0x05FA0000u
#define AIRCR_SYSRESETREQ 4u
#define CCR_USERSETMPEND 2u

/* ------------------------------------------------------------------ system control block */
static uint32_t read_icsr(const struct dr_board *b) {
    int32_t priority;
    uint32_t pending = dr_highest_pending(b, &priority), active = b->cpu.ipsr, others = 0, irqs = 0;
    others = b->scs.system_active & ~(active < DR_EXC_IRQ0 ? 1u << active : 0);
    for (uint32_t word = 0; word < 8; word++) {
        uint32_t self =
            active >= DR_EXC_IRQ0 && (active - DR_EXC_IRQ0) / 32 == word ? 1u << (active - DR_EXC_IRQ0) % 32 : 0;
        others |= b->scs.active[word] & ~self;
        irqs |= b->scs.pending[word];
    }
    uint32_t base = dr_is_v7(b) && !others ? 1u << 11 : 0;
    return active | base | pending << 12 | (irqs ? 1u << 22 : 0) | (uint32_t)dr_is_pending(b, DR_EXC_SYSTICK) << 26 |
           (uint32_t)dr_is_pending(b, DR_EXC_PENDSV) << 28 | (uint32_t)dr_is_pending(b, DR_EXC_NMI) << 31;
}

static void write_icsr(struct dr_board *b, uint32_t value) {
    if (value >> 31 & 1u) {
        dr_set_pending(b, DR_EXC_NMI);
    }
    if (value >> 28 & 1u) {
        dr_set_pending(b, DR_EXC_PENDSV);
    } else if (value >> 27 & 1u) {
        dr_clear_pending(b, DR_EXC_PENDSV);
    }
    if (value >> 26 & 1u) {
        dr_set_pending(b, DR_EXC_SYSTICK);
    } else if (value >> 25 & 1u) {
        dr_clear_pending(b, DR_EXC_SYSTICK);
    }
}

static void write_aircr(struct dr_board *b, uint32_t value) {
    if ((value & 0xFFFF0000u) != AIRCR_VECTKEY) {
        return;
    }
    if (dr_is_v7(b)) {
        b->scs.aircr = value & 0x700u;
    }
    if (value & AIRCR_SYSRESETREQ) {
        dr_log(b, DR_LOG_RESET, ~0u, ~0u, SCS_BASE + 0xD0Cu, 4, true, value, 0);
        dr_stop_run(b, DR_STOP_RESET, 0);
    }
}

/* Where the active and pending bits of the system exceptions lie in SHCSR. */
static const struct {
    uint8_t exception, active, pending;
} shcsr_bits[] = {{DR_EXC_MEM_MANAGE, 0, 13}, {DR_EXC_BUS_FAULT, 1, 14},     {DR_EXC_USAGE_FAULT, 3, 12},
                  {DR_EXC_SVC, 7, 15},        {DR_EXC_DEBUG_MONITOR, 8, 31}, {DR_EXC_PENDSV, 10, 31},
                  {DR_EXC_SYSTICK, 11, 31}};

static uint32_t read_shcsr(const struct dr_board *b) {
    uint32_t value = b->scs.shcsr & 0x70000u;
    if (!dr_is_v7(b)) {
        return (uint32_t)dr_is_pending(b, DR_EXC_SVC) << 15;
    }
    for (size_t k = 0; k < sizeof shcsr_bits / sizeof shcsr_bits[0]; k++) {
        uint32_t exception = shcsr_bits[k].exception;
        value |= (uint32_t)(b->scs.system_active >> exception & 1u) << shcsr_bits[k].active;
        if (shcsr_bits[k].pending < 31) {
            value |= (uint32_t)(b->scs.system_pending >> exception & 1u) << shcsr_bits[k].pending;
        }
    }
    return value;
}

static void write_shcsr(struct dr_board *b, uint32_t value) {
    if (!dr_is_v7(b)) {
        return;
    }
    b->scs.shcsr = value & 0x70000u;
    for (size_t k = 0; k < sizeof shcsr_bits / sizeof shcsr_bits[0]; k++) {
        uint16_t bit = (uint16_t)(1u << shcsr_bits[k].exception);
        bool active = value >> shcsr_bits[k].active & 1u;
        b->scs.system_active = (uint16_t)(active ? b->scs.system_active | bit : b->scs.system_active & ~bit);
        if (shcsr_bits[k].pending < 31) {
            bool pending = value >> shcsr_bits[k].pending & 1u;
            b->scs.system_pending = (uint16_t)(pending ? b->scs.system_pending | bit : b->scs.system_pending & ~bit);
        }
    }
}

static uint32_t read_system_priority(const struct dr_board *b, uint32_t first) {
    const uint8_t *p = &b->scs.system_priority[first];
    return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static void write_system_priority(struct dr_board *b, uint32_t first, uint32_t value) {
    uint32_t there = dr_is_v7(b) ? 0xD870u : 0xC800u; /* exceptions with a priority field */
    for (uint32_t k = 0; k < 4; k++) {
        if (there >> (first + k) & 1u) {
            b->scs.system_priority[first + k] = dr_implemented_priority(b, value >> 8 * k);
        }
    }
}

/* Identification of the Cortex-M7 at 0xD40 (DDI 0489 table 4-1): PFR0 to ISAR4. */
static const uint32_t m7_identification[] = {0x00000030, 0x00000200, 0x00100000, 0x00000000, 0x00100030,
                                             0x00000000, 0x01000000, 0x00000000, 0x01101110, 0x02112000,
                                             0x20232231, 0x01111131, 0x01310132};

static uint32_t read_cache_id(const struct dr_board *b, uint32_t offset) {
    bool caches = b->config.ccsidr[0] || b->config.ccsidr[1];
    switch (offset) {
    case 0xD78: /* CLIDR: level 1 instruction and data cache */
        return caches ? 0x09000003u : 0;
    case 0xD7C: /* CTR */
        return caches ? 0x8303C003u : 0x8000C000u;
    case 0xD80: /* CCSIDR */
        return b->config.ccsidr[b->scs.csselr & 1u];
    default:
        return b->scs.csselr;
    }
}

static uint32_t read_fp_register(const struct dr_board *b, uint32_t offset) {
    if (!b->config.has_fpu) {
        return 0;
    }
    bool doubles = b->config.has_fpu == 2;
    switch (offset) {
    case 0xF34:
        return b->scs.fpccr;
    case 0xF38:
        return b->scs.fpcar;
    case 0xF3C:
        return b->scs.fpdscr;
    case 0xF40:
        return doubles ? 0x10110221u : 0x10110021u; /* MVFR0 */
    case 0xF44:
        return doubles ? 0x12000011u : 0x11000011u; /* MVFR1 */
    default:
        return 0x00000040u; /* MVFR2 */
    }
}

static uint32_t read_mpu(const struct dr_board *b, uint32_t offset) {
    uint32_t k = b->scs.mpu_rnr;
    switch (offset) {
    case 0xD90:
        return b->config.mpu_regions << 8;
    case 0xD94:
        return b->scs.mpu_ctrl;
    case 0xD98:
        return k;
    default:
        break;
    }
    if (b->config.mpu_regions == 0 || (!dr_is_v7(b) && offset > 0xDA0)) {
        return 0;
    }
    return (offset - 0xD9C) & 4u ? b->scs.mpu_rasr[k] : (b->scs.mpu_rbar[k] & ~0x1Fu) | k;
}

static void write_mpu(struct dr_board *b, uint32_t offset, uint32_t value) {
    uint32_t regions = b->config.mpu_regions;
    if (regions == 0 || (!dr_is_v7(b) && offset > 0xDA0)) {
        return;
    }
    if (offset == 0xD94) {
        b->scs.mpu_ctrl = value & 7u;
    } else if (offset == 0xD98) {
        b->scs.mpu_rnr = (value & 0xFFu) % regions;
        return;
    } else if ((offset - 0xD9C) & 4u) {
        b->scs.mpu_rasr[b->scs.mpu_rnr] = value & 0x173FFF3Fu;
    } else {
        if (value & 0x10u) {
            b->scs.mpu_rnr = (value & 15u) % regions;
        }
        b->scs.mpu_rbar[b->scs.mpu_rnr] = value & (dr_is_v7(b) ? ~0x1Fu : ~0xFFu);
    }
    dr_mpu_changed(b);
}

/* Registers of Armv7-M that only keep what is written; `mask`: the bits that are there. */
typedef struct stored {
    uint16_t offset;
    uint16_t field; /* offset in dr_scs */
    uint32_t mask;
} stored;
#define STORED(offset, name, mask) {offset, (uint16_t)offsetof(dr_scs, name), mask}
static const stored stored_registers[] = {
    STORED(0x008, actlr, 0x1FFFFFFFu), STORED(0xD30, dfsr, 0),
    STORED(0xD34, mmfar, ~0u),         STORED(0xD38, bfar, ~0u),
    STORED(0xD3C, afsr, ~0u),          STORED(0xD88, cpacr, 0x00F00000u),
    STORED(0xD84, csselr, 1u),         STORED(0xF34, fpccr, 0xC000017Bu),
    STORED(0xF38, fpcar, ~7u),         STORED(0xF3C, fpdscr, 0x07C00000u),
};

static const stored *find_stored(uint32_t offset) {
    for (size_t k = 0; k < sizeof stored_registers / sizeof stored_registers[0]; k++) {
        if (stored_registers[k].offset == offset) {
            return &stored_registers[k];
        }
    }
    return NULL;
}

static uint32_t *stored_word(struct dr_board *b, const stored *s) { return (uint32_t *)((char *)&b->scs + s->field); }

static uint32_t scb_read(struct dr_board *b, uint32_t offset) {
    bool v7 = dr_is_v7(b);
    switch (offset) {
    case 0xD00:
        return b->config.cpuid;
    case 0xD04:
        return read_icsr(b);
    case 0xD08:
        return b->config.has_vtor ? b->scs.vtor : 0;
    case 0xD0C:
        return 0xFA050000u | b->scs.aircr;
    case 0xD10:
        return b->scs.scr;
    case 0xD14:
        return b->scs.ccr;
    case 0xD18:
    case 0xD1C:
    case 0xD20:
        return v7 || offset > 0xD18 ? read_system_priority(b, 4u + (offset - 0xD18)) : 0;
    case 0xD24:
        return read_shcsr(b);
    case 0xD28:
        return v7 ? b->scs.cfsr : 0;
    case 0xD2C:
        return v7 ? b->scs.hfsr : 0;
    default:
        break;
    }
    if (offset >= 0xD90 && offset <= 0xDB8) {
        return read_mpu(b, offset);
    }
    if (!v7) {
        return 0;
    }
    if (offset == 0x004) {
        return (b->config.irq_count + 31u) / 32u - 1u; /* ICTR */
    }
    if (offset >= 0xD40 && offset <= 0xD70) {
        return m7_identification[(offset - 0xD40) / 4u];
    }
    if (offset >= 0xD78 && offset <= 0xD84) {
        return read_cache_id(b, offset);
    }
    if (offset == 0xDFC) {
        return dr_read_demcr(b);
    }
    if (offset >= 0xF34 && offset <= 0xF48) {
        return read_fp_register(b, offset);
    }
    const stored *s = find_stored(offset);
    return s ? *stored_word(b, s) : 0;
}

#define CCR_WRITABLE_M7 0x0003011Bu /* BP and STKALIGN are fixed on the Cortex-M7 */

static void write_fault_status(struct dr_board *b, uint32_t offset, uint32_t value) {
    uint32_t *status = offset == 0xD28 ? &b->scs.cfsr : offset == 0xD2C ? &b->scs.hfsr : &b->scs.dfsr;
    *status &= ~value; /* write one to clear */
}

#define CCR_CACHES 0x00030000u /* DC and IC: not there without a cache */

static void write_ccr(struct dr_board *b, uint32_t value) {
    uint32_t before = b->scs.ccr, writable = dr_is_v7(b) ? CCR_WRITABLE_M7 : 0;
    b->scs.ccr = (before & ~writable) | (value & writable);
    if ((before ^ b->scs.ccr) & CCR_CACHES) {
        dr_mpu_changed(b); /* the same has to be done */
    }
}

static void scb_write(struct dr_board *b, uint32_t offset, uint32_t value) {
    bool v7 = dr_is_v7(b);
    const stored *s = v7 ? find_stored(offset) : NULL;
    if (offset == 0xD04) {
        write_icsr(b, value);
    } else if (offset == 0xD08) {
        b->scs.vtor = b->config.has_vtor ? value & (v7 ? ~0x7Fu : ~0xFFu) : b->scs.vtor;
    } else if (offset == 0xD0C) {
        write_aircr(b, value);
    } else if (offset == 0xD10) {
        b->scs.scr = value & 0x16u;
    } else if (offset == 0xD14) {
        write_ccr(b, value);
    } else if (offset >= 0xD18 && offset <= 0xD20) {
        write_system_priority(b, 4u + (offset - 0xD18), value);
    } else if (offset == 0xD24) {
        write_shcsr(b, value);
    } else if (v7 && (offset == 0xD28 || offset == 0xD2C || offset == 0xD30)) {
        write_fault_status(b, offset, value);
    } else if (offset >= 0xD90 && offset <= 0xDB8) {
        write_mpu(b, offset, value);
    } else if (v7 && offset == 0xF00) { /* STIR */
        if ((value & 0x1FFu) < b->config.irq_count) {
            dr_set_pending(b, DR_EXC_IRQ0 + (value & 0x1FFu));
        }
    } else if (v7 && offset >= 0xF50 && offset <= 0xF78) {
        dr_cache_maintain(b, offset, value);
    } else if (s && !((offset >= 0xF34 || offset == 0xD88) && !b->config.has_fpu)) {
        uint32_t *word = stored_word(b, s);
        *word = (*word & ~s->mask) | (value & s->mask);
    }
    dr_cpu_update_pending(b);
}

static uint32_t scs_read(struct dr_board *b, uint32_t offset) {
    uint32_t value = 0;
    if (offset >= 0x10 && offset <= 0x1C) {
        return dr_systick_read(b, offset - 0x10u);
    }
    if (offset >= 0x100 && offset < 0x500) {
        dr_nvic_read(b, offset, &value);
        return value;
    }
    return scb_read(b, offset);
}

static void scs_write(struct dr_board *b, uint32_t offset, uint32_t value) {
    if (offset >= 0x10 && offset <= 0x1C) {
        dr_systick_write(b, offset - 0x10u, value);
    } else if (offset >= 0x100 && offset < 0x500) {
        dr_nvic_write(b, offset, value);
    } else {
        scb_write(b, offset, value);
    }
}

/* ------------------------------------------------------------------ the bus */
typedef enum block { BLOCK_NONE, BLOCK_SCS, BLOCK_DWT, BLOCK_ITM, BLOCK_FPB, BLOCK_EMPTY } block;

/* TPIU, ETM, ROM table: there on the Cortex-M7, read as zero. */
static block find_block(const struct dr_board *b, uint32_t address) {
    switch (address & ~0xFFFu) {
    case SCS_BASE:
        return BLOCK_SCS;
    case DWT_BASE:
        return dr_is_v7(b) ? BLOCK_DWT : BLOCK_NONE;
    case ITM_BASE:
        return dr_is_v7(b) ? BLOCK_ITM : BLOCK_NONE;
    case FPB_BASE:
        return dr_is_v7(b) ? BLOCK_FPB : BLOCK_NONE;
    case 0xE0040000u:
    case 0xE0041000u:
    case 0xE0042000u:
    case 0xE0043000u:
    case 0xE00FE000u:
    case 0xE00FF000u:
        return dr_is_v7(b) ? BLOCK_EMPTY : BLOCK_NONE;
    default:
        return BLOCK_NONE;
    }
}

static uint32_t read_word(struct dr_board *b, block where, uint32_t offset) {
    switch (where) {
    case BLOCK_SCS:
        return scs_read(b, offset);
    case BLOCK_DWT:
        return dr_dwt_read(b, offset);
    case BLOCK_ITM:
        return dr_itm_read(b, offset);
    case BLOCK_FPB:
        return dr_fpb_read(b, offset);
    default:
        return 0;
    }
}

static void write_word(struct dr_board *b, block where, uint32_t offset, uint32_t value) {
    if (where == BLOCK_SCS && offset == 0xDFC && dr_is_v7(b)) {
        dr_write_demcr(b, value);
    } else if (where == BLOCK_SCS) {
        scs_write(b, offset, value);
    } else if (where == BLOCK_DWT) {
        dr_dwt_write(b, offset, value);
    } else if (where == BLOCK_ITM) {
        dr_itm_write(b, offset, value);
    } else if (where == BLOCK_FPB) {
        dr_fpb_write(b, offset, value);
    }
}

bool dr_scs_read(struct dr_board *b, uint32_t address, uint32_t width, uint32_t *value) {
    block where = find_block(b, address);
    if (where == BLOCK_NONE || (width != 4 && !dr_is_v7(b))) {
        return false;
    }
    uint32_t word = read_word(b, where, address & 0xFFCu) >> 8u * (address & 3u);
    *value = width == 4 ? word : word & ((1u << 8u * width) - 1u);
    return true;
}

/* Bytes and halfwords: registers that a written one acts on get zeros around them, the others what they hold. */
bool dr_scs_write(struct dr_board *b, uint32_t address, uint32_t width, uint32_t value) {
    block where = find_block(b, address);
    uint32_t offset = address & 0xFFCu, shift = 8u * (address & 3u);
    if (where == BLOCK_NONE || (width != 4 && !dr_is_v7(b))) {
        return false;
    }
    if (where == BLOCK_ITM && offset < 0x80u) {
        dr_itm_stimulus(b, offset / 4u, value, width);
        return true;
    }
    if (width != 4) {
        bool acts = where == BLOCK_SCS &&
                    ((offset >= 0x100 && offset < 0x400) || offset == 0xD04 || (offset >= 0xD28 && offset <= 0xD30));
        uint32_t mask = ((1u << 8u * width) - 1u) << shift;
        value = (value << shift & mask) | (acts ? 0 : read_word(b, where, offset) & ~mask);
    }
    write_word(b, where, offset, value);
    return true;
}

bool dr_scs_unprivileged_write(const struct dr_board *b, uint32_t address) {
    return dr_is_v7(b) && ((address == SCS_BASE + 0xF00u && (b->scs.ccr & CCR_USERSETMPEND)) ||
                           (address >= ITM_BASE && address < ITM_BASE + 0x80u));
}

void dr_scs_reset(struct dr_board *b) {
    memset(&b->scs, 0, sizeof b->scs);
    b->scs.vtor = b->vector_table;
    b->scs.ccr = dr_is_v7(b) ? 0x00040200u : 0x00000208u;
    b->scs.fpccr = b->config.has_fpu ? 0xC0000000u : 0;
    b->scs.systick_zero_cycle = DR_NEVER;
    b->scs.systick_csr = b->config.systick_external_hz ? 0 : 4u;
}
