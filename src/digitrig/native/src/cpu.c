/* The CPU from outside: reset, the run loop between stretches of code, registers, breakpoints, costs. */
#include "cache.h"

#include <stdlib.h>
#include <string.h>

#define MAX_SLICE (1u << 20) /* cycles after which a stop asked for by another thread is seen at the latest */

/* ------------------------------------------------------------------ reset */
void dr_cpu_reset(struct dr_board *b) {
    if (!b->code_scratch) {
        b->code_scratch = calloc(1, sizeof(dr_scratch));
    }
    uint64_t cycles = b->cpu.cycles, instructions = b->cpu.instructions;
    uint32_t stack_low = b->cpu.stack_low;
    memset(&b->cpu, 0, sizeof b->cpu);
    b->cpu.cycles = cycles;
    b->cpu.instructions = instructions;
    b->cpu.stack_low = stack_low;
    b->cpu.r[14] = 0xFFFFFFFFu;
    b->cpu.flag_z = 1;
    dr_scs_reset(b);
    dr_cache_reset(b);
    b->deadline = 0;
}

/* SP and PC from the first two words of the vector table. */
void dr_cpu_start(struct dr_board *b) {
    uint32_t sp = 0, pc = 0;
    b->scs.vtor = b->vector_table;
    if (dr_bus_read(b, b->vector_table, 4, &sp) != DR_BUS_OK ||
        dr_bus_read(b, b->vector_table + 4u, 4, &pc) != DR_BUS_OK) {
        dr_lockup(b); /* a vector read that fails at reset (B1.5.5) */
        return;
    }
    b->cpu.r[13] = sp & ~3u;
    b->cpu.r[15] = pc & ~1u;
    b->cpu.itstate = pc & 1u ? 0 : DR_THUMB_CLEAR;
    dr_sp_changed(b);
}

/* ------------------------------------------------------------------ the run loop */
static uint64_t earliest(uint64_t x, uint64_t y) { return x < y ? x : y; }

/* Everything that time brings up to now. */
static void let_time_act(struct dr_board *b) {
    if (b->cpu.cycles >= b->event_cycle) {
        dr_deliver_events(b);
    }
    dr_systick_sync(b);
    if (b->cpu.cycles >= ((const dr_scratch *)b->code_scratch)->cycle_match) {
        dr_debug_cycle_match(b);
    }
}

static void set_deadline(struct dr_board *b) {
    const dr_scratch *scratch = b->code_scratch;
    uint64_t deadline = earliest(earliest(b->event_cycle, b->scs.systick_zero_cycle), b->run_until);
    deadline = earliest(deadline, scratch->cycle_match);
    uint64_t left = b->instruction_limit - b->cpu.instructions;
    if (b->instruction_limit !=
        DR_NEVER) { /* an instruction takes a cycle at least, or one of any four in a row does */
        left = b->timing.dual_issue ? (left - 1u) / 4u : left;
        deadline = scratch->has_zero_cost ? 0 : earliest(deadline, b->cpu.cycles + left);
    }
    b->deadline = earliest(deadline, b->cpu.cycles + MAX_SLICE);
}

/* Asleep with nothing pending: time jumps. False when nothing can ever wake the core. */
static bool sleep_on(struct dr_board *b) {
    bool ticks = (b->scs.systick_csr & 2u) || (b->scs.scr & 16u);
    uint64_t wake = earliest(b->event_cycle, ticks ? b->scs.systick_zero_cycle : DR_NEVER);
    wake = earliest(wake, ((const dr_scratch *)b->code_scratch)->cycle_match);
    if (wake == DR_NEVER) {
        return false;
    }
    uint64_t until = earliest(wake, b->run_until);
    if (until > b->cpu.cycles) {
        uint64_t from_ps = dr_now_ps(b);
        b->cpu.cycles = until;
        b->cpu.slept_ps[b->scs.scr >> 2 & 1u] += dr_now_ps(b) - from_ps;
    }
    return true;
}

uint64_t dr_slept_ps(const dr_board *b, uint32_t deep) { return b->cpu.slept_ps[deep != 0]; }

static bool wakes(const struct dr_board *b) { return dr_wakes_wfi(b) || (b->cpu.sleeping == 2 && b->cpu.event_flag); }

static void wake_up(struct dr_board *b) {
    if (b->cpu.sleeping == 2) {
        b->cpu.event_flag = 0;
    }
    b->cpu.sleeping = 0;
}

/* No instruction can be fetched at the present address. */
static void raise_fetch_fault(struct dr_board *b) {
    uint32_t pc = b->cpu.r[15];
    bool never = (pc >= 0x40000000u && pc < 0x60000000u) || pc >= 0xA0000000u;
    const dr_region *region = dr_find_region(b, pc);
    uint32_t why = never ? DR_BUS_NO_EXECUTE : region && region->disabled ? DR_BUS_DISABLED : DR_BUS_UNMAPPED;
    dr_log(b, DR_LOG_BUS_FAULT, ~0u, ~0u, pc, 2, false, 0, why);
    dr_raise(b, never ? DR_EXC_MEM_MANAGE : DR_EXC_BUS_FAULT, never ? DR_CFSR_IACCVIOL : DR_CFSR_IBUSERR);
}

static void execute(struct dr_board *b) {
    dr_cpu *c = &b->cpu;
    if (c->itstate & DR_THUMB_CLEAR) {
        dr_raise(b, DR_EXC_USAGE_FAULT, DR_CFSR_INVSTATE);
        return;
    }
    dr_code_page *page = dr_find_page(b, c->r[15]);
    if (!page) {
        raise_fetch_fault(b);
        return;
    }
    if (DR_UNLIKELY(dr_has_ici(c->itstate)) && dr_continue(b)) {
        return;
    }
    const dr_record *record = &page->record[(c->r[15] - page->base) / 2u];
    if (c->itstate) {
        c->cycles += dr_cache_fetch(b, c->r[15], dr_it_block_bytes(b, c->r[15], c->itstate), c->cycles);
        const dr_it_block *block = dr_find_it_block(b, page, c->r[15], c->itstate);
        if (!block) {
            dr_fail(b, DR_ERR_MEMORY, "no host memory for decoded code");
            dr_stop_run(b, DR_STOP_HOST, 0);
            return;
        }
        page = block->when[dr_condition_holds(c, c->itstate >> 4)];
        record = page->record;
    }
    dr_execute_from(b, record, page);
}

/* The instruction of a breakpoint that has been reported already: decoded without it, and decoded again afterwards. */
static void pass_breakpoint(struct dr_board *b, uint32_t ignore) {
    dr_scratch *scratch = b->code_scratch;
    dr_region *region = dr_find_region(b, b->cpu.r[15]);
    uint32_t page = region ? (b->cpu.r[15] - region->base) >> DR_PAGE_BITS : 0;
    scratch->ignore_breakpoints = ignore;
    if (region) {
        dr_drop_records(region, page);
    }
    b->deadline = b->cpu.cycles; /* one instruction */
    execute(b);
    scratch->ignore_breakpoints = 0;
    if (region) {
        dr_drop_records(region, page);
    }
}

/* One instruction, then the debug events that come after it. */
static void execute_observed(struct dr_board *b, bool pass, bool step) {
    uint32_t address = b->cpu.r[15];
    uint64_t before = b->cpu.instructions;
    if (pass) {
        pass_breakpoint(b, DR_IGNORE_HOST | DR_IGNORE_COMPARATORS);
    } else {
        b->deadline = b->cpu.cycles;
        execute(b);
    }
    if (b->cpu.instructions != before) {
        dr_debug_executed(b, address, step);
    }
}

/* Reasons not to go on; the order decides which is told when several hold. */
static bool must_stop(struct dr_board *b, uint32_t *reason, uint32_t *detail) {
    uint32_t requested = __atomic_load_n(&b->stop_requested, __ATOMIC_ACQUIRE);
    *detail = 0;
    if (requested) {
        *reason = requested - 1u;
        *detail = b->stop_detail;
    } else if (b->cpu.halted) {
        *reason = b->cpu.halted;
        *detail = b->cpu.ipsr;
    } else if (b->cpu.cycles >= b->run_until) {
        *reason = DR_STOP_TIME;
    } else if (b->cpu.instructions >= b->instruction_limit) {
        *reason = DR_STOP_INSTRUCTIONS;
    } else {
        return false;
    }
    return true;
}

/* One round: exceptions, sleep, code up to the next deadline. False: asleep for ever. */
static bool run_round(struct dr_board *b) {
    if (b->cpu.sleeping) {
        if (!wakes(b)) {
            return sleep_on(b);
        }
        wake_up(b);
    }
    dr_scratch *scratch = b->code_scratch;
    bool pass = scratch->debug_pass;
    scratch->debug_pass = false;
    set_deadline(b);
    if (dr_take_exception(b)) {
        return true;
    }
    bool step = dr_debug_steps(b);
    if (DR_UNLIKELY(pass || step)) {
        execute_observed(b, pass && b->cpu.r[15] == scratch->debug_pass_pc, step);
        return true;
    }
    if (b->cpu.instructions == scratch->breakpoint_instructions && b->cpu.r[15] == scratch->breakpoint_pc &&
        b->breakpoint_count) {
        pass_breakpoint(b, DR_IGNORE_HOST);
        return true;
    }
    execute(b);
    return true;
}

void dr_cpu_run(struct dr_board *b, dr_stop *stop) {
    dr_scratch *scratch = b->code_scratch;
    uint32_t reason = DR_STOP_TIME, detail = 0;
    dr_mpu_refresh(b);
    for (;;) {
        let_time_act(b);
        if (must_stop(b, &reason, &detail)) {
            break;
        }
        if (!run_round(b)) {
            reason = DR_STOP_ASLEEP;
            break;
        }
    }
    scratch->breakpoint_instructions = reason == DR_STOP_BREAKPOINT ? b->cpu.instructions : DR_NEVER;
    scratch->breakpoint_pc = b->cpu.r[15];
    stop->reason = reason;
    stop->pc = b->cpu.r[15];
    stop->lr = b->cpu.r[14];
    stop->detail = detail;
    stop->cycles = b->cpu.cycles;
    stop->instructions = b->cpu.instructions;
    stop->at_ps = dr_time_ps(b, b->cpu.cycles);
}

/* ------------------------------------------------------------------ registers */
dr_status dr_get_cpu(const dr_board *b, uint32_t number, uint32_t *value) {
    const dr_cpu *c = &b->cpu;
    if (number < 16) {
        *value = c->r[number];
        return DR_OK;
    }
    if (number >= DR_CPU_S0 && number < DR_CPU_S0 + 32) {
        *value = c->s[number - DR_CPU_S0];
        return DR_OK;
    }
    switch (number) {
    case DR_CPU_XPSR:
        *value = dr_get_xpsr(c);
        return DR_OK;
    case DR_CPU_MSP:
    case DR_CPU_PSP:
        *value = dr_get_sp(c, number == DR_CPU_PSP);
        return DR_OK;
    case DR_CPU_PRIMASK:
        *value = c->primask;
        return DR_OK;
    case DR_CPU_BASEPRI:
        *value = c->basepri;
        return DR_OK;
    case DR_CPU_FAULTMASK:
        *value = c->faultmask;
        return DR_OK;
    case DR_CPU_CONTROL:
        *value = c->control;
        return DR_OK;
    case DR_CPU_FPSCR:
        *value = c->fpscr;
        return DR_OK;
    default:
        return DR_ERR_ARGUMENT;
    }
}

static void set_xpsr(dr_board *b, uint32_t value) {
    dr_set_apsr(b, value);
    b->cpu.itstate = dr_is_v7(b) ? (value >> 25 & 3u) | (value >> 8 & 0xFCu) : 0;
    b->cpu.itstate = value >> 24 & 1u ? b->cpu.itstate : DR_THUMB_CLEAR;
}

dr_status dr_set_cpu(dr_board *b, uint32_t number, uint32_t value) {
    dr_cpu *c = &b->cpu;
    if (number < 16) {
        c->r[number] = number == 13 ? value & ~3u : number == 15 ? value & ~1u : value;
        if (number == 15) {
            c->itstate = 0;
            c->halted = 0;
            c->sleeping = 0;
        }
        return DR_OK;
    }
    if (number >= DR_CPU_S0 && number < DR_CPU_S0 + 32) {
        c->s[number - DR_CPU_S0] = value;
        return DR_OK;
    }
    switch (number) {
    case DR_CPU_XPSR:
        set_xpsr(b, value);
        return DR_OK;
    case DR_CPU_MSP:
    case DR_CPU_PSP:
        dr_set_sp_main(c, value, number == DR_CPU_PSP);
        return DR_OK;
    case DR_CPU_PRIMASK:
        c->primask = value & 1u;
        return DR_OK;
    case DR_CPU_BASEPRI:
        c->basepri = dr_is_v7(b) ? value & 0xFFu & ~(0xFFu >> b->config.priority_bits) : 0;
        return DR_OK;
    case DR_CPU_FAULTMASK:
        c->faultmask = dr_is_v7(b) ? value & 1u : 0;
        return DR_OK;
    case DR_CPU_CONTROL:
        dr_set_control(b, value & 7u);
        return DR_OK;
    case DR_CPU_FPSCR:
        c->fpscr = value & 0xF7C0009Fu;
        return DR_OK;
    default:
        return dr_fail(b, DR_ERR_ARGUMENT, "CPU register %u; known: 0 to 23 and 32 to 63", number);
    }
}

/* ------------------------------------------------------------------ debugging */
static void drop_at(dr_board *b, uint32_t address) {
    dr_region *region = dr_find_region(b, address);
    if (region) {
        dr_drop_records(region, (address - region->base) >> DR_PAGE_BITS);
    }
}

dr_status dr_set_breakpoint(dr_board *b, uint32_t address, uint32_t on) {
    uint32_t k = 0, capacity = sizeof b->breakpoints / sizeof b->breakpoints[0];
    address &= ~1u;
    while (k < b->breakpoint_count && b->breakpoints[k] != address) {
        k++;
    }
    if (on && k == b->breakpoint_count) {
        if (k == capacity) {
            return dr_fail(b, DR_ERR_STATE, "more than %u breakpoints", capacity);
        }
        b->breakpoints[b->breakpoint_count++] = address;
    } else if (!on && k < b->breakpoint_count) {
        b->breakpoints[k] = b->breakpoints[--b->breakpoint_count];
    }
    drop_at(b, address);
    drop_at(b, address - DR_PAGE_SIZE); /* IT blocks that reach into the page */
    return DR_OK;
}

dr_status dr_watch_stack(dr_board *b, uint32_t low, uint32_t high) {
    if (low > high) {
        return dr_fail(b, DR_ERR_ARGUMENT, "stack from 0x%08x to 0x%08x; low must not be above high", low, high);
    }
    b->stack_watch_low = low;
    b->stack_watch_high = high;
    b->cpu.stack_low = UINT32_MAX;
    dr_sp_changed(b);
    return DR_OK;
}

uint32_t dr_stack_low(const dr_board *b) { return b->cpu.stack_low ? b->cpu.stack_low : UINT32_MAX; }

dr_status dr_set_irq_pending(dr_board *b, uint32_t irq) {
    if (irq >= b->config.irq_count) {
        return dr_fail(b, DR_ERR_ARGUMENT, "interrupt %u of %u", irq, b->config.irq_count);
    }
    dr_set_pending(b, DR_EXC_IRQ0 + irq);
    return DR_OK;
}

uint32_t dr_decodes(dr_board *b, uint32_t first, uint32_t second, uint32_t *length) {
    dr_insn insn;
    bool valid = dr_decode(b, 0, first & 0xFFFFu, second & 0xFFFFu, 0, &insn);
    *length = insn.size;
    return valid;
}

/* ------------------------------------------------------------------ costs */
static const char *const cost_names[] = {
#define X(name) #name,
    DR_COST_LIST(X)
#undef X
};

uint32_t dr_cost_count(void) { return DR_COST_COUNT; }

const char *dr_cost_name(uint32_t cost) { return cost < DR_COST_COUNT ? cost_names[cost] : ""; }

dr_status dr_set_cost(dr_board *b, uint32_t cost, uint32_t cycles) {
    if (cost >= DR_COST_COUNT || cycles > 255) {
        return dr_fail(b, DR_ERR_ARGUMENT, "cost class %u of %u, %u cycles; at most 255", cost, DR_COST_COUNT, cycles);
    }
    b->cost[cost] = (uint8_t)cycles;
    dr_drop_every_code(b);
    return DR_OK;
}
