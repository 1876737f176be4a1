/* What Armv6-M and Armv7-M share: SVC, NMI, PendSV, external interrupts, HardFault. */
#include "trace.h"

#define STACK_END ((uint32_t)&process_stack[120])

/* ------------------------------------------------------------------ SVC, stacks and flags */
static void supervisor_calls(void) {
    begin("svc");
    __asm__ volatile("svc 0" ::: "memory");
    __asm__ volatile("sub sp, #4\n svc 1\n add sp, #4" ::: "memory");
    __asm__ volatile("movs r0, #1\n lsls r0, r0, #31\n adds r0, r0, r0\n svc 2" ::: "r0", "cc", "memory"); /* ZCV */
    __asm__ volatile("movs r0, #0\n subs r0, #1\n svc 3" ::: "r0", "cc", "memory");                        /* N */
    __asm__ volatile("msr psp, %0\n movs r1, #2\n msr control, r1\n isb\n svc 4\n"
                     "sub sp, #4\n svc 5\n movs r1, #0\n msr control, r1\n isb" ::"r"(STACK_END)
                     : "r1", "memory");
    note2("stacks", GET(msp), GET(psp));
}

/* ------------------------------------------------------------------ nesting, tail-chaining, priorities */
static uint32_t depth;

static void pend_more(state *s) {
    uint32_t irq = s->exception - IRQ0;
    note2("enter", irq, ++depth);
    if (irq == 3) { /* lowest: two at once, the more urgent one first, then the other as a tail chain */
        MASKED(ISPR = 1u << 1 | 1u << 2);
    } else if (irq == 2) {
        MASKED(ISPR = 1u << 0 | 1u << 4); /* 0 preempts, 4 has the same priority as 2: later */
    }
    note2("leave", irq, depth--);
}

static void nested(void) {
    begin("nested");
    static const uint8_t priorities[] = {0x00, 0x80, 0x40, 0xC0, 0x40, 0x40, 0x80, 0xC0};
    for (uint32_t irq = 0; irq < 8; irq++) {
        set_priority(IRQ0 + irq, priorities[irq]);
        on(IRQ0 + irq, pend_more);
    }
    set_priority(PENDSV, 0xC0);
    ISER = 0xFF;
    MASKED(ISPR = 1u << 3);
    MASKED(ISPR = 0xFF; ICSR = PENDSVSET);
    note("pending", ISPR);
}

static void retrigger(state *s) {
    note2("count", depth, s->exc_return);
    if (depth++ < 3) {
        ISPR = 1u << 5; /* pending while active: taken again as a tail chain */
    }
}

static void again(void) {
    begin("again");
    depth = 0;
    on(IRQ0 + 5, retrigger);
    ISER = 1u << 5;
    MASKED(ISPR = 1u << 5);
    ISPR = 1u << 6; /* not enabled */
    note2("disabled", ISPR, ICSR);
    MASKED(ISER = 1u << 6);
    ISPR = 1u << 7;
    ICPR = 1u << 7;
    MASKED(ISER = 1u << 7);
    note2("cleared", ISPR, ISER);
}

static void raise_priority(state *s) {
    (void)s;
    MASKED(set_priority(IRQ0 + 1, 0x40)); /* of the pending one, above the active one */
    note("raised", ICSR);
}

static void changed_priority(void) {
    begin("changed priority");
    set_priority(IRQ0, 0x80);
    set_priority(IRQ0 + 1, 0xC0);
    on(IRQ0, raise_priority);
    ISER = 3;
    MASKED(ISPR = 3);
}

static void nmi_inside(state *s) {
    (void)s;
    PEND_NMI();
    note("after nmi", ICSR);
}

static void nmi(void) {
    begin("nmi");
    __asm__ volatile("cpsid i\n" ::: "memory");
    on(2, skip2);
    PEND_NMI(); /* PRIMASK does not hold it back */
    __asm__ volatile("cpsie i" ::: "memory");
    on(IRQ0, nmi_inside);
    ISER = 1;
    MASKED(ISPR = 1);
}

static void pend_in_svc(state *s) {
    (void)s;
    ICSR = PENDSVSET;
    ISPR = 1u << 2;
    note("pended", ICSR);
}

static void pended_from_svc(void) {
    begin("svc pends");
    set_priority(SVCALL, 0x40);
    set_priority(PENDSV, 0xC0);
    set_priority(IRQ0 + 2, 0x80);
    on(SVCALL, pend_in_svc);
    ISER = 1u << 2;
    __asm__ volatile("svc 0" ::: "memory");
    note("done", ICSR);
}

/* ------------------------------------------------------------------ task switch on the process stack */
typedef struct task {
    uint32_t sp, registers[8];
} task;

static task tasks[2];
static uint32_t current, switches, stacks[2][64] __attribute__((aligned(8)));

static void switch_task(state *s) {
    task *from = &tasks[current], *to = &tasks[current ^= 1u];
    from->sp = GET(psp);
    for (uint32_t k = 0; k < 8; k++) {
        from->registers[k] = s->saved[1 + k];
        s->saved[1 + k] = to->registers[k];
    }
    SET(psp, to->sp);
    switches++;
}

__attribute__((noreturn)) static void task_body(uint32_t number) {
    for (;;) {
        __asm__ volatile(
            "movs r4, %0\n lsls r4, r4, #8\n adds r5, r4, #5\n adds r6, r4, #6\n mov r8, r5\n mov r11, r6\n"
            ".global yield_here\nyield_here:\n" ::"r"(number)
            : "r4", "r5", "r6", "r8", "r11", "cc");
        MASKED(ICSR = PENDSVSET);
        note2("task", number, switches);
        if (switches >= 6) {
            __asm__ volatile("svc 9" ::: "memory");
        }
    }
}

static uint32_t saved_by_main[9];

static void start_tasks(state *s) {
    if (switches == 0) {
        for (uint32_t k = 0; k < 8; k++) {
            saved_by_main[k] = s->saved[1 + k];
        }
        for (uint32_t k = 0; k < 2; k++) {
            uint32_t *frame = &stacks[k][64 - 8];
            frame[0] = k + 1;
            frame[5] = 0xFFFFFFFFu;
            frame[6] = (uint32_t)task_body & ~1u;
            frame[7] = 0x01000000u;
            tasks[k].sp = (uint32_t)frame;
        }
        current = 0;
        SET(psp, tasks[0].sp);
        s->exc_return = 0xFFFFFFFDu;
    } else { /* svc 9 of a task: back to main, whose frame waits on the main stack */
        for (uint32_t k = 0; k < 8; k++) {
            s->saved[1 + k] = saved_by_main[k];
        }
        s->exc_return = 0xFFFFFFF9u;
    }
}

static void task_switch(void) {
    begin("tasks");
    switches = 0;
    set_priority(PENDSV, 0xC0);
    on(SVCALL, start_tasks);
    on(PENDSV, switch_task);
    __asm__ volatile("svc 8" ::: "memory");
    note2("back", switches, GET(control));
}

/* ------------------------------------------------------------------ HardFault */
static void svc_inside(state *s) {
    (void)s;
    __asm__ volatile("svc 7\n nop" ::: "memory"); /* not above the active priority: HardFault */
    note("survived", ICSR);
}

static void supervisor_calls_that_escalate(void) {
    begin("svc escalates");
    __asm__ volatile("cpsid i\n svc 1\n nop\n cpsie i" ::: "memory");
    set_priority(SVCALL, 0x80);
    set_priority(IRQ0, 0x40);
    on(IRQ0, svc_inside);
    ISER = 1;
    MASKED(ISPR = 1);
}

static void hard_faults(void) {
    begin("hard fault");
    __asm__ volatile("bkpt 1" ::: "memory");
#ifndef V7
    __asm__ volatile("udf 0" ::: "memory");
    __asm__ volatile("ldr r0, [%0]" ::"r"(0x20000002u) : "r0", "memory");
    __asm__ volatile("strh %0, [%0]" ::"r"(0x20000001u) : "memory");
    __asm__ volatile("ldm %0!, {r0}" ::"l"(0x20000002u) : "r0", "memory");
    __asm__ volatile("ldr r0, [%0]" ::"r"(0x30000000u) : "r0", "memory");
    __asm__ volatile("str r0, [%0]" ::"r"(0x30000000u) : "memory");
    on(HARD_FAULT, to_r6);
    __asm__ volatile("adr r6, 1f\n blx %0\n .align 2\n 1: nop" ::"r"(0x30000001u) : "r6", "lr", "memory");
    __asm__ volatile("adr r6, 1f\n bx %0\n .align 2\n 1: nop" ::"r"(0x00000100u) : "r6", "lr", "memory");
    __asm__ volatile("adr r6, 1f\n bx %0\n .align 2\n 1: nop" ::"r"(0xA0000001u) : "r6", "lr", "memory");
#endif
}

void scenarios_common(void) {
    supervisor_calls();
    nested();
    again();
    changed_priority();
    nmi();
    pended_from_svc();
    task_switch();
    supervisor_calls_that_escalate();
    hard_faults();
}
