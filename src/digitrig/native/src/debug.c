/* Debug events of Armv7-M without a debugger: DWT comparators (DDI 0403E C1.8), breakpoint unit (C1.11), single steps
 * (C1.6.5), all for the DebugMonitor exception (B1.5.14 and C1.4).
 *
 * Nothing of this is on the fast paths. A watched address takes the windows of its megabyte away, so that accesses come
 * through dr_load and dr_store; a watched instruction is decoded as a record that comes here; a cycle count is one more
 * deadline. Without a trace port, functions that only emit trace packets do nothing, and those for the ETM only set
 * MATCHED. Accesses by exception entry and return, and to the private peripheral bus, never match.
 */
#include "cpu.h"

#include <string.h>

#define DEMCR_MON_EN (1u << 16)
#define DEMCR_MON_STEP (1u << 18)
#define DEMCR_TRCENA (1u << 24)
#define DFSR_HALTED 1u
#define DFSR_DWTTRAP 4u
#define FUNCTION_CYCMATCH (1u << 7)
#define FUNCTION_DATAVMATCH (1u << 8)
#define FUNCTION_MATCHED (1u << 24)
#define FP_CTRL_ENABLE 1u
#define FP_CTRL_KEY 2u
#define FP_CTRL_FIXED 0x10000080u /* version 2, eight instruction comparators (DDI 0489) */
#define COMPARATORS 4u
#define VALUE_COMPARATOR 1u /* the one with DATAVMATCH */

/* ------------------------------------------------------------------ what a comparator does */
static dr_scratch *scratch_of(const struct dr_board *b) { return b->code_scratch; }

/* What FUNCTION says when it is on its own: bits 3:0 if neither CYCMATCH nor DATAVMATCH is set, else 0. */
static uint32_t plain_function(uint32_t function) {
    return function & (FUNCTION_CYCMATCH | FUNCTION_DATAVMATCH) ? 0 : function & 15u;
}

static bool matches_code(uint32_t function) { return plain_function(function) == 4u || plain_function(function) == 8u; }

/* 5 to 7 and 9 to 11: bit 0 reads, bit 1 writes. */
static bool matches_data(uint32_t function) { return (function & 15u) < 12u && (function & 15u) > 4u && function & 3u; }

static bool matches_access(uint32_t function, bool write) {
    return matches_data(function) && (function & (write ? 2u : 1u));
}

/* Is any byte of [low, high] in the range of comparator k? */
static bool in_range(const dr_debug_registers *d, uint32_t k, uint32_t low, uint32_t high) {
    uint32_t ignored = (uint32_t)((1ull << d->mask[k]) - 1u), base = d->comp[k] & ~ignored;
    return low <= base + ignored && high >= base;
}

/* Is the address one that the data value comparator looks at? Linked to itself: every address is. */
static bool linked_range(const dr_debug_registers *d, uint32_t low, uint32_t high) {
    bool linked = false;
    for (uint32_t shift = 12; shift <= 16; shift += 4) {
        uint32_t other = d->function[VALUE_COMPARATOR] >> shift & 15u;
        if (other < COMPARATORS && other != VALUE_COMPARATOR) {
            linked = true;
            if (in_range(d, other, low, high)) {
                return true;
            }
        }
    }
    return !linked;
}

/* ------------------------------------------------------------------ events */
static void debug_event(struct dr_board *b, uint32_t dfsr) {
    if (dr_monitor_allowed(b)) { /* otherwise ignored (C1.4) */
        b->scs.dfsr |= dfsr;
        dr_set_pending(b, DR_EXC_DEBUG_MONITOR);
        b->deadline = 0;
    }
}

static void matched(struct dr_board *b, uint32_t k) {
    b->scs.dwt_function[k] |= FUNCTION_MATCHED;
    if ((b->scs.dwt_function[k] & 15u) < 8u) {
        debug_event(b, DFSR_DWTTRAP);
    }
}

void dr_debug_access(struct dr_board *b, uint32_t address, uint32_t width, bool write, uint32_t value) {
    const dr_debug_registers *d = &scratch_of(b)->debug;
    uint32_t last = address + width - 1u;
    if (address >> 20 == 0xE00u) {
        return;
    }
    for (uint32_t k = 0; k < COMPARATORS; k++) {
        uint32_t function = d->function[k];
        if (!matches_access(function, write)) {
            continue;
        }
        if (!(function & FUNCTION_DATAVMATCH)) {
            if (in_range(d, k, address, last)) {
                matched(b, k);
            }
        } else if (width == 1u << (function >> 10 & 3u) && linked_range(d, address, last) &&
                   !((value ^ d->comp[k]) & (uint32_t)((1ull << 8u * width) - 1u))) {
            matched(b, k);
        }
    }
}

bool dr_debug_watches(const struct dr_board *b, uint32_t low, uint32_t high) {
    const dr_debug_registers *d = &scratch_of(b)->debug;
    for (uint32_t k = 0; k < COMPARATORS; k++) {
        if (matches_data(d->function[k]) &&
            (d->function[k] & FUNCTION_DATAVMATCH ? linked_range(d, low, high) : in_range(d, k, low, high))) {
            return true;
        }
    }
    return false;
}

/* ------------------------------------------------------------------ instructions */
static bool has_unit_breakpoint(const dr_debug_registers *d, uint32_t address) {
    for (uint32_t k = 0; k < DR_FPB_COMPARATORS; k++) {
        if (d->breakpoint[k] == (address | 1u)) {
            return true;
        }
    }
    return false;
}

bool dr_debug_stops_at(const struct dr_board *b, uint32_t address) {
    const dr_debug_registers *d = &scratch_of(b)->debug;
    for (uint32_t k = 0; k < COMPARATORS; k++) {
        if (matches_code(d->function[k]) && in_range(d, k, address, address + 1u)) {
            return true;
        }
    }
    return has_unit_breakpoint(d, address);
}

/* Instead of an instruction with a comparator on it: a breakpoint comes before it, a match after it. */
void dr_debug_instruction(struct dr_board *b) {
    dr_scratch *scratch = scratch_of(b);
    if (has_unit_breakpoint(&scratch->debug, b->cpu.r[15])) {
        dr_raise_breakpoint(b, 0);
        return;
    }
    scratch->debug_pass = true;
    scratch->debug_pass_pc = b->cpu.r[15];
    b->deadline = 0;
}

bool dr_debug_steps(const struct dr_board *b) {
    uint32_t both = DEMCR_MON_EN | DEMCR_MON_STEP;
    return DR_UNLIKELY((b->scs.demcr & both) == both) && dr_monitor_allowed(b);
}

void dr_debug_executed(struct dr_board *b, uint32_t address, bool stepped) {
    const dr_debug_registers *d = &scratch_of(b)->debug;
    if (stepped) {
        debug_event(b, DFSR_HALTED);
    }
    for (uint32_t k = 0; k < COMPARATORS; k++) {
        if (matches_code(d->function[k]) && in_range(d, k, address, address + 1u)) {
            matched(b, k);
        }
    }
}

/* ------------------------------------------------------------------ cycles */
static uint64_t next_cycle_match(struct dr_board *b) {
    uint32_t function = b->scs.dwt_function[0];
    bool on = dr_cycle_counter_runs(b) && (function & FUNCTION_CYCMATCH) && (function & 3u) == 0 && function & 12u;
    if (!on || (function & 15u) == 12u) {
        return DR_NEVER;
    }
    uint32_t left = b->scs.dwt_comp[0] - dr_dwt_read(b, 4);
    return b->cpu.cycles + (left ? left : 1ull << 32);
}

void dr_debug_cycle_match(struct dr_board *b) {
    scratch_of(b)->cycle_match = next_cycle_match(b);
    matched(b, 0);
}

/* ------------------------------------------------------------------ registers */
/* What is armed; all zero if nothing is, whatever comparators that are off contain. */
static dr_debug_registers armed(const struct dr_board *b) {
    dr_debug_registers d;
    bool used = false;
    memset(&d, 0, sizeof d);
    for (uint32_t k = 0; k < COMPARATORS && (b->scs.demcr & DEMCR_TRCENA); k++) {
        uint32_t function = b->scs.dwt_function[k] & ~FUNCTION_MATCHED;
        bool on = !(function & FUNCTION_CYCMATCH) && (matches_data(function) || matches_code(function));
        d.function[k] = on ? function : 0;
        used |= on;
    }
    if (used) {
        memcpy(d.comp, b->scs.dwt_comp, sizeof d.comp);
        memcpy(d.mask, b->scs.dwt_mask, sizeof d.mask);
    }
    for (uint32_t k = 0; k < DR_FPB_COMPARATORS && (b->scs.fp_ctrl & FP_CTRL_ENABLE); k++) {
        d.breakpoint[k] = b->scs.fp_comp[k] & 1u ? b->scs.fp_comp[k] : 0;
    }
    return d;
}

void dr_debug_refresh(struct dr_board *b) {
    dr_scratch *scratch = scratch_of(b);
    const dr_debug_registers now = armed(b);
    scratch->cycle_match = next_cycle_match(b);
    b->deadline = 0;
    if (!memcmp(&now, &scratch->debug, sizeof now)) {
        return;
    }
    scratch->debug = now;
    scratch->watches_data = scratch->watches_code = false;
    for (uint32_t k = 0; k < COMPARATORS; k++) {
        scratch->watches_data |= matches_data(now.function[k]);
        scratch->watches_code |= matches_code(now.function[k]);
    }
    for (uint32_t k = 0; k < DR_FPB_COMPARATORS; k++) {
        scratch->watches_code |= now.breakpoint[k] != 0;
    }
    dr_mpu_changed(b); /* code and windows anew */
}

uint32_t dr_fpb_read(const struct dr_board *b, uint32_t offset) {
    if (offset == 0) {
        return FP_CTRL_FIXED | b->scs.fp_ctrl;
    }
    return offset >= 8 && offset < 8 + 4 * DR_FPB_COMPARATORS ? b->scs.fp_comp[(offset - 8) / 4] : 0;
}

void dr_fpb_write(struct dr_board *b, uint32_t offset, uint32_t value) {
    if (offset == 0 && (value & FP_CTRL_KEY)) {
        b->scs.fp_ctrl = value & FP_CTRL_ENABLE;
    } else if (offset >= 8 && offset < 8 + 4 * DR_FPB_COMPARATORS) {
        b->scs.fp_comp[(offset - 8) / 4] = value;
    } else {
        return;
    }
    dr_debug_refresh(b);
}
