/* The console program: takes digit images over the serial line, or from a debugger, and prints what they are.
 *
 * Everything happens in the main loop; interrupts only move bytes and count milliseconds, and between them the core
 * sleeps. */
#include "boards/board.h"
#include "button.h"
#include "common/fault.h"
#include "common/start.h"
#include "drivers/systick.h"
#include "polling.h"
#include "protocol.h"
#include "runner.h"

/* What a program that is built on this one adds; its app.cmake names the functions. */
#ifdef APP_BEGIN
void APP_BEGIN(void);
#endif
#ifdef APP_EACH_MS
void APP_EACH_MS(void);
#endif

static void each_millisecond(uint32_t now_ms) {
    protocol_tick(now_ms);
    board_watchdog_refresh();
    const bool button = button_pressed(board_button());
    if (!protocol_may_run()) {
        return;
    }
#ifdef APP_EACH_MS
    APP_EACH_MS();
#endif
    if (digitrig_request != 0u) {
        runner_written();
        runner_predict();
        digitrig_request = 0;
    } else if (button) {
        runner_predict();
    }
}

int main(void) {
    const char *what;
    if (board_init(&what) != STATUS_OK) {
        fault_stop(what);
    }
#ifdef APP_BEGIN
    APP_BEGIN();
#endif
    runner_print_banner();
    board_led(true); /* lit: ready; dark: computing, or stopped by a fault */
    uint32_t last_ms = systick_ms();
    for (;;) {
        polling_take_serial();
        const uint32_t now_ms = systick_ms(); /* not before the bytes are taken, which may take long */
        if (now_ms != last_ms) {
            last_ms = now_ms;
            each_millisecond(now_ms);
        }
        polling_sleep(now_ms);
    }
}
