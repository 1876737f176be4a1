/* Inside of the core: what the CPU, the bus, the devices and time know of one another.
 *
 * State is sorted into three kinds: configuration (set before the first run), scratch (rebuilt at will: decoded code,
 * windows) and snapshot (everything a continued run depends on). Only the snapshot kind is copied by snapshot.c.
 */
#ifndef DIGITRIG_INTERNAL_CORE_H
#define DIGITRIG_INTERNAL_CORE_H

#include "digitrig_core.h"

#include <stdbool.h>

#define DR_LIKELY(x) __builtin_expect(!!(x), 1)
#define DR_UNLIKELY(x) __builtin_expect(!!(x), 0)
#define DR_ASSUME(x) ((x) ? (void)0 : __builtin_unreachable())

#define DR_MAX_REGIONS 16u
#define DR_MAX_DEVICES 256u
#define DR_MAX_EVENTS 128u
#define DR_MAX_IRQS 240u
#define DR_PAGE_BITS 10u /* code and dirty tracking: 1 KB pages */
#define DR_PAGE_SIZE (1u << DR_PAGE_BITS)
#define DR_NEVER UINT64_MAX
#define DR_LINE_BITS 5u /* of the caches: 32 bytes */
#define DR_LINE_SIZE (1u << DR_LINE_BITS)
#define DR_MAX_CACHE_LINES 2048u
#define DR_NO_LINE UINT32_MAX

/* ------------------------------------------------------------------ bus (bus.c) */
typedef enum dr_bus_result {
    DR_BUS_OK = 0,
    DR_BUS_UNMAPPED = 1,
    DR_BUS_WIDTH = 2,     /* the block does not take this access width */
    DR_BUS_GATED = 3,     /* the block's clock is off */
    DR_BUS_READ_ONLY = 4, /* write to flash */
    DR_BUS_RESERVED = 5,  /* no register there, and the block faults on that */
    DR_BUS_NO_EXECUTE = 6,
    DR_BUS_DISABLED = 7 /* memory that does not answer yet: dr_set_region_enabled */
} dr_bus_result;

/* page_flags. A store's fast path needs exactly DR_PAGE_DIRTY: pages of read-only regions carry DR_PAGE_LOCKED once
 * written by the host, pages with decoded code DR_PAGE_CODE, clean pages nothing. */
enum { DR_PAGE_DIRTY = 1u, DR_PAGE_CODE = 2u, DR_PAGE_LOCKED = 4u };

enum { DR_LINE_READ = 1u, DR_LINE_WRITE = 2u };

struct dr_code_page; /* decoded instructions of one 1 KB page (decode.c) */

typedef struct dr_region {
    uint32_t base, size, flags;
    uint32_t read_wait, fetch_wait, branch_wait;
    uint32_t disabled;         /* snapshot kind: 1 = answers nobody */
    dr_bus_timing bus;         /* configuration; all zero if tightly coupled */
    const uint8_t *line_state; /* by (offset >> line_shift), DR_LINE_*: accesses that cost nothing beyond read_wait */
    uint32_t line_shift;
    uint8_t *lines;             /* scratch (cache.c): where line_state is of this region, NULL if tightly coupled */
    uint8_t *host;              /* snapshot kind, `size` bytes, zero at first */
    uint8_t *page_flags;        /* scratch, one byte a page: DR_PAGE_* */
    uint8_t *page_used;         /* snapshot.c: 1 once the page has been written since the region was made */
    struct dr_code_page **code; /* scratch, one pointer a page, NULL until decoded */
    char name[32];
} dr_region;

/* Window table: the region that covers an address's megabyte, or &no_region. Where two regions share a megabyte only
 * one is there; dr_find_region finds the other. A fast access checks offset < size itself. */
dr_region *dr_find_region(struct dr_board *b, uint32_t address); /* NULL if none */

/* Everything that the fast path does not serve: devices, faults, regions hidden by the window table, first write to a
 * page, writes to pages with decoded code. The CPU must have stored pc, cycles and instructions in b->cpu before.
 * `width` is 1, 2 or 4, the address aligned to it. */
dr_bus_result dr_bus_read(struct dr_board *b, uint32_t address, uint32_t width, uint32_t *value);
dr_bus_result dr_bus_write(struct dr_board *b, uint32_t address, uint32_t width, uint32_t value);
void dr_drop_code(dr_region *region, uint32_t page);    /* decode.c: forget the decoded page */
void dr_drop_records(dr_region *region, uint32_t page); /* the same where breakpoints have changed, not the bytes */
void dr_drop_all_code(dr_region *region);
void dr_drop_line(dr_region *region, uint32_t offset); /* decode.c: so that its instructions are fetched again */

/* ------------------------------------------------------------------ CPU (cpu.c, decode.c, execute.c, exception.c,
 * scs.c, fpu.c) */
typedef struct dr_cpu {                  /* snapshot kind */
    uint32_t r[16];                      /* r[13] is the current SP, r[15] the address of the next instruction */
    uint32_t flag_n, flag_z;             /* N = flag_n >> 31; Z = flag_z == 0 (a result can be stored in both) */
    uint32_t flag_c, flag_v, flag_q, ge; /* 0 or 1; ge: 4 bits */
    uint32_t itstate;                    /* ITSTATE[7:0], 0 outside IT blocks */
    uint32_t ipsr;
    uint32_t other_sp; /* the stack pointer that r[13] is not */
    uint32_t primask, faultmask, basepri, control;
    uint32_t s[32]; /* FP registers; D[n] = S[2n] | S[2n+1] << 32 */
    uint32_t fpscr;
    uint32_t exclusive, exclusive_address;
    uint32_t event_flag;  /* WFE/SEV */
    uint32_t sleeping;    /* 0 running, 1 WFI, 2 WFE */
    uint64_t slept_ps[2]; /* since reset: in sleep, in deep sleep */
    uint32_t halted;      /* 0, or dr_stop_reason that cannot be left without reset (lock-up) */
    uint32_t stack_low;
    uint32_t semihosting_errno, semihosting_position; /* of ":semihosting-features" */
    uint8_t predictor[1024]; /* by address of the branch: 2-bit counters of the dual-issue core */
    uint64_t cycles, instructions;
} dr_cpu;

typedef struct dr_cache {                /* snapshot kind; [0] data, [1] instruction (cache.c) */
    uint32_t tag[2][DR_MAX_CACHE_LINES]; /* by set x ways + way: address of the line, bit 0 valid, bit 1 dirty */
    uint32_t next_way[2];                /* counts replacements */
    uint32_t read_line;                  /* line last read from a memory whose controller reads on, DR_NO_LINE: none */
    uint64_t read_at;                    /* cycle at which it had come */
    uint64_t drained;                    /* cycle at which the store buffer is empty */
    uint64_t fills[2];
} dr_cache;

#define DR_FPB_COMPARATORS 8u
typedef struct dr_scs { /* System Control Space, snapshot kind */
    uint32_t vtor, aircr, scr, ccr, shcsr, cfsr, hfsr, dfsr, mmfar, bfar, afsr, cpacr;
    uint32_t fpccr, fpcar, fpdscr, csselr, demcr, actlr,
        icsr_pend;               /* icsr_pend: bits of pending NMI, PendSV, SysTick */
    uint8_t system_priority[16]; /* by exception number */
    uint8_t irq_priority[DR_MAX_IRQS];
    uint32_t enabled[8], pending[8], active[8], level[8]; /* external interrupts; level: line asserted */
    uint16_t system_active, system_pending;               /* by exception number, 1..15 */
    uint32_t systick_csr, systick_rvr;
    uint64_t systick_zero_cycle; /* cycle at which the counter next reaches 0; DR_NEVER when stopped */
    uint32_t systick_value;      /* when stopped */
    uint32_t dwt_ctrl;
    uint64_t dwt_base;  /* CYCCNT = cycles - dwt_base while enabled */
    uint32_t dwt_value; /* when stopped */
    uint32_t dwt_comp[4], dwt_mask[4], dwt_function[4];
    uint32_t fp_ctrl, fp_comp[DR_FPB_COMPARATORS];
    uint32_t mpu_ctrl, mpu_rnr, mpu_rbar[16], mpu_rasr[16];
    uint32_t itm_tcr, itm_ter;
} dr_scs;

/* Formatted by hand: clang-format moves this list again on every run. */
/* clang-format off */
#define DR_COST_LIST(X) \
    X(alu) X(mul) X(mul_long) X(mac) X(div) X(dsp) X(saturate) X(bitfield) X(load) X(store) X(load_byte) \
    X(load_double) X(store_double) X(multiple_base) X(multiple_register) X(pop_pc_extra) X(load_pc_extra) \
    X(branch) X(branch_not_taken) X(branch_link) X(branch_register) X(alu_pc) X(table_branch) \
    X(compare_branch_taken) X(compare_branch_not_taken) X(it) X(skipped) X(nop) X(wait) X(barrier) \
    X(special_register) X(change_state) X(supervisor) X(exclusive) X(fp_add) X(fp_mul) X(fp_mac) X(fp_div) \
    X(fp_sqrt) X(fp_move) X(fp_load) X(fp_store) X(fp_convert) X(fp_add_double) X(fp_mul_double) \
    X(fp_mac_double) X(fp_div_double) X(fp_sqrt_double) X(exception_entry) X(exception_return) X(tail_chain) \
    X(fp_context) X(peripheral_access)
/* clang-format on */

typedef enum dr_cost {
#define X(name) DR_COST_##name,
    DR_COST_LIST(X)
#undef X
        DR_COST_COUNT
} dr_cost;

/* External interrupt line changed (devices.c calls it). Level-sensitive: pending again on exit while asserted. */
void dr_nvic_set_level(struct dr_board *b, uint32_t irq, bool level);
/* Recompute "an exception can be taken": sets b->deadline to 0 when one can, so that the loop looks at once. */
void dr_cpu_update_pending(struct dr_board *b);
void dr_cpu_reset(struct dr_board *b);
void dr_cpu_start(struct dr_board *b);
/* Around a change of the core clock: SysTick on its reference clock keeps its count. */
uint32_t dr_systick_pause(struct dr_board *b);
void dr_systick_resume(struct dr_board *b, uint32_t count);
/* Execute until b->stop_requested or b->halted, or cycles >= b->run_until, or instructions >= b->instruction_limit. */
void dr_cpu_run(struct dr_board *b, dr_stop *stop);

/* ------------------------------------------------------------------ time and events (events.c) */
typedef struct dr_event {
    uint64_t at_ps;
    uint32_t priority, sequence, device, number; /* earlier time first, then lower priority value, then sequence */
} dr_event;

typedef struct dr_time {           /* snapshot kind */
    uint64_t base_ps, base_cycles; /* when the clock was last changed */
    uint64_t hz;
    uint32_t event_count, next_sequence;
    dr_event events[DR_MAX_EVENTS]; /* sorted */
} dr_time;

uint64_t dr_time_ps(const struct dr_board *b, uint64_t cycles);    /* virtual time at a cycle count, rounded down */
uint64_t dr_time_cycles(const struct dr_board *b, uint64_t at_ps); /* first cycle count at or after a time */
/* Deliver every event due at b->cpu.cycles, then set b->event_cycle (DR_NEVER if none). Called by the CPU loop. */
void dr_deliver_events(struct dr_board *b);

/* ------------------------------------------------------------------ devices (devices.c, uart.c, ...) */
struct dr_device;

/* Stop the run after the current instruction. */
void dr_stop_run(struct dr_board *b, dr_stop_reason reason, uint32_t detail);
void dr_log(struct dr_board *b, dr_log_kind kind, uint32_t device, uint32_t register_index, uint32_t address,
            uint32_t width, bool write, uint32_t value, uint32_t detail);
dr_status dr_fail(struct dr_board *b, dr_status status, const char *format, ...) __attribute__((format(printf, 3, 4)));

#define DR_MAX_MAPPINGS 320u
typedef struct dr_mapping {
    uint32_t base, size, device;
} dr_mapping;

/* ------------------------------------------------------------------ semihosting and console (semihosting.c) */
enum { DR_STREAM_INPUT = DR_STREAM_ITM + 1, DR_STREAM_COUNT };
typedef struct dr_stream { /* the host's: no part of snapshots */
    uint8_t *data;
    uint64_t *at_ps; /* when each byte was written */
    uint32_t length, capacity;
} dr_stream;

bool dr_semihosting(struct dr_board *b); /* BKPT 0xAB; false = not a call that there is, so a breakpoint like others */
void dr_itm_put(struct dr_board *b, uint32_t value, uint32_t width);
void dr_streams_free(struct dr_board *b);

/* ------------------------------------------------------------------ the board */
struct dr_board {
    /* hot: the run loop */
    dr_cpu cpu;
    uint64_t deadline; /* scratch: the loop leaves its fast path when cycles >= deadline: min of the four below, or 0 */
    uint64_t event_cycle; /* scratch: next device event */
    uint64_t run_until;   /* scratch: cycle limit of this dr_run */
    uint64_t run_until_ps;
    uint64_t delivering_ps; /* scratch: nominal time of the event being delivered, DR_NEVER outside */
    uint64_t instruction_limit;
    uint32_t stop_requested; /* scratch: 1 + dr_stop_reason, 0 = none. Also set from other threads: read with acquire */
    uint32_t stop_detail;
    dr_region *window[4096];     /* scratch: by address >> 20 */
    uintptr_t host_base[4096];   /* scratch: the host's address of a window's memory, less the guest's */
    uint8_t cost[DR_COST_COUNT]; /* configuration */
    dr_timing timing;            /* configuration */
    dr_scs scs;
    dr_time time;
    dr_config config;
    dr_region regions[DR_MAX_REGIONS];
    uint32_t region_count;
    dr_region no_region;
    struct dr_device *devices[DR_MAX_DEVICES];
    uint32_t device_count;
    dr_mapping map[DR_MAX_MAPPINGS]; /* sorted by base */
    uint32_t map_count;
    dr_hook hook;
    void *hook_user;
    uint32_t vector_table;
    uint32_t stop_on_fault;
    uint32_t semihosting; /* DR_SEMIHOSTING_* */
    dr_stream streams[DR_STREAM_COUNT];
    int32_t console_stop_byte; /* the host's wish, -1 = none */
    uint32_t stack_watch_low, stack_watch_high;
    uint32_t breakpoints[32], breakpoint_count;
    dr_log_entry *log;
    uint32_t log_count, log_capacity;
    char error[256];
    void *code_scratch; /* owned by decode.c */
    dr_cache cache;
    uint64_t snapshot_id, next_snapshot_id; /* which snapshot the dirty pages are counted from */
};

static inline void dr_open_window(struct dr_board *b, uint32_t megabyte, dr_region *region) {
    b->window[megabyte] = region;
    b->host_base[megabyte] = (uintptr_t)region->host - region->base;
}

#endif
