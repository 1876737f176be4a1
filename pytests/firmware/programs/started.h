/* What the misbehaving programs do before they misbehave: start the board and print `started`. */
#ifndef PROGRAMS_STARTED_H
#define PROGRAMS_STARTED_H

#include "boards/board.h"
#include "common/fault.h"

static inline void start_and_print(void) {
    static const char line[] = "started\r\n";
    const char *what;
    if (board_init(&what) != STATUS_OK) {
        fault_stop(what);
    }
    (void)serial_write(&board_console, line, sizeof line - 1u);
}

#endif
