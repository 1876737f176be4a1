/* Start-up of a bare program that does its work and ends QEMU, or our core, by semihosting: what `digitrig bench`
 * times. */
#include "work.h"

extern uint32_t bench_data[], bench_data_end[], bench_bss[], bench_bss_end[], bench_stack[];
extern const uint32_t bench_data_source[];

#define MMIO32(address) (*(volatile uint32_t *)(address))
#define SCB_CPACR MMIO32(0xE000ED88u) /* Armv7-M ARM DDI 0403E, B3.2.20; reserved on Armv6-M */
#define SYS_EXIT 0x18u                /* Arm semihosting, operation SYS_EXIT */
#define STOPPED_APPLICATION_EXIT 0x20026u
#define STOPPED_INTERNAL_ERROR 0x20024u

void bench_reset(void);

static void semihosting(uint32_t operation, uint32_t argument) {
    register uint32_t r0 __asm__("r0") = operation;
    register uint32_t r1 __asm__("r1") = argument;
    __asm__ volatile("bkpt 0xAB" : "+r"(r0) : "r"(r1) : "memory");
}

void bench_reset(void) {
#if defined(__ARM_FP)
    SCB_CPACR |= 0xFu << 20;
    __asm__ volatile("dsb\n isb");
#endif
    const uint32_t *source = bench_data_source;
    for (uint32_t *to = bench_data; to < bench_data_end; to++) {
        *to = *source++;
    }
    for (uint32_t *to = bench_bss; to < bench_bss_end; to++) {
        *to = 0;
    }
    semihosting(SYS_EXIT, bench_work(BENCH_RUNS) ? STOPPED_APPLICATION_EXIT : STOPPED_INTERNAL_ERROR);
    for (;;) {
    }
}

__attribute__((section(".vectors"), used)) static const void *const vectors[2] = {bench_stack,
                                                                                  (const void *)bench_reset};
