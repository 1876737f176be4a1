#include "shell.h"

#include "apps/console/output.h"
#include "apps/console/polling.h"
#include "apps/console/protocol.h"
#include "apps/console/runner.h"
#include "boards/board.h"
#include "drivers/systick.h"
#include "kernel/kernel.h"
#include "samples.h"
#include "threads.h"
#include "worker.h"

#define WAKE_MS 5u /* at least so often, for the time-outs of the protocol */

static struct thread thread;
KERNEL_STACK(stack, SHELL_STACK_BYTES);

static struct thread probe;
KERNEL_STACK(probe_stack, PROBE_STACK_BYTES);

/* ---------------------------------------------------------------- inference */

static void told(bool accepted) {
    if (!accepted) {
        protocol_reject("error: busy, try again");
    }
}

/* A decimal number at *text, which moves behind it and the spaces that follow. False: no digit, or above `limit`. */
static bool take_number(const char **text, uint32_t limit, uint32_t *value) {
    const char *at = *text;
    *value = 0;
    if (*at < '0' || *at > '9') {
        return false;
    }
    while (*at >= '0' && *at <= '9') {
        *value = *value * 10u + (uint32_t)(*at++ - '0');
        if (*value > limit) {
            return false;
        }
    }
    while (*at == ' ') {
        at++;
    }
    *text = at;
    return true;
}

static void mnist(const char *argument) {
    uint32_t sample;
    uint32_t runs = 1;
    if (!take_number(&argument, SAMPLES - 1u, &sample)) {
        protocol_reject("error: mnist takes a sample from 0 to 9");
    } else if (*argument != '\0' && (!take_number(&argument, WORKER_RUNS_MAX, &runs) || runs == 0u)) {
        protocol_reject("error: mnist takes a number of runs from 1 to 100000 behind the sample");
    } else if (*argument != '\0') {
        protocol_reject("error: mnist takes a sample and a number of runs, nothing more");
    } else {
        told(worker_run_sample(sample, runs));
    }
}

static void predict(void) { told(worker_run_again()); }

static uint8_t *take_image(void) {
    uint8_t *staging = worker_staging();
    told(staging != 0);
    return staging;
}

static void image_arrived(void) { told(worker_run_staged()); }

/* ---------------------------------------------------------------- threads and memory */

static void column(struct line *line, uint32_t end) {
    do {
        line_text(line, " ");
    } while (line->length < end);
}

static const char *state_of(const struct thread *shown) {
    if (shown == thread_current()) {
        return "running";
    }
    if (shown->state == THREAD_ENDED) {
        return "ended";
    }
    return shown->state == THREAD_READY ? "ready" : "waiting";
}

static void show_thread(const struct thread *shown) {
    struct line line;
    line_begin(&line);
    line_text(&line, shown->name);
    column(&line, 10);
    line_unsigned(&line, shown->priority);
    column(&line, 15);
    line_text(&line, state_of(shown));
    column(&line, 24);
    line_unsigned(&line, shown->stack_bytes);
    column(&line, 31);
    line_unsigned(&line, thread_stack_used(shown));
    column(&line, 38);
    line_unsigned(&line, shown->run_ms);
    output_line(&line);
}

static void ps(void) {
    const struct thread *shown;
    output_lock();
    output_text("thread    prio state    stack  used   cpu ms");
    for (uint32_t i = 0; (shown = kernel_thread(i)) != 0; i++) {
        show_thread(shown);
    }
    output_unlock();
}

/* Of ld/sections.ld; their addresses are the values. */
extern uint8_t __ram_start[];
extern uint8_t __ram_bytes[];
extern uint8_t __bss_end[];

static void show_free(void) {
    const uint32_t total = (uint32_t)(uintptr_t)__ram_bytes;
    const uint32_t used = (uint32_t)(uintptr_t)__bss_end - (uint32_t)(uintptr_t)__ram_start;
    output_lock();
    output_value("total ram", (int32_t)total, " (bytes)");
    output_value("used ram", (int32_t)used, " (bytes)");
    output_value("free ram", (int32_t)(total - used), " (bytes)");
    output_unlock();
}

/* Goes deeper into the stack every millisecond, for far longer than any stack here lasts. Slowly, since a core without
 * an MPU finds out only when the thread is left. No compiler makes a loop of it: every frame is used afterwards. */
__attribute__((noinline)) static uint32_t sink(uint32_t calls) {
    volatile uint32_t frame[16];
    frame[calls % 16u] = calls;
    thread_sleep(1);
    const uint32_t below = calls > 0u ? sink(calls - 1u) : 0u;
    return below + frame[calls % 16u];
}

static void run_probe(void *argument) {
    (void)argument;
    (void)sink(1000);
}

static void overflow(void) {
    if (probe.stack != 0) {
        protocol_reject("error: it is on its way already");
    } else {
        thread_start(&probe, "probe", run_probe, 0, probe_stack, PROBE_STACK_BYTES, PROBE_PRIORITY);
    }
}

/* ---------------------------------------------------------------- the shell itself */

static const struct protocol_command commands[] = {
    {.name = "help", .run = protocol_help},
    {.name = "info", .run = runner_print_banner},
    {.name = "image", .run = protocol_receive_image},
    {.name = "predict", .run = predict},
    {.name = "mnist", .run_with = mnist},
    {.name = "ps", .run = ps},
    {.name = "free", .run = show_free},
    {.name = "overflow", .run = overflow},
};

const struct protocol app_protocol = {
    .commands = commands,
    .command_count = sizeof commands / sizeof commands[0],
    .staging = take_image,
    .image = image_arrived,
};

static void run(void *argument) {
    (void)argument;
    runner_print_banner();
    for (;;) {
        (void)thread_wait_signal(WAKE_MS);
        polling_take_serial();
        protocol_tick(systick_ms());
        worker_poll_request();
        board_watchdog_refresh();
    }
}

void shell_start(void) { thread_start(&thread, "shell", run, 0, stack, SHELL_STACK_BYTES, SHELL_PRIORITY); }

void shell_tick(void) {
    if (!ring_is_empty(&board_console.rx) || board_console.errors != 0u) {
        thread_signal(&thread);
    }
}
