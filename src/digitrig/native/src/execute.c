/* Execution: one function per operation and instruction size, each ending in a jump to the next record's.
 *
 * The jumps are tail calls that the compiler must not turn into calls (musttail), so the six arguments of DR_ARGS live
 * in host registers all the time: this is threaded code, but each instruction is a function that can be read, stepped
 * and profiled by itself. Whatever needs more than the fast path (devices, faults, exceptions, time) stores the state
 * into b->cpu and returns to dr_cpu_run, or jumps to a slow_ function of the same shape.
 */
#include "cpu.h"
#include "fpu_fast.h"

#include <string.h>

/* JUMP(target): go on in another handler with the same arguments. */
#if defined(__has_attribute)
#if __has_attribute(musttail)
#define JUMP(target) __attribute__((musttail)) return (target)(DR_PASS)
#endif
#endif
#ifndef JUMP
/* A compiler without musttail (sanitizer builds with GCC): back to the loop in dr_execute_from, which makes the call.
 */
#define DR_TRAMPOLINE 1
#define JUMP(target)                                                                                                   \
    do {                                                                                                               \
        ((dr_scratch *)b->code_scratch)->jump = (dr_jump){(target), i, page, cycles, count, x};                        \
        return;                                                                                                        \
    } while (0)
#endif

#define HANDLER(name) static DR_HANDLER_CALL void name(DR_ARGS)

/* ------------------------------------------------------------------ leaving and going on */
static inline void store_state(struct dr_board *b, const dr_record *i, uint64_t cycles, uint64_t count,
                               const dr_code_page *page) {
    b->cpu.r[15] = dr_page_pc(page, i);
    b->cpu.itstate = dr_page_itstate(page, i);
    b->cpu.cycles = cycles;
    b->cpu.instructions = count;
}

/* Back to dr_cpu_run with record i not executed yet. */
__attribute__((noinline)) HANDLER(leave) {
    (void)x;
    store_state(b, i, cycles, count, page);
}

/* Go on after record i, `size` records long. */
#define CONTINUE                                                                                                       \
    do {                                                                                                               \
        if (DR_UNLIKELY(cycles >= b->deadline)) {                                                                      \
            JUMP(leave);                                                                                               \
        }                                                                                                              \
        JUMP(i->run);                                                                                                  \
    } while (0)
#define NEXT(size)                                                                                                     \
    do {                                                                                                               \
        cycles += i->cost;                                                                                             \
        count++;                                                                                                       \
        i += (size);                                                                                                   \
        CONTINUE;                                                                                                      \
    } while (0)

/* The record of an address in decoded code, or NULL. */
static inline const dr_record *find_record(struct dr_board *b, uint32_t address, dr_code_page **page) {
    dr_region *region = b->window[address >> 20];
    uint32_t offset = address - region->base;
    if (DR_UNLIKELY(offset >= region->size)) {
        return NULL;
    }
    dr_code_page *found = region->code[offset >> DR_PAGE_BITS];
    if (DR_UNLIKELY(!found)) {
        return NULL;
    }
    *page = found;
    return &found->record[(offset & (DR_PAGE_SIZE - 1u)) >> 1];
}

/* Go on at b->cpu.r[15] with everything else in b->cpu up to date; to dr_cpu_run if anything is unusual. */
__attribute__((noinline)) HANDLER(resume) {
    if (b->cpu.cycles >= b->deadline || b->cpu.itstate) {
        return;
    }
    i = find_record(b, b->cpu.r[15], &page);
    if (!i) {
        return;
    }
    cycles = b->cpu.cycles;
    count = b->cpu.instructions;
    JUMP(i->run);
}

/* Go on at address x; cycles and instructions have been counted. */
HANDLER(jump) {
    uint32_t target = (uint32_t)x;
    i = find_record(b, target, &page);
    if (DR_LIKELY(i && cycles < b->deadline)) {
        JUMP(i->run);
    }
    b->cpu.r[15] = target;
    b->cpu.itstate = 0;
    b->cpu.cycles = cycles;
    b->cpu.instructions = count;
}

/* Branch to x as BX does: bit 0 is the Thumb bit, in handler mode 0xFxxxxxxx returns from the exception. */
HANDLER(slow_interwork) {
    b->cpu.cycles = cycles;
    b->cpu.instructions = count;
    b->cpu.itstate = 0;
    if (b->cpu.ipsr && (uint32_t)x >= 0xF0000000u) {
        dr_exception_return(b, (uint32_t)x);
        return;
    }
    b->cpu.r[15] = (uint32_t)x & ~1u;
    b->cpu.itstate = x & 1u ? 0 : DR_THUMB_CLEAR; /* an EXC_RETURN value in thread mode: an address like others */
    b->deadline = 0;
    (void)i, (void)page;
}

__attribute__((noinline)) static uint32_t slow_branch_wait(struct dr_board *b, uint32_t target) {
    const dr_region *region = dr_find_region(b, target);
    return region ? region->branch_wait : 0;
}

static inline uint32_t branch_wait(struct dr_board *b, uint32_t target) {
    const dr_region *region = b->window[target >> 20];
    return DR_LIKELY(region != &b->no_region) ? region->branch_wait : slow_branch_wait(b, target);
}

HANDLER(interwork) {
    uint32_t target = (uint32_t)x;
    if (DR_UNLIKELY(!(target & 1u) || target >= 0xF0000000u)) {
        JUMP(slow_interwork);
    }
    cycles += branch_wait(b, target);
    x = target & ~1u;
    JUMP(jump);
}

/* Before a call that may do anything: state in b->cpu, as of after instruction i. */
#define COMPLETE(size)                                                                                                 \
    do {                                                                                                               \
        store_state(b, i, cycles + i->cost, count + 1, page);                                                          \
        b->cpu.r[15] += 2u * (size);                                                                                   \
        b->cpu.itstate = dr_it_advance(b->cpu.itstate);                                                                \
    } while (0)

/* ------------------------------------------------------------------ registers only */
#include "execute_plain.h"

#include "execute_memory.h"

/* ------------------------------------------------------------------ conditions, and the slow ends of some handlers */
static inline bool condition_eq(const dr_cpu *c) { return c->flag_z == 0; }
static inline bool condition_ne(const dr_cpu *c) { return c->flag_z != 0; }
static inline bool condition_cs(const dr_cpu *c) { return c->flag_c != 0; }
static inline bool condition_cc(const dr_cpu *c) { return c->flag_c == 0; }
static inline bool condition_mi(const dr_cpu *c) { return (int32_t)c->flag_n < 0; }
static inline bool condition_pl(const dr_cpu *c) { return (int32_t)c->flag_n >= 0; }
static inline bool condition_vs(const dr_cpu *c) { return c->flag_v != 0; }
static inline bool condition_vc(const dr_cpu *c) { return c->flag_v == 0; }
static inline bool condition_hi(const dr_cpu *c) { return c->flag_c && c->flag_z; }
static inline bool condition_ls(const dr_cpu *c) { return !c->flag_c || !c->flag_z; }
static inline bool condition_ge(const dr_cpu *c) { return c->flag_n >> 31 == c->flag_v; }
static inline bool condition_lt(const dr_cpu *c) { return c->flag_n >> 31 != c->flag_v; }
static inline bool condition_gt(const dr_cpu *c) { return c->flag_z && c->flag_n >> 31 == c->flag_v; }
static inline bool condition_le(const dr_cpu *c) { return !c->flag_z || c->flag_n >> 31 != c->flag_v; }

/* For each condition, which of the sixteen values of NZCV it holds for (DDI 0403E A7.3); no branches, as IT blocks have
 * all conditions at one place. */
static const uint16_t holding_flags[16] = {0xF0F0, 0x0F0F, 0xCCCC, 0x3333, 0xFF00, 0x00FF, 0xAAAA, 0x5555,
                                           0x0C0C, 0xF3F3, 0xAA55, 0x55AA, 0x0A05, 0xF5FA, 0xFFFF, 0xFFFF};

static inline bool holds(const dr_cpu *c, uint32_t cond) {
    uint32_t nzcv = c->flag_n >> 31 << 3 | (uint32_t)(c->flag_z == 0) << 2 | c->flag_c << 1 | c->flag_v;
    return holding_flags[cond] >> nzcv & 1u;
}

bool dr_condition_holds(const dr_cpu *c, uint32_t cond) { return holds(c, cond & 15u); }

HANDLER(slow_blx_even) {
    store_state(b, i, cycles, count, page);
    b->cpu.r[15] = (uint32_t)x & ~1u;
    b->cpu.itstate = DR_THUMB_CLEAR;
    b->deadline = 0;
}

static inline dr_code_page *it_page(const struct dr_board *b, const dr_code_page *page, const dr_record *i) {
    const dr_it_block *block = &page->it[i->imm];
    return block->when[holds(&b->cpu, i->rn)];
}

HANDLER(slow_divide_by_zero) {
    (void)x;
    store_state(b, i, cycles, count, page);
    dr_raise(b, DR_EXC_USAGE_FAULT, DR_CFSR_DIVBYZERO);
}

#define CCR_DIV_0_TRP (1u << 4)

/* Allowed, preserved, FPCA: then the instruction again, by whatever its record is now. */
__attribute__((noinline)) HANDLER(slow_fp_prepare) {
    store_state(b, i, cycles, count, page);
    if (!dr_fp_prepare(b)) {
        return;
    }
    JUMP(resume);
}

/* ------------------------------------------------------------------ branch prediction */
/* Counters of two bits, 0 at first: 1 and 0 say not taken, 2 and 3 taken; bit 0 is kept inverted so that a counter
 * begins at 1. Each returns 1 if the prediction was wrong, 0 if it was right. */
static inline uint32_t predict_taken(uint8_t *counter) {
    uint32_t c = *counter ^ 1u;
    *counter = (uint8_t)((c + (c < 3)) ^ 1u);
    return c < 2;
}

static inline uint32_t predict_not_taken(uint8_t *counter) {
    uint32_t c = *counter ^ 1u;
    *counter = (uint8_t)((c - (c > 0)) ^ 1u);
    return c >= 2;
}

static inline uint32_t mispredicted(uint32_t wrong, uint32_t cycles) { return -wrong & cycles; }

/* ------------------------------------------------------------------ handlers, in both sizes */
#define PASTE_(prefix, name) prefix##name
#define PASTE(prefix, name) PASTE_(prefix, name)

#define SIZE 1
#define SIZED(name) PASTE(narrow_, name)
#include "execute_handlers.h"
#undef SIZE
#undef SIZED
#define SIZE 2
#define SIZED(name) PASTE(wide_, name)
#include "execute_handlers.h"

/* ------------------------------------------------------------------ tables */
#define NARROW(name) [DR_OP_##name] = narrow_##name,
#define WIDE(name) [DR_OP_##name] = wide_##name,
dr_handler *const dr_handlers[2][DR_OP_COUNT] = {{DR_ALL_OPS(NARROW)}, {DR_ALL_OPS(WIDE)}};

#define NEAR_OPS(X)                                                                                                    \
    X(b)                                                                                                               \
    X(b_eq)                                                                                                            \
    X(b_ne)                                                                                                            \
    X(b_cs) X(b_cc) X(b_mi) X(b_pl) X(b_vs) X(b_vc) X(b_hi) X(b_ls) X(b_ge) X(b_lt) X(b_gt) X(b_le) X(cbz) X(cbnz)
#define NARROW_NEAR(name) [DR_OP_##name] = narrow_near_##name,
#define WIDE_NEAR(name) [DR_OP_##name] = wide_near_##name,
dr_handler *const dr_handlers_near[2][DR_OP_COUNT] = {{NEAR_OPS(NARROW_NEAR)}, {NEAR_OPS(WIDE_NEAR)}};

/* clang-format off */
#define PREDICTED_OPS(X) \
    X(b_eq) X(b_ne) X(b_cs) X(b_cc) X(b_mi) X(b_pl) X(b_vs) X(b_vc) X(b_hi) X(b_ls) X(b_ge) X(b_lt) X(b_gt) X(b_le) \
    X(cbz) X(cbnz)
/* clang-format on */
#define NARROW_PREDICTED(name) [DR_OP_##name] = narrow_##name##_predicted,
#define WIDE_PREDICTED(name) [DR_OP_##name] = wide_##name##_predicted,
dr_handler *const dr_handlers_predicted[2][DR_OP_COUNT] = {{PREDICTED_OPS(NARROW_PREDICTED)},
                                                           {PREDICTED_OPS(WIDE_PREDICTED)}};
#define NARROW_NEAR_PREDICTED(name) [DR_OP_##name] = narrow_near_##name##_predicted,
#define WIDE_NEAR_PREDICTED(name) [DR_OP_##name] = wide_near_##name##_predicted,
dr_handler *const dr_handlers_near_predicted[2][DR_OP_COUNT] = {{PREDICTED_OPS(NARROW_NEAR_PREDICTED)},
                                                                {PREDICTED_OPS(WIDE_NEAR_PREDICTED)}};

/* [of the operation: size == 4][operation][predicted][condition] */
/* clang-format off */
#define FUSED_CONDITIONS(op, kind) \
    {op##_then_eq##kind, op##_then_ne##kind, op##_then_cs##kind, op##_then_cc##kind, op##_then_mi##kind, \
     op##_then_pl##kind, op##_then_vs##kind, op##_then_vc##kind, op##_then_hi##kind, op##_then_ls##kind, \
     op##_then_ge##kind, op##_then_lt##kind, op##_then_gt##kind, op##_then_le##kind}
/* clang-format on */
#define FUSED_ROW(op) {op, {FUSED_CONDITIONS(op, ), FUSED_CONDITIONS(op, _predicted)}},
#define NARROW_FUSED(name) FUSED_ROW(narrow_##name)
#define WIDE_FUSED(name) FUSED_ROW(wide_##name)
static const struct {
    dr_handler *alone;
    dr_handler *with[2][DR_CONDITION_COUNT];
} fused[] = {DR_FUSED_OPS(NARROW_FUSED) DR_FUSED_OPS(WIDE_FUSED)};

dr_handler *dr_fused_handler(dr_handler *alone, uint32_t cond, bool wide, bool predicted) {
    size_t half = sizeof fused / sizeof fused[0] / 2;
    for (size_t k = wide ? half : 0; k < (wide ? 2 * half : half); k++) {
        if (fused[k].alone == alone) {
            return fused[k].with[predicted][cond];
        }
    }
    return NULL;
}

void dr_execute_from(struct dr_board *b, const dr_record *record, dr_code_page *page) {
    record->run(b, record, b->cpu.cycles, b->cpu.instructions, page, 0);
#ifdef DR_TRAMPOLINE
    dr_jump *jump = &((dr_scratch *)b->code_scratch)->jump;
    while (jump->target) {
        dr_jump to = *jump;
        jump->target = NULL;
        to.target(b, to.i, to.cycles, to.count, to.page, to.x);
    }
#endif
}
