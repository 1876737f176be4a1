/* Start-up of the checking programs. */
#include "check.h"

void reset_handler(void);
extern uint32_t stack_top, data_start, data_end, data_load, bss_start, bss_end;

uint32_t results[RESULTS] __attribute__((section(".bss.host")));
uint32_t result_count __attribute__((section(".bss.host")));

static void fault(void) { leave(2); }

__attribute__((section(".vectors"), used)) void (*const vectors[16])(void) = {(void (*)(void))&stack_top,
                                                                              reset_handler,
                                                                              fault,
                                                                              fault,
                                                                              fault,
                                                                              fault,
                                                                              fault,
                                                                              fault,
                                                                              fault,
                                                                              fault,
                                                                              fault,
                                                                              fault,
                                                                              fault,
                                                                              fault,
                                                                              fault,
                                                                              fault};

/* Sum of all results (FNV-1a by words), for runs whose memory cannot be read. */
static void write_sum(void) {
    char text[] = "........ all checks done\n";
    uint32_t sum = 2166136261u;
    for (uint32_t k = 0; k < result_count; k++) {
        sum = (sum ^ results[k]) * 16777619u;
    }
    for (uint32_t k = 0; k < 8; k++) {
        text[k] = "0123456789abcdef"[sum >> (28 - 4 * k) & 15u];
    }
    write_text(text);
}

static void all_checks(void) {
    check_integers();
    check_floats();
    check_language();
    check_calls();
    check_memory();
    check_dsp();
    write_sum();
    leave(0);
}

__attribute__((noreturn, used)) void reset_handler(void) {
    volatile uint32_t *from = &data_load, *to = &data_start;
    while (to < &data_end) {
        *to++ = *from++;
    }
    for (to = &bss_start; to < &bss_end;) {
        *to++ = 0;
    }
    result_count = 0;
#if defined(__ARM_FP)
    *(volatile uint32_t *)0xE000ED88u = 0xFu << 20; /* CPACR */
    __asm__ volatile("dsb\n isb" ::: "memory");
#endif
    all_checks();
    for (;;) {
    }
}
