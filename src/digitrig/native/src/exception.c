/* Exception entry and return (DDI 0403E B1.5.6 to B1.5.8, DDI 0419 B1.5.6 to B1.5.8).
 *
 * Entry chooses the exception only after stacking, so that one that arrives meanwhile and is more urgent is taken first
 * (late arrival).
 */
#include "cpu.h"

#define CCR_NONBASETHRDENA (1u << 0)
#define CCR_STKALIGN (1u << 9)
#define SCR_SLEEPONEXIT (1u << 1)
#define DEMCR_MON_EN (1u << 16)
#define FPCCR_ASPEN (1u << 31)
#define FPCCR_LSPEN (1u << 30)
#define FPCCR_LSPACT 1u
#define CONTROL_FPCA 4u
#define CONTROL_SPSEL 2u

/* ------------------------------------------------------------------ registers as the manual names them */
uint32_t dr_get_xpsr(const dr_cpu *c) {
    uint32_t it = c->itstate & 0xFFu;
    uint32_t thumb = c->itstate & DR_THUMB_CLEAR ? 0 : 1u << 24;
    return (c->flag_n & 0x80000000u) | (uint32_t)(c->flag_z == 0) << 30 | c->flag_c << 29 | c->flag_v << 28 |
           c->flag_q << 27 | (it & 3u) << 25 | thumb | (c->ge & 15u) << 16 | (it >> 2) << 10 | c->ipsr;
}

void dr_set_apsr(struct dr_board *b, uint32_t value) {
    dr_cpu *c = &b->cpu;
    c->flag_n = value; /* only bit 31 counts */
    c->flag_z = !(value >> 30 & 1u);
    c->flag_c = value >> 29 & 1u;
    c->flag_v = value >> 28 & 1u;
    if (dr_is_v7(b)) {
        c->flag_q = value >> 27 & 1u;
        c->ge = value >> 16 & 15u;
    }
}

/* r[13] is PSP in thread mode with SPSEL. */
static bool uses_process_stack(const dr_cpu *c) { return c->ipsr == 0 && (c->control & CONTROL_SPSEL); }

uint32_t dr_get_sp(const dr_cpu *c, bool process) { return uses_process_stack(c) == process ? c->r[13] : c->other_sp; }

void dr_set_sp_main(dr_cpu *c, uint32_t value, bool process) {
    *(uses_process_stack(c) == process ? &c->r[13] : &c->other_sp) = value & ~3u;
}

/* Change of what uses_process_stack depends on. */
static void set_mode(dr_cpu *c, uint32_t ipsr, uint32_t control) {
    bool before = uses_process_stack(c);
    c->ipsr = ipsr;
    c->control = control;
    if (uses_process_stack(c) != before) {
        uint32_t sp = c->r[13];
        c->r[13] = c->other_sp;
        c->other_sp = sp;
    }
}

void dr_set_control(struct dr_board *b, uint32_t value) {
    set_mode(&b->cpu, b->cpu.ipsr, value);
    dr_mpu_windows(b);
}

/* ------------------------------------------------------------------ entry */
typedef struct frame {
    uint32_t address; /* of the frame */
    uint32_t exc_return;
} frame;

static bool push_words(struct dr_board *b, uint32_t address, const uint32_t *words, uint32_t count, uint32_t flags) {
    for (uint32_t k = 0; k < count; k++) {
        if (!dr_store(b, address + 4u * k, 4, DR_ACCESS_ALIGNED | flags, words[k])) {
            return false;
        }
    }
    return true;
}

/* Floating-point part of the frame: stored, or its place remembered for the first FP instruction of the handler. */
static bool push_fp(struct dr_board *b, uint32_t place) {
    if (b->scs.fpccr & FPCCR_LSPEN) {
        int32_t now = dr_execution_priority(b);
        uint32_t ready = 0;
        ready |= now > -1 ? 1u << 4 : 0; /* HFRDY */
        ready |=
            dr_fault_enabled(b, DR_EXC_BUS_FAULT) && dr_exception_priority(b, DR_EXC_BUS_FAULT) < now ? 1u << 6 : 0;
        ready |=
            dr_fault_enabled(b, DR_EXC_MEM_MANAGE) && dr_exception_priority(b, DR_EXC_MEM_MANAGE) < now ? 1u << 5 : 0;
        ready |= (b->scs.demcr & DEMCR_MON_EN) && dr_exception_priority(b, DR_EXC_DEBUG_MONITOR) < now ? 1u << 8 : 0;
        b->scs.fpccr = (b->scs.fpccr & (FPCCR_ASPEN | FPCCR_LSPEN)) | ready | FPCCR_LSPACT |
                       (dr_privileged(&b->cpu) ? 0 : 2u) | (b->cpu.ipsr == 0 ? 1u << 3 : 0);
        b->scs.fpcar = place;
        return true;
    }
    uint32_t words[17];
    for (uint32_t k = 0; k < 16; k++) {
        words[k] = b->cpu.s[k];
    }
    words[16] = b->cpu.fpscr;
    b->cpu.cycles += b->cost[DR_COST_fp_context];
    return push_words(b, place, words, 17, DR_ACCESS_STACKING);
}

/* Push the registers (B1.5.6). The stack pointer moves even if a store is refused. */
static frame push_frame(struct dr_board *b) {
    dr_cpu *c = &b->cpu;
    bool fp = c->control & CONTROL_FPCA, align = !dr_is_v7(b) || fp || (b->scs.ccr & CCR_STKALIGN);
    uint32_t size = fp ? 0x68u : 0x20u, sp = c->r[13], padded = align && (sp & 4u);
    uint32_t address = (sp - size) & (align ? ~7u : ~3u);
    uint32_t words[8] = {c->r[0],  c->r[1],  c->r[2],  c->r[3],
                         c->r[12], c->r[14], c->r[15], (dr_get_xpsr(c) & ~0x200u) | (padded ? 0x200u : 0)};
    c->r[13] = address;
    dr_sp_changed(b);
    if (push_words(b, address, words, 8, DR_ACCESS_STACKING) && fp) {
        push_fp(b, address + 0x20u);
    }
    uint32_t mode = c->ipsr ? 1u : c->control & CONTROL_SPSEL ? 13u : 9u;
    return (frame){address, 0xFFFFFFE0u | (fp ? 0 : 16u) | mode};
}

static void note_entry(struct dr_board *b, uint32_t exception) {
    if (exception < DR_EXC_HARD_FAULT || exception > DR_EXC_USAGE_FAULT) {
        return;
    }
    dr_log(b, DR_LOG_EXCEPTION, ~0u, ~0u, b->cpu.r[15], 0, false, b->scs.cfsr, exception);
    if (b->stop_on_fault) {
        dr_stop_run(b, DR_STOP_FAULT, exception);
    }
}

static uint32_t vector_table(const struct dr_board *b) { return b->config.has_vtor ? b->scs.vtor : b->vector_table; }

/* Enter an exception whose frame is on the stack; false if its vector cannot be read. */
static bool enter(struct dr_board *b, uint32_t exception, uint32_t exc_return) {
    dr_cpu *c = &b->cpu;
    uint32_t vector = 0;
    if (dr_bus_read(b, vector_table(b) + 4u * exception, 4, &vector) != DR_BUS_OK) {
        b->scs.hfsr |= dr_is_v7(b) ? DR_HFSR_VECTTBL : 0;
        if (exception == DR_EXC_HARD_FAULT || exception == DR_EXC_NMI || dr_execution_priority(b) <= -1) {
            dr_lockup(b);
            return true;
        }
        dr_clear_pending(b, exception);
        dr_set_pending(b, DR_EXC_HARD_FAULT);
        return false;
    }
    set_mode(c, exception, c->control & 1u); /* handler mode: MSP, SPSEL and FPCA clear */
    c->r[14] = exc_return;
    c->r[15] = vector & ~1u;
    c->itstate = vector & 1u ? 0 : DR_THUMB_CLEAR;
    c->exclusive = 0;
    c->event_flag = 1;
    c->sleeping = 0;
    dr_set_active(b, exception, true);
    dr_clear_pending(b, exception);
    dr_mpu_windows(b);
    return true;
}

static uint32_t choose(struct dr_board *b) {
    int32_t priority;
    return dr_highest_pending(b, &priority);
}

/* Enter the most urgent pending exception with a frame already on the stack. */
static void enter_pending(struct dr_board *b, uint32_t exc_return) {
    for (uint32_t attempt = 0; attempt < 3 && !b->cpu.halted; attempt++) {
        if (enter(b, choose(b), exc_return)) {
            return;
        }
    }
}

/* What happened while the core was busy with stacking: it may bring a more urgent exception. */
static void pass_time(struct dr_board *b, uint32_t cycles) {
    b->cpu.cycles += cycles;
    if (b->cpu.cycles >= b->event_cycle) {
        dr_deliver_events(b);
    }
    dr_systick_sync(b);
}

bool dr_take_exception(struct dr_board *b) {
    if (!dr_exception_pending(b)) {
        return false;
    }
    note_entry(b, choose(b));
    frame pushed = push_frame(b);
    if (b->cpu.halted) {
        return true;
    }
    pass_time(b, b->cost[DR_COST_exception_entry]);
    enter_pending(b, pushed.exc_return);
    return true;
}

/* ------------------------------------------------------------------ return */
static uint32_t active_count(const struct dr_board *b) {
    uint32_t count = (uint32_t)__builtin_popcount(b->scs.system_active);
    for (uint32_t word = 0; word < dr_irq_words(b); word++) {
        count += (uint32_t)__builtin_popcount(b->scs.active[word]);
    }
    return count;
}

/* Is the EXC_RETURN value one that may be used here (B1.5.8)? */
static bool return_is_valid(const struct dr_board *b, uint32_t value) {
    uint32_t low = value & 15u, others = active_count(b) - 1u;
    uint32_t fixed = dr_is_v7(b) && b->config.has_fpu ? 0xFFFFFFE0u : 0xFFFFFFF0u;
    if ((value & fixed) != fixed || !dr_is_active(b, b->cpu.ipsr)) {
        return false;
    }
    if (low == 1u) {
        return others != 0;
    }
    return (low == 9u || low == 13u) && (others == 0 || (dr_is_v7(b) && (b->scs.ccr & CCR_NONBASETHRDENA)));
}

/* The returning exception is no longer active; a line that is still asserted makes it pending again. */
static void deactivate(struct dr_board *b, uint32_t exception) {
    dr_set_active(b, exception, false);
    if (exception != DR_EXC_NMI && !(exception == DR_EXC_HARD_FAULT && dr_execution_priority(b) <= -2)) {
        b->cpu.faultmask = 0;
    }
    if (exception >= DR_EXC_IRQ0) {
        uint32_t irq = exception - DR_EXC_IRQ0;
        if (b->scs.level[irq / 32] >> irq % 32 & 1u) {
            dr_set_pending(b, exception);
        }
    }
}

static bool pop_words(struct dr_board *b, uint32_t address, uint32_t *words, uint32_t count) {
    for (uint32_t k = 0; k < count; k++) {
        if (!dr_load(b, address + 4u * k, 4, DR_ACCESS_ALIGNED | DR_ACCESS_UNSTACKING, &words[k])) {
            return false;
        }
    }
    return true;
}

static bool pop_fp(struct dr_board *b, uint32_t place) {
    uint32_t words[17];
    if (b->scs.fpccr & FPCCR_LSPACT) { /* never stored: the registers still have the values */
        b->scs.fpccr &= ~FPCCR_LSPACT;
        return true;
    }
    b->cpu.cycles += b->cost[DR_COST_fp_context];
    if (!pop_words(b, place, words, 17)) {
        return false;
    }
    for (uint32_t k = 0; k < 16; k++) {
        b->cpu.s[k] = words[k];
    }
    b->cpu.fpscr = words[16] & 0xF7C0009Fu;
    return true;
}

/* Registers from the frame; the mode has been changed, so r[13] is the stack the frame lies on. */
static bool pop_frame(struct dr_board *b, uint32_t exc_return, uint32_t *ipsr) {
    dr_cpu *c = &b->cpu;
    uint32_t words[8], address = c->r[13];
    bool fp = !(exc_return & 16u);
    if (!pop_words(b, address, words, 8) || (fp && !pop_fp(b, address + 0x20u))) {
        return false;
    }
    for (uint32_t k = 0; k < 4; k++) {
        c->r[k] = words[k];
    }
    c->r[12] = words[4];
    c->r[14] = words[5];
    c->r[15] = words[6] & ~1u;
    uint32_t xpsr = words[7];
    bool align = !dr_is_v7(b) || fp || (b->scs.ccr & CCR_STKALIGN);
    c->r[13] = (address + (fp ? 0x68u : 0x20u)) | (align && (xpsr & 0x200u) ? 4u : 0);
    dr_set_apsr(b, xpsr);
    c->itstate = dr_is_v7(b) ? (xpsr >> 25 & 3u) | (xpsr >> 8 & 0xFCu) : 0;
    c->itstate = xpsr >> 24 & 1u ? c->itstate : DR_THUMB_CLEAR;
    *ipsr = xpsr & 0x1FFu;
    return true;
}

/* An invalid EXC_RETURN or frame: UsageFault with the stack as it is, LR = the value (B1.5.8). */
static void return_fault(struct dr_board *b, uint32_t value, uint32_t cfsr) {
    b->cpu.r[14] = value;
    b->cpu.r[15] = value & ~1u;
    dr_raise(b, DR_EXC_USAGE_FAULT, cfsr);
    if (!b->cpu.halted) {
        pass_time(b, b->cost[DR_COST_tail_chain]);
        enter_pending(b, value);
    }
}

static void tail_chain(struct dr_board *b, uint32_t value) {
    pass_time(b, b->cost[DR_COST_tail_chain]);
    note_entry(b, choose(b));
    enter_pending(b, value);
}

void dr_exception_return(struct dr_board *b, uint32_t value) {
    dr_cpu *c = &b->cpu;
    uint32_t returning = c->ipsr;
    value |= dr_is_v7(b) ? 0 : 0x0FFFFFF0u; /* Armv6-M looks at the low bits only */
    b->deadline = 0;
    bool valid = return_is_valid(b, value);
    deactivate(b, returning);
    if (!valid) {
        return_fault(b, value | 0xF0000000u, DR_CFSR_INVPC);
        return;
    }
    if (dr_exception_pending(b)) {
        tail_chain(b, value);
        return;
    }
    c->cycles += b->cost[DR_COST_exception_return];
    bool thread = value & 8u;
    uint32_t control = thread ? (c->control & 1u) | (value & 4u ? CONTROL_SPSEL : 0) | (value & 16u ? 0 : CONTROL_FPCA)
                              : (c->control & 1u) | (value & 16u ? 0 : CONTROL_FPCA);
    uint32_t saved_ipsr = c->ipsr, ipsr = 0;
    set_mode(c, thread ? 0 : saved_ipsr, control);
    dr_mpu_windows(b);
    uint32_t sp = c->r[13], fpccr = b->scs.fpccr;
    if (!pop_frame(b, value, &ipsr)) { /* the fault is taken as a tail chain, onto the frame that could not be read */
        if (!c->halted) {
            set_mode(c, saved_ipsr, c->control & 1u);
            tail_chain(b, value);
        }
        return;
    }
    c->exclusive = 0;
    c->event_flag = 1;
    if (thread != (ipsr == 0)) { /* the frame is put back: "PushStack() to negate PopStack()" */
        c->r[13] = sp;
        b->scs.fpccr = fpccr;
        return_fault(b, value, DR_CFSR_INVPC);
        return;
    }
    c->ipsr = ipsr;
    if (thread && (b->scs.scr & SCR_SLEEPONEXIT)) {
        c->sleeping = 1;
    }
    dr_mpu_windows(b);
}
