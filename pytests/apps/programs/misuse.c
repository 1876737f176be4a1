/* What a thread must not do; the letter that is received chooses one of them. */
#include "apps/rtos/kernel/kernel.c"
#include "apps/rtos/kernel/mutex.c"
#include "apps/rtos/kernel/port.c"
#include "apps/rtos/kernel/queue.c"
#include "common/start.h"

#define STACK_BYTES 768u

static struct thread threads_of_test[KERNEL_THREADS_MAX + 1u];
KERNEL_STACK(stack, STACK_BYTES);
KERNEL_STACK(more, 256);
static struct mutex mutex;

void SysTick_Handler(void) {
    systick_count();
    kernel_tick();
}

static void nothing(void *argument) { (void)argument; }

static void misuse(uint8_t letter) {
    if (letter == 'm') {
        mutex_unlock(&mutex);
    } else if (letter == 't') {
        for (uint32_t i = 1; i < KERNEL_THREADS_MAX; i++) {
            thread_start(&threads_of_test[i], "more", nothing, 0, more, 256, 1);
        }
    } else if (letter == 'u') {
        __asm volatile("udf #0");
    } else if (letter == 'b') {
        (void)MMIO32(0x30000000u);
    }
}

static void run(void *argument) {
    (void)argument;
    uint8_t letter;
    for (;;) {
        if (serial_read(&board_console, &letter)) {
            misuse(letter);
        }
        thread_sleep(1);
    }
}

int main(void) {
    const char *what;
    if (board_init(&what) != STATUS_OK) {
        fault_stop(what);
    }
    thread_start(&threads_of_test[0], "sinner", run, 0, stack, STACK_BYTES, 1);
    kernel_run();
}
