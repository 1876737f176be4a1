#include "runner.h"

#include "boards/board.h"
#include "bundle.h"
#include "common/fault.h"
#include "common/line.h"

uint8_t digitrig_image[IMAGE_BYTES];
volatile uint32_t digitrig_request;

static void send(struct line *line) {
    line_end(line);
    (void)serial_write(&board_console, line->text, line->length);
}

uint8_t *runner_staging(void) {
    if (model_bundle.input_bytes != IMAGE_BYTES) {
        fault_stop("the model does not take 784 bytes");
    }
    return (uint8_t *)model_bundle.input();
}

void runner_accept(void) {
    const uint8_t *staged = runner_staging();
    for (uint32_t i = 0; i < IMAGE_BYTES; i++) {
        digitrig_image[i] = staged[i];
    }
}

/* The models are quantised with a scale of 1/255 and a zero point of -128: the int8 input is the pixel minus 128. */
static void load_input(void) {
    int8_t *input = (int8_t *)runner_staging();
    for (uint32_t i = 0; i < IMAGE_BYTES; i++) {
        input[i] = (int8_t)((int32_t)digitrig_image[i] - 128);
    }
}

static void print_value(const char *name, int32_t value, const char *unit) {
    struct line line;
    line_begin(&line);
    line_text(&line, name);
    line_text(&line, " = ");
    line_signed(&line, value);
    line_text(&line, unit);
    send(&line);
}

void runner_predict(void) {
    board_led(false);
    load_input();
    const uint32_t start = board_cycles();
    const int status = model_bundle.run();
    const uint32_t cycles = board_cycles() - start;
    board_led(true);
    if (status != 0) {
        fault_stop("the model does not run");
    }

    const int8_t *scores = model_bundle.output();
    int32_t best = 0;
    for (int32_t digit = 0; digit < (int32_t)model_bundle.output_bytes; digit++) {
        print_value("class", digit, "");
        print_value("Confidence", scores[digit], "");
        if (scores[digit] > scores[best]) {
            best = digit;
        }
    }
    print_value("Top1 class", best, "");
    print_value("Inference time", (int32_t)(cycles / (board_core_hz() / 1000000u)), " (us)");
}

static void print_text(const char *first, const char *second, const char *third) {
    struct line line;
    line_begin(&line);
    line_text(&line, first);
    line_text(&line, second);
    line_text(&line, third);
    send(&line);
}

void runner_print_banner(void) {
    struct line line;
    print_text("digitrig console ", FIRMWARE_VERSION, "");
    print_text("board = ", board_name, "");
    line_begin(&line);
    line_text(&line, "model = ");
    line_text(&line, model_bundle.name);
    line_text(&line, " ");
    line_text(&line, model_bundle.hash8);
    send(&line);
    print_value("core clock", (int32_t)board_core_hz(), " (Hz)");
    print_text("ready", "", "");
}
