/* The lock without a screen: operated over the serial line. A digit comes as an image; what it is stays in the board.
 */
#include "apps/console/output.h"
#include "apps/console/polling.h"
#include "apps/console/protocol.h"
#include "apps/console/runner.h"
#include "boards/board.h"
#include "common/fault.h"
#include "common/start.h"
#include "drivers/systick.h"
#include "lock.h"

/* The LED is lit while the lock is open. */
static void report(bool done) {
    board_led(lock_state() == LOCK_OPEN);
    if (done) {
        output_text(lock_text());
        return;
    }
    struct line line;
    line_begin(&line);
    line_text(&line, "error: ");
    line_text(&line, lock_text());
    output_line(&line);
}

static void take_image(void) {
    runner_accept();
    (void)runner_run();
    report(lock_digit((uint8_t)runner_best()));
}

static uint8_t *take_bytes(void) {
    if (!lock_takes_digits()) {
        report(lock_digit(0));
        return 0;
    }
    return runner_staging();
}

static void say_state(void) {
    lock_tell_state();
    report(true);
}

static void enter(void) { report(lock_enter(systick_ms())); }

static void clear(void) { report(lock_clear()); }

static void lock(void) { report(lock_close()); }

static void change(void) { report(lock_change()); }

static void begin_entry(enum lock_state wanted, const char *otherwise) {
    if (lock_state() == wanted) {
        while (lock_digits() > 0u) {
            (void)lock_clear();
        }
        output_text("send 4 images, then enter");
    } else {
        output_text(otherwise);
    }
}

static void set(void) { begin_entry(LOCK_NEW, "error: there is a PIN already: unlock and change"); }

static void unlock(void) { begin_entry(LOCK_CLOSED, "error: the lock is not locked"); }

static const struct protocol_command commands[] = {
    {.name = "help", .run = protocol_help},
    {.name = "info", .run = runner_print_banner},
    {.name = "image", .run = protocol_receive_image},
    {.name = "set", .run = set},
    {.name = "enter", .run = enter},
    {.name = "clear", .run = clear},
    {.name = "lock", .run = lock},
    {.name = "unlock", .run = unlock},
    {.name = "change", .run = change},
    {.name = "status", .run = say_state},
};

const struct protocol app_protocol = {
    .commands = commands,
    .command_count = sizeof commands / sizeof commands[0],
    .staging = take_bytes,
    .image = take_image,
};

/* The end of a lock-out is told by itself; its seconds are not. */
static void each_millisecond(uint32_t now_ms) {
    protocol_tick(now_ms);
    board_watchdog_refresh();
    if (lock_tick(now_ms) && lock_state() != LOCK_OUT) {
        report(true);
    }
}

int main(void) {
    const char *what;
    if (board_init(&what) != STATUS_OK) {
        fault_stop(what);
    }
    lock_start(systick_ms());
    runner_print_banner();
    report(true);
    uint32_t last_ms = systick_ms();
    for (;;) {
        polling_take_serial();
        const uint32_t now_ms = systick_ms();
        if (now_ms != last_ms) {
            last_ms = now_ms;
            each_millisecond(now_ms);
        }
        polling_sleep(now_ms);
    }
}
