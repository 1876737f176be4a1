#include "loop.h"

#include "apps/console/polling.h"
#include "apps/console/protocol.h"
#include "boards/board.h"
#include "boards/panel.h"
#include "drivers/systick.h"

static struct canvas canvas = {.width = PANEL_WIDTH, .height = PANEL_HEIGHT};
static bool showing; /* the back frame waits for its refresh */

static uint32_t asked_ms;
static uint32_t answered_ms;
static bool panel_answers = true;
static bool listening;

static bool touching;
static int32_t last_x;
static int32_t last_y;

/* ---------------------------------------------------------------- touch */

static void hand_on(const struct loop_app *app, enum touch_event event) {
    const int32_t button = form_touch(app->form, event, last_x, last_y);
    if (button != FORM_NOTHING) {
        app->button(button);
    }
}

static void set_answers(const struct loop_app *app, bool answers) {
    if (panel_answers != answers) {
        panel_answers = answers;
        app->touch_panel(answers);
    }
}

static void take_touch(const struct loop_app *app, uint32_t now_ms) {
    int32_t x;
    int32_t y;
    const enum panel_touch touch = panel_touch_take(&x, &y);
    if (touch == PANEL_TOUCH_UP || touch == PANEL_TOUCH_DOWN) {
        answered_ms = now_ms;
        set_answers(app, true);
    }
    const bool on_screen = touch == PANEL_TOUCH_DOWN && x < PANEL_WIDTH && y < PANEL_HEIGHT;
    if (on_screen) {
        last_x = x;
        last_y = y;
        hand_on(app, touching ? TOUCH_MOVE : TOUCH_PRESS);
        touching = true;
    } else if (touch != PANEL_TOUCH_WAITING && touching) {
        touching = false;
        hand_on(app, TOUCH_LIFT);
    }
}

static void ask_for_touch(const struct loop_app *app, uint32_t now_ms) {
    if (now_ms - asked_ms < LOOP_TOUCH_MS) {
        return;
    }
    asked_ms = now_ms;
    if (!listening) {
        listening = true;
        app->ready();
    }
    if (now_ms - answered_ms > LOOP_SILENT_MS) {
        set_answers(app, false);
    }
    panel_touch_ask();
}

/* ---------------------------------------------------------------- screen */

static void draw(const struct loop_app *app) {
    if (showing && panel_is_shown()) {
        showing = false;
        canvas_copy_changed(&canvas, panel_front(), panel_back());
        canvas_clean(&canvas);
    }
    if (showing || !(form_needs_drawing(app->form) || (app->needs_drawing != 0 && app->needs_drawing()))) {
        return;
    }
    canvas.pixels = panel_back();
    form_paint(app->form, &canvas);
    if (app->draw != 0) {
        app->draw(&canvas);
    }
    if (canvas.changed.width > 0) {
        panel_show(canvas.changed.y, canvas.changed.height);
        showing = true;
    }
}

/* ---------------------------------------------------------------- the loop */

_Noreturn void loop_run(const struct loop_app *app) {
    uint32_t last_ms = systick_ms();
    asked_ms = last_ms + LOOP_TOUCH_START_MS - LOOP_TOUCH_MS;
    answered_ms = last_ms + LOOP_TOUCH_START_MS;
    for (;;) {
        polling_take_serial();
        const uint32_t now_ms = systick_ms();
        take_touch(app, now_ms);
        if (now_ms != last_ms) {
            last_ms = now_ms;
            protocol_tick(now_ms);
            board_watchdog_refresh();
            app->tick(now_ms);
            if ((int32_t)(now_ms - asked_ms) > 0) {
                ask_for_touch(app, now_ms);
            }
        }
        draw(app);
        polling_sleep(now_ms);
    }
}
