/* The digit demo: draw a digit on the screen, and see what it is. */
#include "apps/console/output.h"
#include "apps/console/protocol.h"
#include "apps/console/runner.h"
#include "boards/board.h"
#include "boards/panel.h"
#include "bundle.h"
#include "common/fault.h"
#include "common/start.h"
#include "loop.h"

#define AREA(name, x, y, width, height) static const struct rectangle name##_area = {x, y, width, height};
#include "screen.def"
#undef AREA

#define SEEN_SCALE 3 /* of the picture that the model saw */

static struct pad pad;

enum { LABEL_TITLE, LABEL_RESULT, LABEL_CONFIDENCE, LABEL_TIME, LABEL_MESSAGE, LABELS };
static struct label labels[LABELS];

enum { BUTTON_PREDICT, BUTTON_CLEAR, BUTTONS };
static struct button buttons[BUTTONS];

static struct form form = {.labels = labels,
                           .label_count = LABELS,
                           .buttons = buttons,
                           .button_count = BUTTONS,
                           .pad = &pad,
                           .held = FORM_NOTHING};

static bool seen_changed = true;

static void set_up_form(void) {
    pad.area = input_area;
    labels[LABEL_TITLE] = (struct label){.area = title_area, .style = TEXT_STYLE(1)};
    labels[LABEL_RESULT] = (struct label){.area = result_area, .style = TEXT_STYLE(4)};
    labels[LABEL_CONFIDENCE] = (struct label){.area = confidence_area, .style = TEXT_STYLE(2)};
    labels[LABEL_TIME] = (struct label){.area = time_area, .style = TEXT_STYLE(1)};
    labels[LABEL_MESSAGE] = (struct label){.area = message_area, .style = TEXT_STYLE(1)};
    buttons[BUTTON_PREDICT] = (struct button){.area = predict_area, .text = "Predict"};
    buttons[BUTTON_CLEAR] = (struct button){.area = clear_area, .text = "Clear"};
    label_set(&labels[LABEL_TITLE], "Draw a digit");
}

/* ---------------------------------------------------------------- what the user asks for */

static void forget_result(void) {
    label_set(&labels[LABEL_RESULT], "");
    label_set(&labels[LABEL_CONFIDENCE], "");
    label_set(&labels[LABEL_TIME], "");
    label_set(&labels[LABEL_MESSAGE], "");
}

static void clear(void) {
    pad_clear(&pad);
    forget_result();
}

/* Confidence in per cent with one decimal: a score of -128 is 0, one of 127 is 255 / 256. */
static void show_result(uint32_t microseconds) {
    struct line line;
    const uint32_t digit = runner_best();
    const uint32_t parts = (uint32_t)(model_bundle.output()[digit] + 128);
    const uint32_t tenths = (parts * 1000u + 128u) / 256u;
    line_begin(&line);
    line_unsigned(&line, digit);
    label_set_line(&labels[LABEL_RESULT], &line);
    line_begin(&line);
    line_unsigned(&line, tenths / 10u);
    line_text(&line, ".");
    line_unsigned(&line, tenths % 10u);
    line_text(&line, " %");
    label_set_line(&labels[LABEL_CONFIDENCE], &line);
    line_begin(&line);
    line_unsigned(&line, microseconds);
    line_text(&line, " us");
    label_set_line(&labels[LABEL_TIME], &line);
    label_set(&labels[LABEL_MESSAGE], "");
    seen_changed = true;
}

/* Of the image that is in digitrig_image. */
static void run_model(void) {
    board_led(false);
    const uint32_t microseconds = runner_run();
    board_led(true);
    show_result(microseconds);
    runner_print_result(microseconds);
}

static void predict(void) {
    if (!pad.has_ink) {
        forget_result();
        label_set(&labels[LABEL_MESSAGE], "nothing drawn");
        output_text("nothing drawn");
        return;
    }
    pad_image(&pad, digitrig_image);
    run_model();
}

static void pushed(int32_t button) {
    if (button == BUTTON_PREDICT) {
        predict();
    } else {
        clear();
    }
}

static void tick(uint32_t now_ms) {
    (void)now_ms;
    if (digitrig_request != 0u) {
        run_model();
        digitrig_request = 0;
    }
}

static void touch_panel(bool answers) {
    label_set(&labels[LABEL_TITLE], answers ? "Draw a digit" : "The touch panel does not answer");
    output_text(answers ? "touch panel answers again" : "error: touch panel does not answer");
}

/* ---------------------------------------------------------------- the picture that the model saw */

static bool needs_drawing(void) { return seen_changed; }

static void draw_seen(struct canvas *canvas) {
    if (!seen_changed) {
        return;
    }
    seen_changed = false;
    for (int32_t i = 0; i < PAD_PIXELS; i++) {
        const struct rectangle pixel = {(int16_t)(seen_area.x + i % PAD_SIDE * SEEN_SCALE),
                                        (int16_t)(seen_area.y + i / PAD_SIDE * SEEN_SCALE), SEEN_SCALE, SEEN_SCALE};
        canvas_fill(canvas, pixel, RGB565(digitrig_image[i], digitrig_image[i], digitrig_image[i]));
    }
}

/* ---------------------------------------------------------------- console, start */

static const struct protocol_command commands[] = {
    {.name = "help", .run = protocol_help},
    {.name = "info", .run = runner_print_banner},
    {.name = "predict", .run = predict},
    {.name = "clear", .run = clear},
};

const struct protocol app_protocol = {.commands = commands, .command_count = sizeof commands / sizeof commands[0]};

static void ready(void) {
    runner_print_banner();
    board_led(true); /* lit: ready; dark: computing, or stopped by a fault */
}

static const struct loop_app app = {
    .form = &form,
    .ready = ready,
    .button = pushed,
    .tick = tick,
    .touch_panel = touch_panel,
    .needs_drawing = needs_drawing,
    .draw = draw_seen,
};

int main(void) {
    const char *what;
    if (board_init(&what) != STATUS_OK || panel_init(&what) != STATUS_OK) {
        fault_stop(what);
    }
    set_up_form();
    clear();
    loop_run(&app);
}
