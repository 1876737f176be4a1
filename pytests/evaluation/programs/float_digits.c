/* A digit reader that has no console at all: a debugger writes 784 floats from 0 to 1 and a flag, the answer stands in
 * memory when `inference_done` is called. */
#include "boards/board.h"
#include "bundle.h"
#include "common/cpu.h"
#include "common/fault.h"

float input_tensor[784];
float probabilities[10];
volatile uint32_t run_flag;
volatile uint16_t top_class;

void inference_done(void);
__attribute__((noinline)) void inference_done(void) { __asm__ volatile("" ::: "memory"); }

static void infer(void) {
    static uint8_t picture[784];
    for (uint32_t i = 0; i < 784u; i++) {
        picture[i] = (uint8_t)(input_tensor[i] * 255.0f + 0.5f);
    }
    model_bundle.load(picture);
    if (model_bundle.run() != 0) {
        fault_stop("the model does not run");
    }
    const int8_t *scores = model_bundle.output();
    uint16_t best = 0;
    for (uint16_t digit = 0; digit < 10u; digit++) {
        probabilities[digit] = (float)(scores[digit] + 128) / 256.0f;
        best = scores[digit] > scores[best] ? digit : best;
    }
    top_class = best;
}

int main(void) {
    const char *what;
    if (board_init(&what) != STATUS_OK) {
        fault_stop(what);
    }
    for (;;) {
        if (run_flag != 0u) {
            infer();
            run_flag = 0;
            inference_done();
        }
        cpu_wait_for_interrupt();
    }
}
