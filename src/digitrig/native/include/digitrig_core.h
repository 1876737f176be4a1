/* digitrig core: an Armv6-M / Armv7E-M board, its memory, devices and virtual time behind one opaque handle.
 *
 * No globals, no output, no exit: every call returns a status, the first error's text is kept in the handle.
 * Time is in integer picoseconds of virtual time, cycles are core clock cycles. All calls on one handle must come
 * from one thread at a time; different handles are independent.
 */
#ifndef DIGITRIG_CORE_H
#define DIGITRIG_CORE_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define DR_API __attribute__((visibility("default")))

/* Raised whenever a struct or prototype below changes; the binding refuses a library with another number. */
#define DR_ABI_VERSION 7u

typedef struct dr_board dr_board;

typedef enum dr_status {
    DR_OK = 0,
    DR_ERR_ARGUMENT = 1, /* a value outside its documented range */
    DR_ERR_MEMORY = 2,   /* the host has no memory left */
    DR_ERR_ADDRESS = 3,  /* nothing at that guest address, or not for that access */
    DR_ERR_STATE = 4,    /* the call does not fit the handle's state */
    DR_ERR_OVERLAP = 5   /* two regions or devices claim one address */
} dr_status;

typedef enum dr_core_kind { DR_CORE_CORTEX_M0PLUS = 0, DR_CORE_CORTEX_M7 = 1 } dr_core_kind;

typedef struct dr_config {
    uint32_t core;                /* dr_core_kind */
    uint32_t irq_count;           /* external interrupts, 1..240 */
    uint32_t priority_bits;       /* implemented bits of a priority byte: 2 on Armv6-M, 3..8 on Armv7-M */
    uint32_t mpu_regions;         /* 0, 8 or 16 */
    uint32_t has_vtor;            /* 0 or 1 */
    uint32_t has_fpu;             /* 0 none, 1 single, 2 single and double precision */
    uint32_t cpuid;               /* value of SCB CPUID */
    uint32_t ccsidr[2];           /* cache size: [0] data, [1] instruction; 0 = no cache */
    uint32_t systick_external_hz; /* reference clock of SysTick with CLKSOURCE = 0 */
    uint32_t systick_calib;       /* value of SYST_CALIB */
    uint64_t clock_hz;            /* core clock at reset */
} dr_config;

/* ------------------------------------------------------------------ life */
DR_API uint32_t dr_abi_version(void);
DR_API size_t dr_sizeof(const char *struct_name); /* 0 if unknown; the binding compares its own layout */
DR_API dr_status dr_create(const dr_config *config, dr_board **out);
DR_API void dr_destroy(dr_board *board);
DR_API const char *dr_error(const dr_board *board); /* "" if none; valid until the next call */

/* ------------------------------------------------------------------ memory */
enum { DR_MEM_READ = 1u, DR_MEM_WRITE = 2u, DR_MEM_EXECUTE = 4u };

typedef struct dr_region_config {
    uint32_t base, size;  /* multiples of 1024 */
    uint32_t flags;       /* DR_MEM_*: what the core may do; the host may always read and write */
    uint32_t read_wait;   /* extra core cycles of each data read here */
    uint32_t fetch_wait;  /* extra core cycles of each fetched halfword here (16-bit fetch, no buffer) */
    uint32_t branch_wait; /* extra core cycles when a taken branch lands here */
} dr_region_config;

DR_API dr_status dr_add_region(dr_board *board, const char *name, const dr_region_config *config, uint32_t *region);
DR_API dr_status dr_set_region_waits(dr_board *board, uint32_t region, uint32_t read_wait, uint32_t fetch_wait,
                                     uint32_t branch_wait);
/* 0: what is behind the region does not answer yet, such as SDRAM before its set-up; an access of the core is a bus
 * error, the host may still read and write. Not while the core runs from there. */
DR_API dr_status dr_set_region_enabled(dr_board *board, uint32_t region, uint32_t enabled);
DR_API uint32_t dr_region_enabled(const dr_board *board, uint32_t region);
/* Memory behind the bus of a Cortex-M7, in core cycles beyond those of an access to tightly coupled memory. */
typedef struct dr_bus_timing {
    uint32_t line;      /* until a line of 32 bytes has come */
    uint32_t next_line; /* the same where the controller had begun with it after the line before; 0 = it does not */
    uint32_t buffered;  /* at least, of what the controller has read ahead */
    uint32_t word;      /* one access that passes the caches by */
} dr_bus_timing;
DR_API dr_status dr_set_region_bus(dr_board *board, uint32_t region, const dr_bus_timing *timing);
DR_API uint64_t dr_cache_fills(const dr_board *board, uint32_t cache); /* lines filled so far; 0 data, 1 instruction */
/* Host access without side effects, timing or permissions. Devices: the stored register values. */
DR_API dr_status dr_read(dr_board *board, uint32_t address, void *data, uint32_t length);
DR_API dr_status dr_write(dr_board *board, uint32_t address, const void *data, uint32_t length);

/* An access with its side effects by somebody else than the core, such as the boot ROM: width 1, 2 or 4, aligned.
 * DR_ERR_ADDRESS if the bus refuses it; nothing is logged then. */
DR_API dr_status dr_access(dr_board *board, uint32_t address, uint32_t width, uint32_t write, uint32_t *value);

/* ------------------------------------------------------------------ devices: register files */
enum {
    DR_REG_STORED = 0u,   /* keeps what is written, does nothing else */
    DR_REG_MODELLED = 1u, /* behaviour behind it */
    DR_REG_TAGGED = 2u,   /* known, not modelled: counted and logged when touched */
    DR_REG_STATE_MASK = 3u,
    DR_REG_HOOK_READ = 4u,  /* the host hook (or native model) gives the value read */
    DR_REG_HOOK_WRITE = 8u, /* the host hook (or native model) is told of writes */
    DR_REG_HIDDEN = 16u,    /* model state: not on the bus, part of the snapshot, cleared by reset */
    DR_REG_ALIAS_SET = 32u, /* i.MX style aliases at +4, +8, +C of a 32-bit register */
    DR_REG_FAULT = 64u      /* an access here is a bus error */
};

typedef struct dr_register {
    uint32_t offset;   /* from the device's base; for DR_REG_HIDDEN ignored */
    uint32_t width;    /* 1, 2 or 4 bytes */
    uint32_t flags;    /* DR_REG_* */
    uint32_t reset;    /* value after reset */
    uint32_t write;    /* bits that a write replaces */
    uint32_t w1c;      /* bits that a written 1 clears */
    uint32_t read;     /* bits that a read shows (write-only bits read 0) */
    uint32_t reserved; /* bits that are not there: writing a 1 to one is counted and logged */
} dr_register;

/* What the host is told by the hook. */
typedef enum dr_hook_kind {
    DR_HOOK_READ = 0,  /* arg = register index, value = stored value; the return value is what the core reads */
    DR_HOOK_WRITE = 1, /* arg = register index, value = new stored value, old = value before, written = raw write */
    DR_HOOK_EVENT = 2, /* arg = event number given to dr_schedule */
    DR_HOOK_RESET = 3, /* registers have been put to their reset values */
    DR_HOOK_SYSTEM_RESET = 4, /* device = ~0u; the core asked for SYSRESETREQ */
    DR_HOOK_LOG = 5,          /* arg = dr_log_kind, address in `value`, device or ~0u; see dr_get_log */
    DR_HOOK_SEMIHOSTING = 6,  /* a call about files: arg = operation, value = R1; the return value is R0 */
    DR_HOOK_BUS = 7           /* a serial bus behind a native model: arg = dr_bus_operation, value = byte sent */
} dr_hook_kind;

/* What a master does on its bus. */
typedef enum dr_bus_operation {
    DR_BUS_START = 0,   /* value = address and read bit; returns 1 if a target answers */
    DR_BUS_SEND = 1,    /* value = byte; returns 1 if the target takes it */
    DR_BUS_RECEIVE = 2, /* returns the target's byte */
    DR_BUS_STOP = 3
} dr_bus_operation;

typedef struct dr_hook_call {
    uint32_t kind, device, arg, width;
    uint32_t value, old, written, pc;
    uint64_t at_ps;
} dr_hook_call;

typedef uint32_t (*dr_hook)(void *user, const dr_hook_call *call);
DR_API dr_status dr_set_hook(dr_board *board, dr_hook hook, void *user);

typedef struct dr_device_config {
    uint32_t base, size;
    uint32_t widths;        /* or of 1, 2, 4: access widths the block takes; others are bus errors; 0: not on the bus */
    uint32_t absent_faults; /* 1: an offset with no register is a bus error; 0: reads 0, counted and logged */
    uint32_t model;         /* dr_model_kind */
    uint32_t parameters[8]; /* of the native model */
    uint32_t register_count;
    const dr_register *registers;
} dr_device_config;

typedef enum dr_model_kind {
    DR_MODEL_REGISTERS = 0, /* the host hook */
    DR_MODEL_LPUART = 1,
    DR_MODEL_KINETIS_UART = 2,
    DR_MODEL_LPC_USART = 3,
    DR_MODEL_LPI2C = 4
} dr_model_kind;

DR_API dr_status dr_add_device(dr_board *board, const char *name, const dr_device_config *config, uint32_t *device);
DR_API dr_status dr_add_mirror(dr_board *board, uint32_t device, uint32_t base); /* same block, second address */
DR_API dr_status dr_set_enabled(dr_board *board, uint32_t device,
                                uint32_t enabled); /* 0: clock gated, accesses fault */
DR_API dr_status dr_set_device_clock(dr_board *board, uint32_t device, uint64_t hz); /* functional clock; 0 = stopped */
DR_API dr_status dr_get_register(dr_board *board, uint32_t device, uint32_t index, uint32_t *value);
DR_API dr_status dr_set_register(dr_board *board, uint32_t device, uint32_t index, uint32_t value);
DR_API dr_status dr_connect(dr_board *board, uint32_t device, uint32_t line, uint32_t irq); /* output line -> NVIC */
DR_API dr_status dr_set_line(dr_board *board, uint32_t device, uint32_t line, uint32_t level);
DR_API dr_status dr_schedule(dr_board *board, uint32_t device, uint32_t event, uint64_t delay_ps, uint32_t priority);
DR_API dr_status dr_cancel(dr_board *board, uint32_t device, uint32_t event);

/* ------------------------------------------------------------------ log of what is not modelled, faults, resets */
typedef enum dr_log_kind {
    DR_LOG_TAGGED = 0,    /* known register without a model touched */
    DR_LOG_ABSENT = 1,    /* no register at that offset */
    DR_LOG_RESERVED = 2,  /* 1 written to reserved bits */
    DR_LOG_BUS_FAULT = 3, /* access refused */
    DR_LOG_EXCEPTION = 4, /* HardFault, MemManage, BusFault, UsageFault taken */
    DR_LOG_LOCKUP = 5,
    DR_LOG_RESET = 6,
    DR_LOG_UNDEFINED = 7
} dr_log_kind;

typedef struct dr_log_entry {
    uint32_t kind, device, register_index, address;
    uint32_t width, write, value, pc;
    uint32_t lr, detail;   /* detail: exception number, reserved bits, or dr_bus_result */
    uint64_t at_ps, count; /* first time; repeats of the same (kind, address, pc is the first one's) are counted */
} dr_log_entry;
/* An access that a bus master beside the core made in vain; detail: dr_bus_result. Read or write as a bus fault. */
DR_API dr_status dr_log_master(dr_board *board, uint32_t device, uint32_t address, uint32_t write, uint32_t detail);
DR_API uint32_t dr_log_count(const dr_board *board);
DR_API dr_status dr_get_log(const dr_board *board, uint32_t index, dr_log_entry *entry);
DR_API void dr_clear_log(dr_board *board);

/* ------------------------------------------------------------------ UARTs */
/* Queue bytes on the line into the board. bit_ps: the sender's bit time, 0 = the receiver's own rate at that moment.
 * gap_bits: idle bits after each byte. The bytes follow whatever is queued already. */
DR_API dr_status dr_uart_send(dr_board *board, uint32_t device, const void *data, uint32_t length, uint64_t bit_ps,
                              uint32_t gap_bits);
DR_API uint32_t dr_uart_pending(const dr_board *board, uint32_t device);   /* bytes still on their way in */
DR_API uint32_t dr_uart_available(const dr_board *board, uint32_t device); /* bytes sent by the board, not yet taken */
/* Take up to length bytes the board has sent; at_ps (or NULL) gets the time each byte's stop bit ended. */
DR_API uint32_t dr_uart_receive(dr_board *board, uint32_t device, uint8_t *data, uint64_t *at_ps, uint32_t length);
DR_API dr_status dr_uart_stop_on(dr_board *board, uint32_t device, int32_t byte); /* -1 = off; else stop when sent */

/* ------------------------------------------------------------------ semihosting and ITM */
enum { DR_SEMIHOSTING_ON = 1u, DR_SEMIHOSTING_FILES = 2u };
/* ON (at first): BKPT 0xAB is a call of the host: console, clock, exit. Otherwise it is a breakpoint like any other.
 * FILES: calls about files go to the hook (DR_HOOK_SEMIHOSTING); without it they fail. */
DR_API dr_status dr_set_semihosting(dr_board *board, uint32_t flags);
enum { DR_STREAM_CONSOLE = 0, DR_STREAM_ITM = 1 }; /* semihosting's console; ITM stimulus port 0 */
DR_API uint32_t dr_console_available(const dr_board *board, uint32_t stream); /* bytes written, not yet taken */
/* Take up to length of them; at_ps (or NULL) gets the time at which each was written. */
DR_API uint32_t dr_console_receive(dr_board *board, uint32_t stream, uint8_t *data, uint64_t *at_ps, uint32_t length);
DR_API void dr_console_stop_on(dr_board *board, int32_t byte); /* -1 = off; else stop when written to either stream */
DR_API dr_status dr_console_send(dr_board *board, const void *data,
                                 uint32_t length); /* keyboard input; then end of file */

/* ------------------------------------------------------------------ timing */
/* Cost classes are named; the binding hands over cycles by name, so that the tables live in readable Python. */
DR_API uint32_t dr_cost_count(void);
DR_API const char *dr_cost_name(uint32_t cost);
DR_API dr_status dr_set_cost(dr_board *board, uint32_t cost, uint32_t cycles);

/* Kinds of instructions as the issue logic of a dual-issue core tells them apart. */
enum {
    DR_SLOT_ALU = 0,
    DR_SLOT_SHIFTED = 1, /* ALU with a shifted operand or a rotated constant */
    DR_SLOT_DSP = 2,     /* extension, bit field, parallel and saturating arithmetic */
    DR_SLOT_MULTIPLY = 3,
    DR_SLOT_LOAD = 4,
    DR_SLOT_STORE = 5,
    DR_SLOT_BRANCH = 6,
    DR_SLOT_FP = 7,
    DR_SLOT_FP_MAC = 8,
    DR_SLOT_FP_LOAD = 9,
    DR_SLOT_FP_STORE = 10,
    DR_SLOT_HINT = 11,  /* NOP, IT */
    DR_SLOT_ALONE = 12, /* pairs with nothing */
    DR_SLOT_COUNT = 13
};
/* Where a result comes from. */
enum {
    DR_RESULT_EARLY = 0, /* add, subtract, move: from the early ALU if their operands are there in time, else ALU */
    DR_RESULT_ALU = 1,
    DR_RESULT_DSP = 2,
    DR_RESULT_SATURATE = 3,
    DR_RESULT_LOAD = 4,
    DR_RESULT_LOAD_NARROW = 5, /* bytes and halfwords */
    DR_RESULT_MULTIPLY = 6,
    DR_RESULT_FP = 7,
    DR_RESULT_FP_MAC = 8,
    DR_RESULT_FP_LOAD = 9,
    DR_RESULT_FP_MOVE = 10, /* core register to FP register */
    DR_RESULT_FP_TO_CORE = 11,
    DR_RESULT_COUNT = 12
};
/* What an operand is needed for. */
enum {
    DR_USE_ALU = 0,
    DR_USE_EARLY = 1,   /* the early ALU: decides whether a result is DR_RESULT_EARLY */
    DR_USE_ADDRESS = 2, /* base register */
    DR_USE_INDEX = 3,   /* register that is added to it */
    DR_USE_SHIFT = 4,
    DR_USE_MULTIPLICAND = 5,
    DR_USE_ACCUMULATOR = 6,
    DR_USE_STORE = 7,
    DR_USE_FP = 8,
    DR_USE_FP_ACCUMULATOR = 9,
    DR_USE_FP_STORE = 10,
    DR_USE_COUNT = 11
};
typedef struct dr_timing {
    uint32_t dual_issue;         /* 0: every instruction costs its class; the rest of this is not looked at */
    uint32_t words_per_cycle;    /* of a load or store multiple */
    uint32_t mispredict;         /* cycles lost by a conditional branch predicted wrongly */
    uint32_t mispredict_settled; /* the same if the flags had been set `settled_flags` cycles before */
    uint32_t settled_flags;
    uint32_t unaligned_load;  /* cycles beyond those of an aligned one */
    uint32_t unaligned_store; /* cycles in the store buffer */
    uint32_t split_multiple;  /* cycles more of an even number of words stored at 4 modulo 8 */
    uint32_t store_buffer;    /* its entries */
    uint8_t pair[169];        /* [older slot x DR_SLOT_COUNT + younger slot]: 1 = may be issued in one cycle */
    uint8_t latency[132];     /* [result x DR_USE_COUNT + use]: cycles from issue to issue */
} dr_timing;
DR_API dr_status dr_set_timing(dr_board *board, const dr_timing *timing);

/* ------------------------------------------------------------------ run */
typedef enum dr_stop_reason {
    DR_STOP_TIME = 0, /* the time limit was reached */
    DR_STOP_INSTRUCTIONS = 1,
    DR_STOP_BREAKPOINT = 2, /* pc is at a breakpoint, not yet executed */
    DR_STOP_BYTE = 3,       /* a UART sent the byte asked for */
    DR_STOP_ASLEEP = 4,     /* WFI/WFE and nothing can ever wake it */
    DR_STOP_LOCKUP = 5,
    DR_STOP_UNDEFINED = 6, /* an instruction this core does not have yet: see dr_error */
    DR_STOP_HOST = 7,      /* dr_request_stop */
    DR_STOP_EXIT = 8,      /* semihosting exit */
    DR_STOP_RESET = 9,     /* SYSRESETREQ or a watchdog asked for reset; the host decides */
    DR_STOP_FAULT = 10     /* a fault exception was taken and dr_stop_on_fault is on */
} dr_stop_reason;

typedef struct dr_stop {
    uint32_t reason, pc, lr, detail;
    uint64_t at_ps, cycles, instructions;
} dr_stop;

DR_API dr_status dr_reset(dr_board *board); /* registers and devices to reset values, time goes on; memory kept */
DR_API dr_status dr_set_vector_table(dr_board *board, uint32_t address); /* VTOR's reset value; loads nothing yet */
DR_API dr_status dr_start(dr_board *board);                              /* SP and PC from the vector table */
DR_API dr_status dr_run(dr_board *board, uint64_t for_ps, uint64_t max_instructions, dr_stop *stop);
/* After DR_STOP_ASLEEP: time goes on all the same, for something from outside that comes later. DR_ERR_STATE if the
 * core is awake or something is due. */
DR_API dr_status dr_pass_time(dr_board *board, uint64_t for_ps);
DR_API void dr_request_stop(dr_board *board, uint32_t detail); /* from a hook, or another thread */
DR_API dr_status dr_stop_on_fault(dr_board *board, uint32_t on);
DR_API dr_status dr_set_clock(dr_board *board, uint64_t hz); /* core clock from now on */
DR_API uint64_t dr_clock(const dr_board *board);
DR_API uint64_t dr_now_ps(const dr_board *board);
/* Time since reset that the core has spent in sleep, or (deep) in deep sleep: SCR.SLEEPDEEP, DDI 0403E B3.2.7. */
DR_API uint64_t dr_slept_ps(const dr_board *board, uint32_t deep);
DR_API uint64_t dr_cycles(const dr_board *board);
DR_API uint64_t dr_instructions(const dr_board *board);
DR_API dr_status dr_set_breakpoint(dr_board *board, uint32_t address, uint32_t on);
DR_API dr_status dr_watch_stack(dr_board *board, uint32_t low, uint32_t high); /* follow the lowest SP in [low, high] */
DR_API uint32_t dr_stack_low(const dr_board *board); /* lowest SP seen since dr_watch_stack, ~0u if none */
DR_API dr_status dr_set_irq_pending(dr_board *board, uint32_t irq);

enum { /* register numbers of dr_get_cpu / dr_set_cpu */
       DR_CPU_R0 = 0,
       DR_CPU_SP = 13,
       DR_CPU_LR = 14,
       DR_CPU_PC = 15,
       DR_CPU_XPSR = 16,
       DR_CPU_MSP = 17,
       DR_CPU_PSP = 18,
       DR_CPU_PRIMASK = 19,
       DR_CPU_BASEPRI = 20,
       DR_CPU_FAULTMASK = 21,
       DR_CPU_CONTROL = 22,
       DR_CPU_FPSCR = 23,
       DR_CPU_S0 = 32 /* .. S31 = 63 */
};
DR_API dr_status dr_get_cpu(const dr_board *board, uint32_t number, uint32_t *value);
DR_API dr_status dr_set_cpu(dr_board *board, uint32_t number, uint32_t value);
/* One instruction form under test: 1 if `halfwords` (first in the low half) decodes to an instruction, 0 if undefined.
 */
DR_API uint32_t dr_decodes(dr_board *board, uint32_t first, uint32_t second, uint32_t *length);

/* ------------------------------------------------------------------ snapshots */
typedef struct dr_snapshot dr_snapshot;
DR_API dr_status dr_take_snapshot(dr_board *board, dr_snapshot **out);
DR_API dr_status dr_restore_snapshot(dr_board *board, const dr_snapshot *snapshot);
DR_API void dr_free_snapshot(dr_snapshot *snapshot);
DR_API uint64_t dr_snapshot_bytes(const dr_snapshot *snapshot);

#ifdef __cplusplus
}
#endif
#endif
