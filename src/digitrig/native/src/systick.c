/* SysTick (DDI 0403E B3.3): no counting, only the cycle at which the counter next reaches zero.
 *
 * While it runs, systick_zero_cycle is that cycle and systick_value the reload value of the present round; the counter
 * is zero for one tick and then reloads, so a round has RELOAD + 1 ticks. A tick is a core cycle or, with CLKSOURCE =
 * 0, a tick of the reference clock, which is counted in virtual time.
 */
#include "cpu.h"

#define CSR_ENABLE 1u
#define CSR_TICKINT 2u
#define CSR_CLKSOURCE 4u
#define CSR_COUNTFLAG (1u << 16)
#define PS_PER_S 1000000000000ull

static bool external(const struct dr_board *b) {
    return !(b->scs.systick_csr & CSR_CLKSOURCE) && b->config.systick_external_hz;
}

/* Ticks since the beginning of time at a cycle, and the first cycle of a tick. */
static uint64_t ticks_at(const struct dr_board *b, uint64_t cycles) {
    if (!external(b)) {
        return cycles;
    }
    return (uint64_t)((unsigned __int128)dr_time_ps(b, cycles) * b->config.systick_external_hz / PS_PER_S);
}

static uint64_t cycle_of(const struct dr_board *b, uint64_t tick) {
    if (!external(b)) {
        return tick;
    }
    uint32_t hz = b->config.systick_external_hz;
    return dr_time_cycles(b, (uint64_t)(((unsigned __int128)tick * PS_PER_S + hz - 1u) / hz));
}

static uint32_t current_value(const struct dr_board *b) {
    const dr_scs *s = &b->scs;
    if (!(s->systick_csr & CSR_ENABLE)) {
        return s->systick_value;
    }
    if (s->systick_zero_cycle == DR_NEVER) {
        return 0;
    }
    uint64_t left = ticks_at(b, s->systick_zero_cycle) - ticks_at(b, b->cpu.cycles);
    return left > s->systick_value ? 0 : (uint32_t)left;
}

/* Let the counter run from `value`: zero means that the next tick reloads. */
static void run_from(struct dr_board *b, uint32_t value) {
    dr_scs *s = &b->scs;
    uint64_t now = ticks_at(b, b->cpu.cycles);
    if (value == 0 && s->systick_rvr == 0) {
        s->systick_zero_cycle = DR_NEVER;
    } else {
        s->systick_zero_cycle = cycle_of(b, now + (value ? value : s->systick_rvr + 1u));
    }
    s->systick_value = value > s->systick_rvr ? value : s->systick_rvr;
    b->deadline = 0;
}

uint32_t dr_systick_pause(struct dr_board *b) {
    dr_systick_sync(b);
    return current_value(b);
}

void dr_systick_resume(struct dr_board *b, uint32_t count) {
    if (external(b) && (b->scs.systick_csr & CSR_ENABLE)) {
        run_from(b, count);
    }
}

void dr_systick_sync(struct dr_board *b) {
    dr_scs *s = &b->scs;
    if (s->systick_zero_cycle > b->cpu.cycles || !(s->systick_csr & CSR_ENABLE)) {
        return;
    }
    s->systick_csr |= CSR_COUNTFLAG;
    if (s->systick_csr & CSR_TICKINT) {
        dr_set_pending(b, DR_EXC_SYSTICK);
    }
    s->systick_value = s->systick_rvr;
    if (s->systick_rvr == 0) {
        s->systick_zero_cycle = DR_NEVER;
        return;
    }
    uint64_t period = s->systick_rvr + 1u, zero = ticks_at(b, s->systick_zero_cycle), now = ticks_at(b, b->cpu.cycles);
    s->systick_zero_cycle = cycle_of(b, zero + ((now - zero) / period + 1u) * period);
}

uint32_t dr_systick_read(struct dr_board *b, uint32_t offset) {
    dr_scs *s = &b->scs;
    dr_systick_sync(b);
    switch (offset) {
    case 0x0: {
        uint32_t value = s->systick_csr;
        s->systick_csr &= ~CSR_COUNTFLAG;
        return value;
    }
    case 0x4:
        return s->systick_rvr;
    case 0x8:
        return current_value(b);
    default:
        return b->config.systick_calib;
    }
}

static void write_control(struct dr_board *b, uint32_t value) {
    dr_scs *s = &b->scs;
    uint32_t count = current_value(b), old = s->systick_csr;
    if (!b->config.systick_external_hz) {
        value |= CSR_CLKSOURCE; /* no reference clock */
    }
    s->systick_csr = (old & CSR_COUNTFLAG) | (value & 7u);
    if (!(value & CSR_ENABLE)) {
        s->systick_value = count;
        s->systick_zero_cycle = DR_NEVER;
    } else if (!(old & CSR_ENABLE) || ((old ^ value) & CSR_CLKSOURCE)) {
        run_from(b, count);
    }
}

void dr_systick_write(struct dr_board *b, uint32_t offset, uint32_t value) {
    dr_scs *s = &b->scs;
    dr_systick_sync(b);
    if (offset == 0x0) {
        write_control(b, value);
    } else if (offset == 0x4) {
        s->systick_rvr = value & 0xFFFFFFu;
        if ((s->systick_csr & CSR_ENABLE) && current_value(b) == 0) {
            run_from(b, 0); /* not reloaded yet: the new value is the one that counts */
        }
    } else if (offset == 0x8) { /* any write clears the counter */
        s->systick_csr &= ~CSR_COUNTFLAG;
        s->systick_value = 0;
        if (s->systick_csr & CSR_ENABLE) {
            run_from(b, 0);
        }
    }
}
