/* Start-up, and one benchmark between two functions that the host stops at. */
#include "bench.h"
#include "semihosting.h"

void reset_handler(void);
extern uint32_t stack_top, data_start, data_end, data_load, bss_start, bss_end;

uint32_t bench_chosen __attribute__((section(".bss.host")));
uint32_t bench_result __attribute__((section(".bss.host")));

__attribute__((section(".vectors"), used)) void (*const vectors[4])(void) = {(void (*)(void))&stack_top, reset_handler,
                                                                             0, 0};

__attribute__((noinline, used)) void bench_begin(void) { __asm volatile("" ::: "memory"); }
__attribute__((noinline, used)) void bench_end(void) { __asm volatile("nop" ::: "memory"); }

__attribute__((noreturn, used)) void reset_handler(void) {
    static uint32_t (*const all[])(void) = {bench_list, bench_matrix, bench_state, bench_crc, bench_net};
    volatile uint32_t *from = &data_load, *to = &data_start;
    while (to < &data_end) {
        *to++ = *from++;
    }
    for (to = &bss_start; to < &bss_end;) {
        *to++ = 0;
    }
    uint32_t (*const chosen)(void) = all[*(volatile uint32_t *)&bench_chosen];
    bench_begin();
    bench_result = chosen();
    bench_end();
    for (;;) {
    }
}
