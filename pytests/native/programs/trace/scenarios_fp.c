/* Floating-point context: lazy and eager stacking, FPCA, defaults, faults on the way, task switches. */
#include "trace.h"

/* No floating point but in these few instructions: the compiler is told of no FPU. */
#define FPU ".fpu fpv5-d16\n"

#define S0(value) __asm__ volatile(FPU "vmov s0, %0" ::"r"((uint32_t)(value)) : "memory")
#define GET_S(number)                                                                                                  \
    ({                                                                                                                 \
        uint32_t value_;                                                                                               \
        __asm__ volatile(FPU "vmov %0, s" #number : "=r"(value_)::"memory");                                           \
        value_;                                                                                                        \
    })
#define FPSCR_TO(value) __asm__ volatile(FPU "vmsr fpscr, %0" ::"r"((uint32_t)(value)) : "memory")

static uint32_t get_fpscr(void) {
    uint32_t value;
    __asm__ volatile(FPU "vmrs %0, fpscr" : "=r"(value)::"memory");
    return value;
}

static void fill(uint32_t seed) {
    uint32_t values[32];
    for (uint32_t k = 0; k < 32; k++) {
        values[k] = seed + 0x01010101u * k;
    }
    __asm__ volatile(FPU "vldmia %0!, {s0-s31}" ::"r"(values) : "memory");
}

static uint32_t sum(void) {
    uint32_t values[32], total = 0;
    __asm__ volatile(FPU "vstmia %0!, {s0-s31}" ::"r"(values) : "memory");
    for (uint32_t k = 0; k < 32; k++) {
        total = total * 33 + values[k];
    }
    return total;
}

static void note_context(const char *what) { note_fp(what, GET(control)); }

static void no_fp(void) { SET(control, GET(control) & ~4u); }

/* ------------------------------------------------------------------ handlers */
static void print_fp_frame(const state *s) {
    for (uint32_t k = 8; k < 25; k += 2) {
        note2("frame", s->frame[k], s->frame[k + 1]);
    }
}

static void leaves_fp_alone(state *s) { note2("alone", s->exc_return, FPCAR - s->msp); }

static void uses_fp(state *s) {
    note_context("before");
    for (uint32_t k = 8; k < 26; k++) {
        s->frame[k] = 0xEEEEEEEEu;
    }
    S0(0x77777777u);
    note_context("after");
    note("fpscr", get_fpscr() & 0x07C00000u); /* the flags of a new context are UNKNOWN */
    print_fp_frame(s);
    FPSCR_TO(0xF0000000u);
    __asm__ volatile(FPU "vmov s15, s0\n vmov s16, s0");
}

static void lazy(const char *name, uint32_t fpccr, uint32_t fpdscr) {
    begin(name);
    no_fp();
    FPCCR = fpccr;
    FPDSCR = fpdscr;
    note_context("start");
    on(SVCALL, leaves_fp_alone);
    __asm__ volatile("svc 1" ::: "memory");
    fill(0x10000000u);
    FPSCR_TO(0x9000001Fu);
    note_context("active");
    __asm__ volatile("svc 2" ::: "memory");
    note2("kept", sum(), get_fpscr());
    on(SVCALL, uses_fp);
    __asm__ volatile("svc 3" ::: "memory");
    note_context("returned");
    note2("s0, s15", GET_S(0), GET_S(15));
    note2("s16, fpscr", GET_S(16), get_fpscr());
    __asm__ volatile("sub sp, #4\n svc 4\n add sp, #4" ::: "memory");
    note2("odd stack", sum(), get_fpscr());
    FPSCR_TO(0);
    no_fp();
    note_context("off");
    FPCCR = 0xC0000000u;
    FPDSCR = 0;
}

/* ------------------------------------------------------------------ nesting */
static void inner(state *s) {
    note_fp("inner", s->exc_return);
    if (s->exception == IRQ0 + 1) {
        fill(0x55000000u);
    }
}

static void outer(state *s) {
    note_fp("outer", s->exc_return);
    MASKED(ISPR = 2); /* the inner one uses FP while the outer one's frame still waits to be stored */
    note_fp("outer again", GET(control));
    fill(0x33000000u);
    MASKED(ISPR = 2);
    note_fp("outer's", sum());
}

static void nesting(void) {
    begin("fp nesting");
    set_priority(IRQ0, 0x80);
    set_priority(IRQ0 + 1, 0x40);
    on(IRQ0, outer);
    on(IRQ0 + 1, inner);
    ISER = 3;
    fill(0x22000000u);
    MASKED(ISPR = 1);
    note_fp("thread's", sum());
    no_fp();
}

/* ------------------------------------------------------------------ faults */
static void fault_skips(state *s) { /* and the instruction is executed again */
    note_fp("fault", CPACR);
    CPACR = 0xF << 20;
    __asm__ volatile("dsb\n isb" ::: "memory");
    (void)s;
}

static void disables_fp(state *s) {
    CPACR = 0;
    __asm__ volatile("dsb\n isb" ::: "memory");
    S0(1);
    note_fp("enabled again", s->exc_return);
}

static void back_to_privileged(state *s) {
    (void)s;
    SET(control, 0);
}

static void disabled(void) {
    begin("fp disabled");
    on(USAGE_FAULT, fault_skips);
    fill(0x44000000u);
    on(SVCALL, disables_fp);
    __asm__ volatile("svc 1" ::: "memory");
    note("kept", sum());
    CPACR = 5u << 20; /* privileged only */
    __asm__ volatile("dsb\n isb" ::: "memory");
    note("privileged", GET_S(1));
    on(SVCALL, back_to_privileged);
    __asm__ volatile(FPU "msr control, %0\n isb\n vmov s2, r0\n svc 2" ::"r"(5) : "memory");
    note_context("unprivileged");
    CPACR = 0xF << 20;
}

static void unprivileged(void) {
    begin("fp unprivileged");
    on(SVCALL, back_to_privileged);
    no_fp();
    __asm__ volatile(FPU "msr control, %0\n isb\n vmov s2, r0\n svc 1" ::"r"(1) : "memory");
    note_context("svc cleared");
    no_fp();
}

static uint32_t odd[2];

static void unaligned(void) {
    begin("fp unaligned");
    on(USAGE_FAULT, skip4);
    uint32_t address = (uint32_t)odd + 2u;
    __asm__ volatile(FPU "vldr s0, [%0]" ::"r"(address) : "memory");
    __asm__ volatile(FPU "vstr s0, [%0]" ::"r"(address) : "memory");
    __asm__ volatile(FPU "vldr d0, [%0]" ::"r"(address) : "memory");
    __asm__ volatile(FPU "vldmia %0, {s0, s1}" ::"r"(address) : "memory");
    on(BUS_FAULT, skip4);
    __asm__ volatile(FPU "vldr s0, [%0]" ::"r"(0x30000000u) : "memory");
    uint32_t base = 0x30000000u;
    __asm__ volatile(FPU "vldmia %0!, {s0, s1}" : "+r"(base)::"memory");
    note("base", base);
    no_fp();
}

/* ------------------------------------------------------------------ tasks with floating point */
typedef struct task {
    uint32_t sp, exc_return, registers[8], s[16];
} task;

static task tasks[2];
static uint32_t current, switches, stacks[2][128] __attribute__((aligned(8))), main_saved[8];

static void switch_task(state *s) {
    task *from = &tasks[current], *to = &tasks[current ^= 1u];
    from->sp = GET(psp);
    from->exc_return = s->exc_return;
    for (uint32_t k = 0; k < 8; k++) {
        from->registers[k] = s->saved[1 + k];
        s->saved[1 + k] = to->registers[k];
    }
    if (!(s->exc_return & 16u)) {
        __asm__ volatile(FPU "vstmia %0, {s16-s31}" ::"r"(from->s) : "memory");
        note2("stored", s->frame[8], s->frame[24]);
    }
    if (!(to->exc_return & 16u)) {
        __asm__ volatile(FPU "vldmia %0, {s16-s31}" ::"r"(to->s) : "memory");
    }
    SET(psp, to->sp);
    s->exc_return = to->exc_return;
    switches++;
}

__attribute__((noreturn)) static void task_body(uint32_t number) {
    uint32_t rounds = 0;
    for (;;) {
        if (number == 1 || rounds > 1) {
            fill(number << 24 | rounds);
            FPSCR_TO(number << 28);
        }
        MASKED(ICSR = PENDSVSET);
        if (number == 1 || rounds > 1) {
            note2("fp", sum(), get_fpscr());
        }
        note2("task", number << 8 | rounds++, GET(control));
        if (switches >= 8) {
            __asm__ volatile("svc 9" ::: "memory");
        }
    }
}

static void start_tasks(state *s) {
    for (uint32_t k = 0; k < 8; k++) {
        if (switches == 0) {
            main_saved[k] = s->saved[1 + k];
        } else {
            s->saved[1 + k] = main_saved[k];
        }
    }
    for (uint32_t k = 0; k < 2 && switches == 0; k++) {
        uint32_t *frame = &stacks[k][128 - 8];
        frame[0] = k + 1;
        frame[6] = (uint32_t)task_body & ~1u;
        frame[7] = 0x01000000u;
        tasks[k] = (task){.sp = (uint32_t)frame, .exc_return = 0xFFFFFFFDu};
    }
    current = 0;
    if (switches == 0) {
        SET(psp, tasks[0].sp);
    }
    s->exc_return = switches == 0 ? 0xFFFFFFFDu : 0xFFFFFFF9u;
}

static void task_switch(void) {
    begin("fp tasks");
    no_fp();
    switches = 0;
    set_priority(PENDSV, 0xC0);
    on(SVCALL, start_tasks);
    on(PENDSV, switch_task);
    __asm__ volatile("svc 8" ::: "memory");
    note2("back", switches, GET(control));
}

void scenarios_fp(void) {
    CPACR = 0xF << 20;
    __asm__ volatile("dsb\n isb" ::: "memory");
    lazy("fp lazy", 0xC0000000u, 0x02000000u);
    lazy("fp eager", 0x80000000u, 0x01000000u);
    lazy("fp manual", 0x00000000u, 0);
    nesting();
    disabled();
    unprivileged();
    unaligned();
    task_switch();
}
