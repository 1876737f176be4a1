/* Prints one line and then spins for ever: interrupts still come, but nothing else happens. */
#include "common/start.h"
#include "started.h"

int main(void) {
    start_and_print();
    for (;;) {
    }
}
