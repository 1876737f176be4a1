/* Prints one line and then only refreshes the watchdog, once a millisecond. */
#include "common/cpu.h"
#include "common/start.h"
#include "started.h"

int main(void) {
    start_and_print();
    for (;;) {
        cpu_wait_for_interrupt();
        board_watchdog_refresh();
    }
}
