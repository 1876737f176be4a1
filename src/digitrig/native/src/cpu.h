/* Inside of the CPU: decoded records, code pages, and what decode, execute, exception and SCS know of one another. */
#ifndef DIGITRIG_INTERNAL_CPU_H
#define DIGITRIG_INTERNAL_CPU_H

#include "core.h"
#include "ops.h"

/* ------------------------------------------------------------------ decoded code */
struct dr_record;
struct dr_code_page;
struct dr_fpu_op;
struct dr_page_costs;

/* Every handler has the same arguments, so that each can end in a jump to the next one: board, record, cycles and
 * instructions so far, the page of the record, and one value for whatever slow path it jumps to. They stay in host
 * registers from one guest instruction to the next; b->cpu has them only after dr_leave or before a slow call. */
#define DR_ARGS                                                                                                        \
    struct dr_board *b, const struct dr_record *i, uint64_t cycles, uint64_t count, struct dr_code_page *page,         \
        uint64_t x
#define DR_PASS b, i, cycles, count, page, x

/* Where the compiler has it, a calling convention without registers to save: handlers then have no stack frame. */
#if defined(__has_attribute)
#if __has_attribute(preserve_none) && __has_attribute(musttail)
#define DR_HANDLER_CALL __attribute__((preserve_none))
#endif
#endif
#ifndef DR_HANDLER_CALL
#define DR_HANDLER_CALL
#endif
typedef DR_HANDLER_CALL void dr_handler(DR_ARGS);

typedef struct dr_record {
    dr_handler *run;
    uint32_t imm; /* constant, absolute branch target or literal address, register list, shift (type | amount << 8) */
    /* cost: cycles including fetch waits. Of a conditional branch: not taken; taken is rm. With dual issue, rd (of one
     * in its own page: the upper half of imm) is its counter of the branch predictor and, if it reads no register, rn
     * its cycles when predicted wrongly. */
    uint8_t rd, rn, rm, cost;
} dr_record;

#define DR_PAGE_RECORDS (DR_PAGE_SIZE / 2u)

/* The rest of an IT block from one address and ITSTATE on, decoded for both outcomes of its condition. */
typedef struct dr_it_block {
    uint32_t address, itstate;
    struct dr_code_page *when[2]; /* [1]: the condition holds */
} dr_it_block;

typedef struct dr_code_page {
    uint32_t base;               /* guest address of record[0] */
    uint32_t low, high;          /* decoded records lie in [low, high) */
    struct dr_code_page *parent; /* of an IT block: the page it belongs to; else NULL */
    uint8_t itstate[10];         /* of an IT block: ITSTATE at each halfword */
    bool straddles;              /* the last instruction reaches into the next page */
    bool touched;
    struct dr_fpu_op *fpu; /* operands of floating-point records, by record.imm */
    uint32_t fpu_count;
    dr_it_block *it;             /* by record.imm of an IT record */
    struct dr_page_costs *costs; /* with dual issue, once something in the page has been decoded */
    uint32_t it_count;
    dr_record record[]; /* DR_PAGE_RECORDS + 2 that lead out of the page */
} dr_code_page;

/* Arguments of a handler that is to be called next, where handlers cannot jump (execute.c). */
typedef struct dr_jump {
    dr_handler *target;
    const dr_record *i;
    dr_code_page *page;
    uint64_t cycles, count, x;
} dr_jump;

typedef struct dr_mpu_registers {
    uint32_t ctrl, rbar[16], rasr[16];
    uint32_t caches; /* the enable bits of CCR */
} dr_mpu_registers;

/* DWT and breakpoint comparators that are armed: copies of their registers, zero where one is off. */
typedef struct dr_debug_registers {
    uint32_t comp[4], mask[4], function[4], breakpoint[DR_FPB_COMPARATORS];
} dr_debug_registers;

enum { DR_IGNORE_HOST = 1u, DR_IGNORE_COMPARATORS = 2u };

typedef struct dr_scratch {      /* b->code_scratch */
    uint32_t view;               /* dr_mpu_view that the windows are made for */
    bool windows_restricted;     /* the MPU has taken windows away */
    bool code_depends_on_view;   /* some decoded code may not be executed in every dr_mpu_view */
    uint32_t ignore_breakpoints; /* DR_IGNORE_*, while the instruction of a breakpoint is executed at last */
    uint64_t
        breakpoint_instructions; /* instruction count at the last breakpoint stop, so that the next run passes it */
    uint32_t breakpoint_pc;
    bool has_zero_cost; /* some class of instructions takes no cycles */
    dr_jump jump;
    dr_mpu_registers mpu;     /* what windows and code have been made for */
    dr_debug_registers debug; /* the same */
    bool watches_data, watches_code;
    bool debug_pass; /* the instruction at debug_pass_pc is to be executed although a comparator matches it */
    uint32_t debug_pass_pc;
    uint64_t cycle_match; /* when CYCCNT next equals comparator 0 */
} dr_scratch;

/* What a row of the instruction tables says, with the operands of one encoding. */
typedef struct dr_insn {
    uint16_t op; /* dr_op */
    uint8_t rd, rn, rm, ra;
    uint8_t cost; /* dr_cost */
    uint8_t size; /* bytes: 2 or 4 */
    uint32_t imm;
    uint32_t cond;             /* of a conditional branch or IT */
    bool writes_flags, leaves; /* may change APSR.NZCV; may branch */
    bool not_in_it;            /* UNPREDICTABLE inside an IT block */
} dr_insn;

enum { DR_ARCH_V6 = 1u, DR_ARCH_V7 = 2u, DR_ARCH_ANY = 3u };

typedef struct dr_decode_context {
    uint32_t address; /* of the instruction */
    uint32_t arch;    /* DR_ARCH_V6 or DR_ARCH_V7 */
    uint32_t fpu;     /* config.has_fpu */
    bool in_it, last_in_it;
} dr_decode_context;

/* A row of the instruction tables: (encoding & mask) == value. */
typedef struct dr_row {
    uint32_t mask, value;
    uint8_t arch, format, cost;
    uint16_t op;
} dr_row;

/* decode16.c, decode32.c: false = undefined. `insn` of decode32: first halfword << 16 | second. */
bool dr_decode16(const dr_decode_context *context, uint32_t insn, dr_insn *out);
bool dr_decode32(const dr_decode_context *context, uint32_t insn, dr_insn *out);
static inline bool dr_is_wide(uint32_t first) { return first >= 0xE800u; }

/* decode.c */
bool dr_decode(struct dr_board *b, uint32_t address, uint32_t first, uint32_t second, uint32_t itstate, dr_insn *out);
dr_code_page *dr_find_page(struct dr_board *b, uint32_t address); /* NULL: no code can be there */
/* Cycles are added to *cycles if it has to be fetched first. */
const dr_record *dr_decode_record(struct dr_board *b, dr_code_page *page, const dr_record *record, uint64_t *cycles);
uint32_t dr_it_block_bytes(struct dr_board *b, uint32_t address, uint32_t itstate);
dr_it_block *dr_find_it_block(struct dr_board *b, dr_code_page *page, uint32_t address, uint32_t itstate);
void dr_drop_every_code(struct dr_board *b);
bool dr_has_breakpoint(const struct dr_board *b, uint32_t address);
uint32_t dr_issue_cycles(const struct dr_board *b, const dr_insn *in); /* by itself; not of floating point */

/* execute.c */
extern dr_handler *const dr_handlers[2][DR_OP_COUNT];      /* [size == 4][op] */
extern dr_handler *const dr_handlers_near[2][DR_OP_COUNT]; /* branch inside its page; NULL if the same */
/* The same, of conditional branches that the branch predictor may be wrong about; NULL for all others. */
extern dr_handler *const dr_handlers_predicted[2][DR_OP_COUNT], *const dr_handlers_near_predicted[2][DR_OP_COUNT];
/* The handler of an operation together with the near 16-bit branch behind it; NULL if they do not go together. */
dr_handler *dr_fused_handler(dr_handler *alone, uint32_t cond, bool wide, bool predicted);
void dr_execute_from(struct dr_board *b, const dr_record *record, dr_code_page *page);
bool dr_condition_holds(const dr_cpu *c, uint32_t cond);

static inline uint32_t dr_page_pc(const dr_code_page *page, const dr_record *i) {
    return page->base + (uint32_t)(i - page->record) * 2u;
}
static inline uint32_t dr_page_itstate(const dr_code_page *page, const dr_record *i) {
    return page->parent ? page->itstate[i - page->record] : 0u;
}
static inline uint32_t dr_it_advance(uint32_t itstate) {
    return (itstate & 7u) ? (itstate & 0xE0u) | ((itstate << 1) & 0x1Fu) : 0u;
}
/* cpu.itstate holds ITSTATE and, in this bit, that EPSR.T is 0 (the next instruction is an INVSTATE fault). */
#define DR_THUMB_CLEAR 0x100u

/* ------------------------------------------------------------------ memory (memory.c) */
enum {
    DR_ACCESS_ALIGNED = 1u,
    DR_ACCESS_UNPRIVILEGED = 2u,
    DR_ACCESS_STACKING = 4u,
    DR_ACCESS_UNSTACKING = 8u,
    DR_ACCESS_LAZY = 16u
};
/* Data accesses with every check; false = a fault has been raised (made pending) and the instruction must not complete.
 * b->cpu.r[15], cycles and instructions are up to date; wait states are added to b->cpu.cycles. */
bool dr_load(struct dr_board *b, uint32_t address, uint32_t width, uint32_t flags, uint32_t *value);
bool dr_store(struct dr_board *b, uint32_t address, uint32_t width, uint32_t flags, uint32_t value);

/* ------------------------------------------------------------------ exceptions (priority.c, fault.c, exception.c) */
enum {
    DR_EXC_RESET = 1,
    DR_EXC_NMI = 2,
    DR_EXC_HARD_FAULT = 3,
    DR_EXC_MEM_MANAGE = 4,
    DR_EXC_BUS_FAULT = 5,
    DR_EXC_USAGE_FAULT = 6,
    DR_EXC_SVC = 11,
    DR_EXC_DEBUG_MONITOR = 12,
    DR_EXC_PENDSV = 14,
    DR_EXC_SYSTICK = 15,
    DR_EXC_IRQ0 = 16
};
/* CFSR bits (DDI 0403E B3.2.15) */
enum {
    DR_CFSR_IACCVIOL = 1u << 0,
    DR_CFSR_DACCVIOL = 1u << 1,
    DR_CFSR_MUNSTKERR = 1u << 3,
    DR_CFSR_MSTKERR = 1u << 4,
    DR_CFSR_MLSPERR = 1u << 5,
    DR_CFSR_MMARVALID = 1u << 7,
    DR_CFSR_IBUSERR = 1u << 8,
    DR_CFSR_PRECISERR = 1u << 9,
    DR_CFSR_UNSTKERR = 1u << 11,
    DR_CFSR_STKERR = 1u << 12,
    DR_CFSR_LSPERR = 1u << 13,
    DR_CFSR_BFARVALID = 1u << 15,
    DR_CFSR_UNDEFINSTR = 1u << 16,
    DR_CFSR_INVSTATE = 1u << 17,
    DR_CFSR_INVPC = 1u << 18,
    DR_CFSR_NOCP = 1u << 19,
    DR_CFSR_UNALIGNED = 1u << 24,
    DR_CFSR_DIVBYZERO = 1u << 25
};
#define DR_HFSR_VECTTBL (1u << 1)
#define DR_HFSR_FORCED (1u << 30)
#define DR_HFSR_DEBUGEVT (1u << 31)
/* A synchronous fault: status bits set, `exception` (or HardFault by escalation) pending, or lock-up. */
void dr_raise(struct dr_board *b, uint32_t exception, uint32_t cfsr);
bool dr_raise_svc(struct dr_board *b); /* false: escalated to HardFault */
void dr_raise_breakpoint(struct dr_board *b, uint32_t number);
bool dr_monitor_allowed(const struct dr_board *b); /* DebugMonitor is enabled and preempts */
/* Take the highest pending exception if it can preempt; true if one was taken. */
bool dr_take_exception(struct dr_board *b);
/* BX or POP to an EXC_RETURN value in handler mode; cpu.r[15] is then the address to continue at. */
void dr_exception_return(struct dr_board *b, uint32_t value);
bool dr_exception_pending(const struct dr_board *b); /* one that preempts the current priority */
bool dr_wakes_wfi(const struct dr_board *b);         /* the same, as if PRIMASK were 0 */
int32_t dr_execution_priority(const struct dr_board *b);
int32_t dr_exception_priority(const struct dr_board *b, uint32_t exception);
int32_t dr_group_priority(const struct dr_board *b, int32_t priority);    /* without the subpriority bits */
uint32_t dr_highest_pending(const struct dr_board *b, int32_t *priority); /* 0 = none */
bool dr_is_active(const struct dr_board *b, uint32_t exception);
void dr_set_active(struct dr_board *b, uint32_t exception, bool active);
uint32_t dr_irq_words(const struct dr_board *b);
bool dr_fault_enabled(const struct dr_board *b, uint32_t exception);
bool dr_is_pending(const struct dr_board *b, uint32_t exception);
void dr_set_pending(struct dr_board *b, uint32_t exception);
void dr_clear_pending(struct dr_board *b, uint32_t exception);
uint32_t dr_get_xpsr(const dr_cpu *c);
void dr_set_apsr(struct dr_board *b, uint32_t value); /* NZCVQ and GE */
void dr_set_control(struct dr_board *b, uint32_t value);
void dr_set_sp_main(struct dr_cpu *c, uint32_t value, bool process);
uint32_t dr_get_sp(const dr_cpu *c, bool process);
void dr_lockup(struct dr_board *b);

static inline bool dr_is_v7(const struct dr_board *b) { return b->config.core == DR_CORE_CORTEX_M7; }
static inline bool dr_privileged(const dr_cpu *c) { return c->ipsr != 0 || (c->control & 1u) == 0; }
static inline void dr_sp_changed(struct dr_board *b) {
    dr_cpu *c = &b->cpu;
    c->r[13] &= ~3u;
    if (DR_UNLIKELY(c->r[13] < c->stack_low) && c->r[13] >= b->stack_watch_low && c->r[13] <= b->stack_watch_high) {
        c->stack_low = c->r[13];
    }
}

/* continue.c: cpu.itstate has ICI; false if the instruction is to be executed as any other. */
bool dr_continue(struct dr_board *b);
static inline bool dr_has_ici(uint32_t itstate) { return (itstate & 0xF0u) && !(itstate & 0xFu); }

/* ------------------------------------------------------------------ instructions behind a call (system.c) */
void dr_execute_mrs(struct dr_board *b, const dr_record *i);
void dr_execute_msr(struct dr_board *b, const dr_record *i);
void dr_execute_cps(struct dr_board *b, const dr_record *i);
void dr_execute_wfi(struct dr_board *b);
void dr_execute_wfe(struct dr_board *b);
void dr_execute_sev(struct dr_board *b);
/* An FP instruction may execute: CPACR, lazy state preservation, FPCA. False = a fault has been raised. */
bool dr_fp_prepare(struct dr_board *b);

/* ------------------------------------------------------------------ system control space (scs.c, nvic.c, systick.c,
 * trace.c, mpu.c) */
bool dr_scs_read(struct dr_board *b, uint32_t address, uint32_t width, uint32_t *value);
bool dr_scs_write(struct dr_board *b, uint32_t address, uint32_t width, uint32_t value);
bool dr_scs_unprivileged_write(const struct dr_board *b, uint32_t address); /* STIR with CCR.USERSETMPEND, ITM */
void dr_scs_reset(struct dr_board *b);
/* Offsets from 0xE000E000. */
bool dr_nvic_read(const struct dr_board *b, uint32_t offset, uint32_t *value);
void dr_nvic_write(struct dr_board *b, uint32_t offset, uint32_t value);
uint8_t dr_implemented_priority(const struct dr_board *b, uint32_t value);
/* Offsets in their own blocks. */
uint32_t dr_dwt_read(struct dr_board *b, uint32_t offset);
void dr_dwt_write(struct dr_board *b, uint32_t offset, uint32_t value);
uint32_t dr_itm_read(const struct dr_board *b, uint32_t offset);
void dr_itm_write(struct dr_board *b, uint32_t offset, uint32_t value);
void dr_itm_stimulus(struct dr_board *b, uint32_t port, uint32_t value, uint32_t width);
bool dr_cycle_counter_runs(const struct dr_board *b);
uint32_t dr_read_demcr(const struct dr_board *b);
void dr_write_demcr(struct dr_board *b, uint32_t value);

/* debug.c */
void dr_debug_refresh(struct dr_board *b); /* registers may have changed, or the cycle counter */
void dr_debug_access(struct dr_board *b, uint32_t address, uint32_t width, bool write, uint32_t value);
bool dr_debug_watches(const struct dr_board *b, uint32_t low, uint32_t high);
bool dr_debug_stops_at(const struct dr_board *b, uint32_t address);
void dr_debug_instruction(struct dr_board *b);
bool dr_debug_steps(const struct dr_board *b);
void dr_debug_executed(struct dr_board *b, uint32_t address, bool stepped);
void dr_debug_cycle_match(struct dr_board *b);
uint32_t dr_fpb_read(const struct dr_board *b, uint32_t offset);
void dr_fpb_write(struct dr_board *b, uint32_t offset, uint32_t value);

void dr_systick_sync(struct dr_board *b); /* counts what has passed up to cpu.cycles */
uint32_t dr_systick_read(struct dr_board *b, uint32_t offset);
void dr_systick_write(struct dr_board *b, uint32_t offset, uint32_t value);

enum { DR_MPU_READ = 1u, DR_MPU_WRITE = 2u, DR_MPU_EXECUTE = 4u };
typedef enum dr_mpu_view { DR_MPU_OFF, DR_MPU_PRIVILEGED, DR_MPU_UNPRIVILEGED } dr_mpu_view;
dr_mpu_view dr_mpu_view_of(const struct dr_board *b, bool privileged);
bool dr_mpu_view_allows(const struct dr_board *b, dr_mpu_view view, uint32_t address, uint32_t access);
bool dr_mpu_allows(const struct dr_board *b, uint32_t address, uint32_t access, bool privileged);
/* How the core may keep what lies at an address. */
enum { DR_MEMORY_CACHED = 1u, DR_MEMORY_WRITE_BACK = 2u, DR_MEMORY_ALLOCATES = 4u };
uint32_t dr_mpu_memory(const struct dr_board *b, uint32_t address);
void dr_mpu_refresh(struct dr_board *b); /* before a run: a reset or a restored snapshot may have changed everything */
void dr_mpu_changed(struct dr_board *b); /* registers written: forget code, rebuild the windows */
void dr_mpu_windows(struct dr_board *b); /* windows for the present view; cheap while the MPU is off */

#endif
