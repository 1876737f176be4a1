/* Instructions on special registers, sleep, and what comes before a floating-point instruction. */
#include "cpu.h"

#define FPCCR_ASPEN (1u << 31)
#define FPCCR_LSPACT 1u
#define FPCCR_USER 2u
#define CONTROL_FPCA 4u
#define FPSCR_DEFAULTS 0x07C00000u /* AHP, DN, FZ, RMode: what FPDSCR gives */

enum {
    SYSM_MSP = 8,
    SYSM_PSP = 9,
    SYSM_PRIMASK = 16,
    SYSM_BASEPRI = 17,
    SYSM_BASEPRI_MAX = 18,
    SYSM_FAULTMASK = 19,
    SYSM_CONTROL = 20
};

static uint32_t read_special(const struct dr_board *b, uint32_t number) {
    const dr_cpu *c = &b->cpu;
    if (number < 8) {
        uint32_t xpsr = dr_get_xpsr(c), mask = (number & 1u ? 0x1FFu : 0) | (number & 4u ? 0 : 0xF80F0000u);
        return xpsr & mask;
    }
    if (number == SYSM_CONTROL) {
        return c->control;
    }
    if (!dr_privileged(c)) {
        return 0;
    }
    switch (number) {
    case SYSM_MSP:
    case SYSM_PSP:
        return dr_get_sp(c, number == SYSM_PSP);
    case SYSM_PRIMASK:
        return c->primask;
    case SYSM_FAULTMASK:
        return c->faultmask;
    default:
        return c->basepri;
    }
}

void dr_execute_mrs(struct dr_board *b, const dr_record *i) { b->cpu.r[i->rd] = read_special(b, i->imm); }

/* nPRIV: always on Armv7-M, on Armv6-M with the unprivileged extension, which comes with the MPU. */
static void write_control(struct dr_board *b, uint32_t value) {
    dr_cpu *c = &b->cpu;
    uint32_t writable = (dr_is_v7(b) || b->config.mpu_regions ? 1u : 0) | (c->ipsr == 0 ? 2u : 0) |
                        (b->config.has_fpu ? CONTROL_FPCA : 0);
    dr_set_control(b, (c->control & ~writable) | (value & writable));
}

static void write_basepri(struct dr_board *b, uint32_t value, bool only_raise) {
    value &= 0xFFu & ~(0xFFu >> b->config.priority_bits);
    if (only_raise && (value == 0 || (b->cpu.basepri && value >= b->cpu.basepri))) {
        return;
    }
    b->cpu.basepri = value;
}

static void write_privileged(struct dr_board *b, uint32_t number, uint32_t value) {
    dr_cpu *c = &b->cpu;
    switch (number) {
    case SYSM_MSP:
    case SYSM_PSP:
        dr_set_sp_main(c, value, number == SYSM_PSP);
        dr_sp_changed(b);
        break;
    case SYSM_PRIMASK:
        c->primask = value & 1u;
        break;
    case SYSM_BASEPRI:
    case SYSM_BASEPRI_MAX:
        write_basepri(b, value, number == SYSM_BASEPRI_MAX);
        break;
    case SYSM_FAULTMASK:
        if (dr_execution_priority(b) > -1 || !(value & 1u)) {
            c->faultmask = value & 1u;
            dr_mpu_windows(b);
        }
        break;
    case SYSM_CONTROL:
        write_control(b, value);
        break;
    default:
        break;
    }
    dr_cpu_update_pending(b);
}

/* imm: SYSm | mask << 8 (mask bit 1: NZCVQ, bit 0: GE) */
void dr_execute_msr(struct dr_board *b, const dr_record *i) {
    uint32_t number = i->imm & 0xFFu, value = b->cpu.r[i->rn];
    if (number < 4) {
        uint32_t take = (i->imm & 0x200u ? 0xF8000000u : 0) | (i->imm & 0x100u ? 0x000F0000u : 0);
        dr_set_apsr(b, (dr_get_xpsr(&b->cpu) & ~take) | (value & take));
    } else if (dr_privileged(&b->cpu)) {
        write_privileged(b, number, value);
    }
}

/* imm: bit 4 disable, bit 1 PRIMASK, bit 0 FAULTMASK */
void dr_execute_cps(struct dr_board *b, const dr_record *i) {
    if (!dr_privileged(&b->cpu)) {
        return;
    }
    uint32_t disable = i->imm >> 4 & 1u;
    if (i->imm & 2u) {
        b->cpu.primask = disable;
    }
    if ((i->imm & 1u) && (!disable || dr_execution_priority(b) > -1)) {
        b->cpu.faultmask = disable;
        dr_mpu_windows(b);
    }
    if (!disable) {
        dr_cpu_update_pending(b);
    }
}

/* ------------------------------------------------------------------ sleep: dr_cpu_run lets the time pass */
void dr_execute_wfi(struct dr_board *b) {
    b->cpu.sleeping = 1;
    b->deadline = 0;
}

void dr_execute_wfe(struct dr_board *b) {
    if (b->cpu.event_flag) {
        b->cpu.event_flag = 0;
        return;
    }
    b->cpu.sleeping = 2;
    b->deadline = 0;
}

void dr_execute_sev(struct dr_board *b) { b->cpu.event_flag = 1; }

/* ------------------------------------------------------------------ floating point */
/* Store what lazy stacking left out (B1.5.7). A refused store raises its fault and leaves LSPACT set. */
static bool preserve_fp(struct dr_board *b) {
    uint32_t flags = DR_ACCESS_ALIGNED | DR_ACCESS_LAZY | (b->scs.fpccr & FPCCR_USER ? DR_ACCESS_UNPRIVILEGED : 0);
    uint32_t place = b->scs.fpcar;
    for (uint32_t k = 0; k < 17; k++) {
        if (!dr_store(b, place + 4u * k, 4, flags, k < 16 ? b->cpu.s[k] : b->cpu.fpscr)) {
            return false;
        }
    }
    b->scs.fpccr &= ~FPCCR_LSPACT;
    b->cpu.cycles += b->cost[DR_COST_fp_context];
    return true;
}

bool dr_fp_prepare(struct dr_board *b) {
    uint32_t access = b->scs.cpacr >> 20 & 3u;
    if (access == 0 || access == 2 || (access == 1 && !dr_privileged(&b->cpu))) {
        dr_raise(b, DR_EXC_USAGE_FAULT, DR_CFSR_NOCP);
        return false;
    }
    if ((b->scs.fpccr & FPCCR_LSPACT) && !preserve_fp(b)) {
        return false;
    }
    if ((b->scs.fpccr & FPCCR_ASPEN) && !(b->cpu.control & CONTROL_FPCA)) {
        b->cpu.fpscr = (b->cpu.fpscr & ~FPSCR_DEFAULTS) | (b->scs.fpdscr & FPSCR_DEFAULTS);
        b->cpu.control |= CONTROL_FPCA;
    }
    return true;
}
