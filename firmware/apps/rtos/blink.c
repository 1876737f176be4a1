#include "blink.h"

#include "boards/board.h"
#include "drivers/systick.h"
#include "kernel/kernel.h"
#include "threads.h"

static struct thread thread;
KERNEL_STACK(stack, BLINK_STACK_BYTES);

static void run(void *argument) {
    (void)argument;
    bool lit = false;
    uint32_t due_ms = systick_ms();
    for (;;) {
        thread_sleep_until(&due_ms, BLINK_HALF_PERIOD_MS);
        lit = !lit;
        board_led(lit);
    }
}

void blink_start(void) { thread_start(&thread, "blink", run, 0, stack, BLINK_STACK_BYTES, BLINK_PRIORITY); }
