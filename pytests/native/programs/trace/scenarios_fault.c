/* Armv7-M faults: each with its own exception, and again with all of them disabled, so that HardFault takes them. */
#include "trace.h"

#define UNMAPPED 0x30000000u
#define IN_R6 "adr r6, 1f\n"
#define HERE "\n .balign 4\n 1: nop"

static void skip(state *s) {
    uint32_t first = s->frame ? *(uint16_t *)s->frame[6] : 0;
    (first >= 0xE800u ? skip4 : skip2)(s);
}

static void skip_all(void) {
    for (uint32_t k = HARD_FAULT; k <= USAGE_FAULT; k++) {
        on(k, skip);
    }
}

static void back_all(void) {
    for (uint32_t k = HARD_FAULT; k <= USAGE_FAULT; k++) {
        on(k, to_r6);
    }
}

/* ------------------------------------------------------------------ UsageFault */
static void undefined(void) {
    __asm__ volatile("udf #5" ::: "memory");
    __asm__ volatile("udf.w #5" ::: "memory");
    __asm__ volatile(".inst.w 0xFFFFFFFF" ::: "memory");
    __asm__ volatile(".inst.w 0xF7F0A000" ::: "memory");
    __asm__ volatile("cmp r0, r0\n it ne\n .inst.n 0xDE06" ::: "cc", "memory"); /* skipped */
}

static void unaligned(void) {
    uint32_t address = (uint32_t)process_stack + 2u, a;
    process_stack[0] = 0x44332211u, process_stack[1] = 0x88776655u;
    __asm__ volatile("ldr.w %0, [%1]" : "=r"(a) : "r"(address) : "memory");
    note("ldr", a);
    __asm__ volatile("ldrh.w %0, [%1, #1]" : "=r"(a) : "r"(address) : "memory");
    note("ldrh", a);
    __asm__ volatile("ldrsh.w %0, [%1, #-1]" : "=r"(a) : "r"(address) : "memory");
    note("ldrsh", a);
    __asm__ volatile("ldm %0, {r0, r1}" ::"r"(address) : "r0", "r1", "memory");
    __asm__ volatile("stmdb %0, {r0, r1}" ::"r"(address) : "memory");
    __asm__ volatile("ldrd r0, r1, [%0]" ::"r"(address) : "r0", "r1", "memory");
    __asm__ volatile("strd r0, r1, [%0]" ::"r"(address) : "memory");
    __asm__ volatile("ldrex r0, [%0]" ::"r"(address) : "r0", "memory");
    __asm__ volatile("ldrexh r0, [%0]" ::"r"(address + 1) : "r0", "memory");
}

/* The ISB: QEMU 7.2 loses registers written in the same block of code before a division that traps. */
static void divide(void) {
    uint32_t a = 1;
    __asm__ volatile("isb\n sdiv %0, %1, %2" : "+r"(a) : "r"(7), "r"(0) : "memory");
    note("untrapped", a);
    CCR = 0x210; /* DIV_0_TRP */
    __asm__ volatile("isb\n sdiv %0, %1, %2" : "+r"(a) : "r"(7), "r"(0) : "memory");
    __asm__ volatile("isb\n udiv %0, %1, %2" : "+r"(a) : "r"(7), "r"(0) : "memory");
    __asm__ volatile("sdiv %0, %1, %2" : "=r"(a) : "r"(0x80000000u), "r"(-1) : "memory");
    note("overflow", a);
    CCR = 0x200;
}

static void coprocessors(void) {
    __asm__ volatile(".inst.w 0xEE070F10" ::: "memory");       /* mcr p15, 0, r0, c7, c0, 0 */
    __asm__ volatile(".inst.w 0xED930300" ::: "memory");       /* ldc p3, c0, [r3] */
    __asm__ volatile(".inst.w 0xEC410300" ::: "memory");       /* mcrr p3, 0, r0, r1, c0 */
    __asm__ volatile(".inst.w 0xFE000300" ::: "memory");       /* cdp2 p3 */
    __asm__ volatile(".inst.w 0xEE300A01" ::: "memory");       /* vadd.f32 s0, s0, s2, CPACR 0 */
    __asm__ volatile(".inst.w 0xEEF10A10" ::: "r0", "memory"); /* vmrs r0, fpscr */
}

static void states(void) {
    back_all();
    __asm__ volatile(IN_R6 "bx %0" HERE ::"r"(0x200) : "r6", "lr", "memory");
    __asm__ volatile(IN_R6 "blx %0" HERE ::"r"(0x204) : "r6", "lr", "memory");
    __asm__ volatile(IN_R6 "push {%0}\n ldr pc, [sp], #4" HERE ::"r"(0x208) : "r6", "lr", "memory");
    __asm__ volatile(IN_R6 "mov pc, %0" HERE ::"r"(UNMAPPED + 0x20) : "r6", "lr", "memory");
    __asm__ volatile(IN_R6 "bx %0" HERE ::"r"(0xFFFFFFF1u) : "r6", "lr", "memory"); /* thread mode: a fetch there */
    skip_all();
}

/* ------------------------------------------------------------------ BusFault and fetches */
static void bus_errors(void) {
    __asm__ volatile("ldr.w r0, [%0, #4]" ::"r"(UNMAPPED) : "r0", "memory");
    __asm__ volatile("ldrb.w r0, [%0, #5]" ::"r"(UNMAPPED) : "r0", "memory");
    __asm__ volatile("str.w r0, [%0, #8]" ::"r"(UNMAPPED) : "memory");
    __asm__ volatile("ldm %0, {r0, r1}" ::"r"(UNMAPPED) : "r0", "r1", "memory");
    __asm__ volatile("ldrd r0, r1, [%0, #16]" ::"r"(UNMAPPED) : "r0", "r1", "memory");
    uint32_t base = UNMAPPED;
    __asm__ volatile("ldr r0, [%0, #4]!" : "+r"(base)::"r0", "memory");
    note("base kept", base);
    __asm__ volatile("ldr r0, [%0], #4" : "+r"(base)::"r0", "memory");
    note("base kept", base);
    __asm__ volatile("stmia.w %0!, {r0, r1}" : "+r"(base)::"memory");
    note("base kept", base);
    __asm__ volatile("ldmia.w %0!, {r0, r1}" : "+r"(base)::"r0", "r1", "memory");
    note("base kept", base);
    back_all();
    __asm__ volatile(IN_R6 "blx %0" HERE ::"r"(UNMAPPED + 0x101u) : "r6", "lr", "memory");
    __asm__ volatile(IN_R6 "blx %0" HERE ::"r"(0x40000101u) : "r6", "lr", "memory");
    __asm__ volatile(IN_R6 "blx %0" HERE ::"r"(0xE000E101u) : "r6", "lr", "memory");
    __asm__ volatile(IN_R6 "bx %0" HERE ::"r"(0xA0000101u) : "r6", "lr", "memory");
    skip_all();
}

static void all_faults(const char *name, uint32_t enabled) {
    begin(name);
    SHCSR = enabled;
    skip_all();
    undefined();
    unaligned();
    divide();
    coprocessors();
    states();
    bus_errors();
    __asm__ volatile("bkpt 2" ::: "memory");
}

/* ------------------------------------------------------------------ priorities of faults */
static void fault_inside(state *s) {
    __asm__ volatile("udf #1" ::: "memory");
    note2("still in", s->exception, SHCSR);
}

static void bus_fault_inside(state *s) {
    skip(s);
    __asm__ volatile("udf #2" ::: "memory"); /* UsageFault of the same priority: HardFault */
    note2("still in", s->exception, SHCSR);
}

static void fault_priorities(void) {
    begin("fault priority");
    skip_all();
    on(IRQ0, fault_inside);
    set_priority(USAGE_FAULT, 0x40);
    set_priority(BUS_FAULT, 0x40);
    set_priority(IRQ0, 0x80);
    ISER = 1;
    MASKED(ISPR = 1);
    set_priority(IRQ0, 0x40); /* not above: escalates */
    MASKED(ISPR = 1);
    on(BUS_FAULT, bus_fault_inside);
    __asm__ volatile("ldr.w r0, [%0, #12]" ::"r"(UNMAPPED) : "r0", "memory");
    __asm__ volatile("cpsid i\n udf #3\n cpsie i" ::: "memory");
    SET(basepri, 0x40);
    __asm__ volatile("udf #4" ::: "memory");
    SET(basepri, 0x50);
    __asm__ volatile("udf #5" ::: "memory");
    SET(basepri, 0);
}

/* ------------------------------------------------------------------ exception returns that are refused */
static uint32_t bad_return, frame_change;

static void return_badly(state *s) {
    s->frame[7] ^= frame_change;
    s->exc_return = bad_return;
}

static void return_well(state *s) {
    s->frame[7] = (s->frame[7] & ~0x1FFu) | 0x01000000u;
    s->exc_return = 0xFFFFFFF9u;
}

static void try_return(uint32_t value, uint32_t change) {
    bad_return = value;
    frame_change = change;
    note2("return", value, change);
    __asm__ volatile("svc 1" ::: "memory");
}

static void return_in_irq(state *s) {
    (void)s;
    __asm__ volatile("svc 2" ::: "memory");
    note2("level", GET(ipsr), SHCSR);
}

static void keep_level(state *s) { s->exc_return = 0xFFFFFFF1u; }

static void to_thread(state *s) {
    s->frame[7] &= ~0x1FFu;
    s->exc_return = 0xFFFFFFF9u;
}

static void to_handler(state *s) {
    s->frame[7] |= IRQ0;
    s->exc_return = 0xFFFFFFF1u;
}

static void thread_in_irq(state *s) {
    (void)s;
    on(SVCALL, to_thread);
    __asm__ volatile("svc 3" ::: "memory");
    note2("thread while active", GET(ipsr), IABR);
    on(SVCALL, to_handler);
    __asm__ volatile("svc 4" ::: "memory");
    note2("handler again", GET(ipsr), IABR);
}

static void returns(const char *name, uint32_t enabled) {
    begin(name);
    SHCSR = enabled;
    on(SVCALL, return_badly);
    on(USAGE_FAULT, return_well);
    on(HARD_FAULT, return_well);
    try_return(0xFFFFFFF1u, 0);
    try_return(0xFFFFFFF0u, 0);
    try_return(0xFFFFFFFFu, 0);
    try_return(0xFFFFFFF5u, 0);
    try_return(0xFFFFFFF9u, 0x10);       /* IPSR of the frame is not 0 */
    try_return(0xFFFFFFF9u, 0x01000000); /* EPSR.T of the frame is 0 */
    set_priority(IRQ0, 0x80);
    set_priority(SVCALL, 0x40);
    ISER = 1;
    on(IRQ0, return_in_irq);
    bad_return = 0xFFFFFFF9u, frame_change = 0; /* to thread, while IRQ0 is active */
    on(USAGE_FAULT, keep_level);
    on(HARD_FAULT, keep_level);
    MASKED(ISPR = 1);
    bad_return = 0xFFFFFFF1u, frame_change = IRQ0; /* to a handler, with IPSR 0 in the frame */
    on(USAGE_FAULT, to_handler);
    on(HARD_FAULT, to_handler);
    MASKED(ISPR = 1);
    CCR = 0x201; /* NONBASETHRDENA */
    on(IRQ0, thread_in_irq);
    MASKED(ISPR = 1);
    CCR = 0x200;
}

/* ------------------------------------------------------------------ stacking and vector errors */
static void to_main_stack(state *s) {
    uint32_t *frame = (uint32_t *)(GET(msp) & ~7u) - 64; /* not used: the frame of the fault could not be stacked */
    (void)frame;
    SET(psp, (uint32_t)&process_stack[96]);
    for (uint32_t k = 0; k < 8; k++) {
        process_stack[96 + k] = 0;
    }
    process_stack[96 + 6] = s->saved[7] & ~1u;
    process_stack[96 + 7] = 0x01000000u;
    s->exc_return = 0xFFFFFFFDu;
}

static void move_psp(state *s) {
    (void)s;
    SET(psp, UNMAPPED + 0x40);
}

static void stacking(const char *name, uint32_t enabled) {
    begin(name);
    SHCSR = enabled;
    on(BUS_FAULT, to_main_stack);
    on(HARD_FAULT, to_main_stack);
    SET(psp, UNMAPPED + 0x100);
    __asm__ volatile(IN_R6 "msr control, %0\n isb\n svc 1" HERE "\n msr control, %1\n isb" ::"r"(2), "r"(0)
                     : "r6", "memory");
    note("stacked", GET(psp));
    on(SVCALL, move_psp);
    SET(psp, (uint32_t)&process_stack[100]);
    __asm__ volatile(IN_R6 "msr control, %0\n isb\n svc 2" HERE "\n msr control, %1\n isb" ::"r"(2), "r"(0)
                     : "r6", "memory");
    note("unstacked", GET(psp));
}

static void vectors(void) {
    begin("vector");
    uint32_t table = VTOR;
    static uint32_t copy[64] __attribute__((aligned(256)));
    for (uint32_t k = 0; k < 64; k++) {
        copy[k] = REG(4 * k);
    }
    VTOR = (uint32_t)copy;
    __asm__ volatile("dsb\n isb\n svc 1" ::: "memory");
    copy[SVCALL] &= ~1u; /* EPSR.T clear in the handler: INVSTATE */
    on(USAGE_FAULT, return_well);
    __asm__ volatile("dsb\n isb" ::: "memory");
    note("vtor", VTOR == (uint32_t)copy);
    VTOR = table;
}

void scenarios_fault(void) {
    all_faults("faults", FAULTS_ENABLED);
    all_faults("escalated", 0);
    fault_priorities();
    returns("returns", FAULTS_ENABLED);
    returns("returns escalated", 0);
    stacking("stacking", FAULTS_ENABLED);
    stacking("stacking escalated", 0);
    vectors();
}
