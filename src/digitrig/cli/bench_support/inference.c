/* The work is a model: its input and the scores that it has to give, int8, come from files. */
#include "bundle.h"
#include "work.h"

__asm__(".section .rodata\n.balign 4\nbench_image:\n.incbin \"" BENCH_IMAGE "\"\n"
        "bench_scores:\n.incbin \"" BENCH_SCORES "\"\n.text");
extern const uint32_t bench_image[];
extern const int8_t bench_scores[];

bool bench_work(uint32_t runs) {
    for (uint32_t run = 0; run < runs; run++) {
        uint32_t *input = (uint32_t *)(void *)model_bundle.input();
        for (uint32_t i = 0; i < model_bundle.input_bytes / 4u; i++) {
            input[i] = bench_image[i];
        }
        (void)model_bundle.run();
    }
    for (uint32_t i = 0; i < model_bundle.output_bytes; i++) {
        if (model_bundle.output()[i] != bench_scores[i]) {
            return false;
        }
    }
    return true;
}
