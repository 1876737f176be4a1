/* A bare program that runs the model BENCH_RUNS times and ends QEMU by semihosting: what `digitrig bench` times. */
#include <stdint.h>

#include "bundle.h"

extern uint32_t bench_data[], bench_data_end[], bench_bss[], bench_bss_end[], bench_stack[];
extern const uint32_t bench_data_source[];

#define MMIO32(address) (*(volatile uint32_t *)(address))
#define SCB_CPACR MMIO32(0xE000ED88u) /* Armv7-M ARM DDI 0403E, B3.2.20; reserved on Armv6-M */
#define SYS_EXIT 0x18u                /* Arm semihosting, operation SYS_EXIT */
#define STOPPED_APPLICATION_EXIT 0x20026u
#define STOPPED_INTERNAL_ERROR 0x20024u

/* The input of the network and the scores that it has to give, int8, from files. */
__asm__(".section .rodata\n.balign 4\nbench_image:\n.incbin \"" BENCH_IMAGE "\"\n"
        "bench_scores:\n.incbin \"" BENCH_SCORES "\"\n.text");
extern const uint32_t bench_image[];
extern const int8_t bench_scores[];

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
    for (uint32_t run = 0; run < BENCH_RUNS; run++) {
        uint32_t *input = (uint32_t *)(void *)model_bundle.input();
        for (uint32_t i = 0; i < model_bundle.input_bytes / 4u; i++) {
            input[i] = bench_image[i];
        }
        (void)model_bundle.run();
    }
    for (uint32_t i = 0; i < model_bundle.output_bytes; i++) {
        if (model_bundle.output()[i] != bench_scores[i]) {
            semihosting(SYS_EXIT, STOPPED_INTERNAL_ERROR);
        }
    }
    semihosting(SYS_EXIT, STOPPED_APPLICATION_EXIT);
    for (;;) {
    }
}

__attribute__((section(".vectors"), used)) static const void *const vectors[2] = {bench_stack,
                                                                                  (const void *)bench_reset};
