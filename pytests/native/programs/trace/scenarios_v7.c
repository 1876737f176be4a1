/* Armv7-M: BASEPRI and FAULTMASK, grouping, STIR, unprivileged code, IT state, exclusives, NONBASETHRDENA. */
#include "trace.h"

static void note_masks(const char *what) { note2(what, GET(basepri) << 8 | GET(faultmask) << 4 | GET(primask), ICSR); }

static void basepri(void) {
    begin("basepri");
    for (uint32_t irq = 0; irq < 4; irq++) {
        set_priority(IRQ0 + irq, 0x20 + 0x20 * irq);
    }
    ISER = 0xF;
    SET(basepri, 0x40);
    note_masks("set 40");
    MASKED(ISPR = 0xF);
    note_masks("2 and 3 wait");
    SET(basepri_max, 0x60);
    note_masks("max 60");
    SET(basepri_max, 0x20);
    note_masks("max 20");
    SET(basepri_max, 0);
    note_masks("max 0");
    SET(basepri, 0x70);
    note_masks("set 70");
    SET(basepri, 0xFF);
    note_masks("set ff");
    SET(basepri, 0);
    note_masks("set 0");
}

static void faultmask_in_handler(state *s) {
    (void)s;
    __asm__ volatile("cpsid f\n isb" ::: "memory");
    note_masks("in handler"); /* FAULTMASK goes away with the return */
}

static void faultmask(void) {
    begin("faultmask");
    ISER = 3;
    __asm__ volatile("cpsid f\n isb" ::: "memory");
    ISPR = 1;
    __asm__ volatile("dsb\n isb" ::: "memory");
    note_masks("held");
    __asm__ volatile("cpsie f\n isb" ::: "memory");
    note_masks("released");
    on(IRQ0 + 1, faultmask_in_handler);
    MASKED(ISPR = 2);
    note_masks("after return");
    SET(faultmask, 1);
    note_masks("by msr");
    SET(faultmask, 0);
}

static void note_entry(state *s) {
    note2("in", s->exception, ICSR);
    if (s->exception == IRQ0) {
        MASKED(ISPR = 6);
    }
    note2("out", s->exception, ICSR);
}

static void grouping(void) {
    begin("grouping");
    for (uint32_t group = 3; group < 8; group++) {
        AIRCR = 0x05FA0000u | group << 8;
        note("aircr", AIRCR);
        set_priority(IRQ0, 0xD0);
        set_priority(IRQ0 + 1, 0xC0);
        set_priority(IRQ0 + 2, 0x80);
        for (uint32_t irq = 0; irq < 3; irq++) {
            on(IRQ0 + irq, note_entry);
        }
        ISER = 7;
        MASKED(ISPR = 1);
        SET(basepri, 0xD0);
        MASKED(ISPR = 2);
        SET(basepri, 0);
    }
    AIRCR = 0x05FA0000u;
}

static void software_trigger(void) {
    begin("stir");
    ISER = 1u << 9;
    MASKED(STIR = 9);
    MASKED(STIR = 12);
    note2("12 is off", ISPR, IABR);
    ICPR = 1u << 12;
}

/* ------------------------------------------------------------------ IT blocks, Q and GE across exceptions */
static void it_state(void) {
    begin("it");
    uint32_t result;
    __asm__ volatile(
        "movs r0, #0\n cmp r0, #0\n ittet eq\n moveq r0, #1\n svceq 1\n movne r0, #9\n addeq r0, #4\n mov %0, r0"
        : "=r"(result)::"r0", "cc", "memory");
    note("ittet", result);
    __asm__ volatile("movs r0, #1\n cmp r0, #0\n ite eq\n svceq 2\n svcne 3\n mov %0, r0"
                     : "=r"(result)::"r0", "cc", "memory");
    __asm__ volatile("cpsid i" ::: "memory");
    ISER = 1;
    ISPR = 1;
    __asm__ volatile("cmp %1, %1\n itt eq\n .inst.n 0xDE03\n addeq r1, r1, #1\n cpsie i\n mov %0, r1"
                     : "=r"(result)
                     : "r"(0)
                     : "r1", "cc", "memory");
}

static void flags(void) {
    begin("flags");
    __asm__ volatile("msr apsr_nzcvq, %0\n svc 1" ::"r"(0xF8000000u) : "cc", "memory");
    note("nzcvq", GET(apsr));
    __asm__ volatile("msr apsr_nzcvq, %0\n svc 2" ::"r"(0u) : "cc", "memory");
#ifdef DSP
    __asm__ volatile("msr apsr_nzcvqg, %0\n svc 3" ::"r"(0x500A0000u) : "cc", "memory");
    uint32_t sum, flags_after;
    __asm__ volatile("uadd8 %0, %2, %3\n mrs %1, apsr\n svc 4"
                     : "=r"(sum), "=r"(flags_after)
                     : "r"(0xFF01FF01u), "r"(0x02020202u)
                     : "cc", "memory");
    note2("uadd8", sum, flags_after);
#endif
}

/* ------------------------------------------------------------------ exclusives */
static void exclusives(void) {
    begin("exclusive");
    uint32_t first, second, third, word = 5;
    __asm__ volatile("ldrex r3, [%2]\n strex %0, r3, [%2]\n ldrex r3, [%2]\n svc 1\n strex %1, r3, [%2]"
                     : "=&r"(first), "=&r"(second)
                     : "r"(&word)
                     : "r3", "memory");
    note2("plain, after svc", first, second);
    __asm__ volatile("ldrex r3, [%2]\n clrex\n strex %0, r3, [%2]\n ldrexb r3, [%2]\n strexb %1, r3, [%2]"
                     : "=&r"(first), "=&r"(second)
                     : "r"(&word)
                     : "r3", "memory");
    note2("cleared, byte", first, second);
    __asm__ volatile("strex %0, %1, [%2]" : "=&r"(third) : "r"(1), "r"(&word) : "memory");
    note2("without load", third, word);
}

/* ------------------------------------------------------------------ unprivileged thread */
static void become_privileged(state *s) {
    if (s->exception == SVCALL) {
        SET(control, 0);
    } else {
        skip4(s);
    }
}

static void unprivileged(void) {
    begin("unprivileged");
    on(SVCALL, become_privileged);
    on(BUS_FAULT, become_privileged);
    uint32_t a, b, c;
    SET(psp, 0x20001000);
    __asm__ volatile("msr control, %3\n isb\n mrs %0, msp\n mrs %1, psp\n msr basepri, %4\n mrs %2, basepri\n svc 1"
                     : "=&r"(a), "=&r"(b), "=&r"(c)
                     : "r"(1), "r"(0x40)
                     : "memory");
    note2("msp, psp", a, b);
    note2("basepri", c, GET(basepri));
    __asm__ volatile(
        "msr control, %2\n isb\n cpsid i\n mrs %0, primask\n msr control, %3\n isb\n mrs %1, control\n svc 2"
        : "=&r"(a), "=&r"(b)
        : "r"(1), "r"(0)
        : "memory");
    note2("primask, control", a, b);
    __asm__ volatile("msr control, %1\n isb\n mrs %0, xpsr\n cpsid f\n svc 3" : "=&r"(a) : "r"(1) : "memory");
    note2("xpsr, faultmask", a, GET(faultmask));
    __asm__ volatile("msr control, %0\n isb\n ldr.w r0, [%1]\n svc 4" ::"r"(1), "r"(0xE000ED00u) : "r0", "memory");
    __asm__ volatile("msr control, %0\n isb\n str.w %0, [%1]\n svc 5" ::"r"(1), "r"(0xE000E200u) : "memory");
    __asm__ volatile("msr control, %0\n isb\n str.w %0, [%1]\n svc 6" ::"r"(1), "r"(0xE000EF00u) : "memory");
    CCR |= 2; /* USERSETMPEND */
    ISER = 2;
    on(IRQ0 + 1, skip2);
    __asm__ volatile("msr control, %0\n isb\n str.w %0, [%1]\n b .\n svc 7" ::"r"(1), "r"(0xE000EF00u) : "memory");
    note2("stir", ISPR, GET(control));
    __asm__ volatile("ldrt r0, [%0]" ::"r"(0xE000ED00u) : "r0", "memory"); /* privileged, as if it were not */
    __asm__ volatile("strt r0, [%0]" ::"r"(0xE000ED08u) : "r0", "memory");
    __asm__ volatile("ldrt %0, [%1]" : "=r"(a) : "r"(&process_stack[0]) : "memory");
    note("ldrt", a);
}

/* ------------------------------------------------------------------ what can be written */
static void special_registers(void) {
    begin("special");
    SET(control, 0xFFFFFFF8u);
    note2("control", GET(control), GET(xpsr));
    SET(msp, GET(msp) | 3u);
    SET(psp, 0x20000107u);
    note2("psp", GET(psp), GET(iapsr));
    SET(primask, 0xFFFFFFFEu);
    note("primask", GET(primask));
    SET(basepri, 0x1FFu);
    note("basepri", GET(basepri));
    SET(basepri, 0);
    SCR = ~0u;
    note("scr", SCR);
    SCR = 0;
    CCR = ~0u;
    note("ccr", CCR & 0xFFFFu); /* the bits above are caches and branch prediction of the Cortex-M7 */
    CCR = 0x200;
    SHPR1 = ~0u;
    SHPR2 = ~0u;
    SHPR3 = ~0u;
    note2("shpr1, 2", SHPR1, SHPR2);
    note("shpr3", SHPR3);
    IPR(0) = ~0u;
    note("ipr", IPR(0));
    MASKED(SHCSR = FAULTS_ENABLED | 1u << 15); /* SVCALLPENDED */
    note("shcsr", SHCSR);
}

void scenarios_v7(void) {
    basepri();
    faultmask();
    grouping();
    software_trigger();
    it_state();
    flags();
    exclusives();
    unprivileged();
    special_registers();
}
