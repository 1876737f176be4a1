#include "runner.h"

#include "boards/board.h"
#include "common/fault.h"
#include "output.h"

/* Of models that leave it to the program. */
__attribute__((weak)) uint8_t digitrig_image[IMAGE_BYTES];
volatile uint32_t digitrig_request;

static bool no_image;

static bool image_is_input(void) { return (uint8_t *)model_bundle.input() == digitrig_image; }

uint8_t *runner_staging(void) {
    if (model_bundle.load == 0 || model_bundle.input_bytes < IMAGE_BYTES) {
        fault_stop("the model takes no picture");
    }
    no_image = image_is_input();
    return (uint8_t *)model_bundle.input();
}

void runner_written(void) { no_image = false; }

void runner_accept(void) {
    runner_written();
    if (!image_is_input()) {
        const int8_t *staged = model_bundle.input();
        for (uint32_t i = 0; i < IMAGE_BYTES; i++) {
            digitrig_image[i] = (uint8_t)staged[i];
        }
    }
}

uint32_t runner_run(void) {
    model_bundle.load(digitrig_image);
    const uint32_t start = board_cycles();
    const int status = model_bundle.run();
    const uint32_t cycles = board_cycles() - start;
    if (status != 0) {
        fault_stop("the model does not run");
    }
    if (image_is_input()) {
        model_bundle.load(digitrig_image); /* and back */
    }
    return cycles / (board_core_hz() / 1000000u);
}

uint32_t runner_best(void) {
    const int8_t *scores = model_bundle.output();
    uint32_t best = 0;
    for (uint32_t digit = 1; digit < model_bundle.output_bytes; digit++) {
        if (scores[digit] > scores[best]) {
            best = digit;
        }
    }
    return best;
}

void runner_print_result(uint32_t microseconds) {
    const int8_t *scores = model_bundle.output();
    for (uint32_t digit = 0; digit < model_bundle.output_bytes; digit++) {
        output_value("class", (int32_t)digit, "");
        output_value("Confidence", scores[digit], "");
    }
    output_value("Top1 class", (int32_t)runner_best(), "");
    output_value("Inference time", (int32_t)microseconds, " (us)");
}

void runner_predict(void) {
    if (no_image) {
        output_text("error: no image");
        return;
    }
    board_led(false);
    const uint32_t microseconds = runner_run();
    board_led(true);
    runner_print_result(microseconds);
}

static void print_text(const char *first, const char *second, const char *third) {
    struct line line;
    line_begin(&line);
    line_text(&line, first);
    line_text(&line, second);
    line_text(&line, third);
    output_line(&line);
}

void runner_print_banner(void) {
    struct line line;
    print_text("digitrig " APP_NAME " ", FIRMWARE_VERSION, "");
    print_text("board = ", board_name, "");
    line_begin(&line);
    line_text(&line, "model = ");
    line_text(&line, model_bundle.name);
    line_text(&line, " ");
    line_text(&line, model_bundle.hash8);
    output_line(&line);
#ifdef APP_RUNTIME
    print_text("runtime = ", APP_RUNTIME, "");
#endif
    output_value("core clock", (int32_t)board_core_hz(), " (Hz)");
    output_text("ready");
}
