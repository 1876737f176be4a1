/* The lock with a screen: digits are drawn one after the other. A digit is taken when the finger has rested for a
 * while; it is shown until the next one comes or PEEK_MS have gone by, and as a star from then on. The console tells
 * what happens, but no digit. */
#include "apps/console/output.h"
#include "apps/console/protocol.h"
#include "apps/console/runner.h"
#include "apps/touch/loop.h"
#include "boards/board.h"
#include "boards/panel.h"
#include "common/fault.h"
#include "common/start.h"
#include "drivers/systick.h"
#include "lock.h"

#define AREA(name, x, y, width, height) static const struct rectangle name##_area = {x, y, width, height};
#include "screen.def"
#undef AREA

#define REST_MS 600u
#define PEEK_MS 1500u

static struct pad pad;

enum { LABEL_STATUS, LABEL_SLOTS, LABELS };
static struct label labels[LABELS];

enum { BUTTON_ENTER, BUTTON_CLEAR, BUTTON_LOCK, BUTTON_CHANGE, BUTTONS };
static struct button buttons[BUTTONS];

static struct form form = {.labels = labels,
                           .label_count = LABELS,
                           .buttons = buttons,
                           .button_count = BUTTONS,
                           .pad = &pad,
                           .held = FORM_NOTHING};

static uint32_t rested_since_ms; /* the finger */
static bool peeking;             /* the last digit is shown */
static uint32_t peek_since_ms;
static char peeked;

static void set_up_form(void) {
    pad.area = input_area;
    labels[LABEL_STATUS] = (struct label){.area = status_area, .style = TEXT_STYLE(1)};
    labels[LABEL_SLOTS] = (struct label){.area = slots_area, .style = TEXT_STYLE(3)};
    buttons[BUTTON_ENTER] = (struct button){.area = enter_area, .text = "ENTER"};
    buttons[BUTTON_CLEAR] = (struct button){.area = clear_area, .text = "Clear"};
    buttons[BUTTON_LOCK] = (struct button){.area = lock_area, .text = "Lock"};
    buttons[BUTTON_CHANGE] = (struct button){.area = change_area, .text = "Change"};
    pad_clear(&pad);
}

/* ---------------------------------------------------------------- what is shown */

static void show_digits(void) {
    char text[PIN_DIGITS + 1u];
    for (uint32_t i = 0; i < PIN_DIGITS; i++) {
        text[i] = i < lock_digits() ? '*' : '_';
    }
    if (peeking && lock_digits() > 0u) {
        text[lock_digits() - 1u] = peeked;
    }
    text[PIN_DIGITS] = '\0';
    label_set(&labels[LABEL_SLOTS], text);
}

static void show_slots(void) {
    struct line line;
    if (lock_takes_digits()) {
        show_digits();
    } else if (lock_state() == LOCK_OPEN) {
        label_set(&labels[LABEL_SLOTS], "OPEN");
    } else {
        line_begin(&line);
        line_unsigned(&line, lock_out_seconds());
        line_text(&line, " s");
        label_set_line(&labels[LABEL_SLOTS], &line);
    }
}

static void show(void) {
    const enum lock_state state = lock_state();
    label_set(&labels[LABEL_STATUS], lock_text());
    show_slots();
    form_set_pad_off(&form, !lock_takes_digits());
    button_set_hidden(&buttons[BUTTON_ENTER], form.pad_off);
    button_set_hidden(&buttons[BUTTON_CLEAR], form.pad_off);
    button_set_hidden(&buttons[BUTTON_LOCK], state == LOCK_NEW || state == LOCK_CLOSED || state == LOCK_OUT);
    button_set_hidden(&buttons[BUTTON_CHANGE], state != LOCK_OPEN);
    board_led(state == LOCK_OPEN); /* lit while the lock is open */
}

/* What has just been done, on the screen and on the console. */
static void report(void) {
    show();
    output_text(lock_text());
}

/* ---------------------------------------------------------------- what the user does */

static void take_digit(uint32_t now_ms) {
    pad_image(&pad, digitrig_image);
    pad_clear(&pad);
    (void)runner_run();
    const uint8_t digit = (uint8_t)runner_best();
    const bool taken = lock_digit(digit);
    peeking = taken;
    peeked = (char)('0' + digit);
    peek_since_ms = now_ms;
    report();
}

static void clear(void) {
    peeking = false;
    if (pad.has_ink) {
        pad_clear(&pad);
    } else {
        (void)lock_clear();
        report();
    }
}

static void enter(uint32_t now_ms) {
    if (pad.has_ink) {
        take_digit(now_ms);
    }
    peeking = false;
    (void)lock_enter(now_ms);
    report();
}

static void pushed(int32_t button) {
    const uint32_t now_ms = systick_ms();
    if (button == BUTTON_ENTER) {
        enter(now_ms);
    } else if (button == BUTTON_CLEAR) {
        clear();
    } else if (button == BUTTON_LOCK) {
        pad_clear(&pad);
        (void)lock_close();
        report();
    } else {
        (void)lock_change();
        report();
    }
}

static void tick(uint32_t now_ms) {
    if (pad.pen_down || form.pad_holds) {
        rested_since_ms = now_ms;
    } else if (pad.has_ink && now_ms - rested_since_ms >= REST_MS) {
        take_digit(now_ms);
    }
    if (peeking && now_ms - peek_since_ms >= PEEK_MS) {
        peeking = false;
        show_slots();
    }
    if (lock_tick(now_ms)) {
        show();
        if (lock_state() != LOCK_OUT) {
            output_text(lock_text());
        }
    }
}

static void touch_panel(bool answers) {
    lock_tell_state();
    label_set(&labels[LABEL_STATUS], answers ? lock_text() : "The touch panel does not answer");
    output_text(answers ? "touch panel answers again" : "error: touch panel does not answer");
}

/* ---------------------------------------------------------------- console, start */

static void say_state(void) {
    lock_tell_state();
    report();
}

static const struct protocol_command commands[] = {
    {.name = "help", .run = protocol_help},
    {.name = "info", .run = runner_print_banner},
    {.name = "status", .run = say_state},
};

const struct protocol app_protocol = {.commands = commands, .command_count = sizeof commands / sizeof commands[0]};

static void ready(void) {
    runner_print_banner();
    report();
}

static const struct loop_app app = {
    .form = &form, .ready = ready, .button = pushed, .tick = tick, .touch_panel = touch_panel};

int main(void) {
    const char *what;
    if (board_init(&what) != STATUS_OK || panel_init(&what) != STATUS_OK) {
        fault_stop(what);
    }
    set_up_form();
    lock_start(systick_ms());
    loop_run(&app);
}
