/* Inference in a thread, beside a shell and a blinking LED, on a kernel of our own. */
#include "apps/console/output.h"
#include "blink.h"
#include "boards/board.h"
#include "common/fault.h"
#include "common/start.h"
#include "common/vectors.h"
#include "drivers/systick.h"
#include "kernel/kernel.h"
#include "shell.h"
#include "worker.h"

static struct mutex console;

/* Overrides those of apps/console/output.c. */
void output_lock(void) { mutex_lock(&console); }

void output_unlock(void) { mutex_unlock(&console); }

/* Overrides that of drivers/systick.c. */
void SysTick_Handler(void) {
    systick_count();
    shell_tick();
    kernel_tick();
}

int main(void) {
    const char *what;
    if (board_init(&what) != STATUS_OK) {
        fault_stop(what);
    }
    blink_start();
    shell_start();
    worker_start();
    kernel_run();
}
