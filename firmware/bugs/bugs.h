/* What the programs of the bug gallery share: lines out, one line in. Each program re-creates a fault that published
 * source has; robot/bugs/ shows the rig finding it. */
#ifndef BUGS_BUGS_H
#define BUGS_BUGS_H

#include "boards/board.h"
#include "bundle.h"
#include "common/cpu.h"
#include "common/fault.h"
#include "common/line.h"

static inline void start(void) {
    const char *what;
    if (board_init(&what) != STATUS_OK) {
        fault_stop(what);
    }
}

static inline void print_value(const char *name, int32_t value) {
    struct line line;
    line_begin(&line);
    line_text(&line, name);
    line_text(&line, " = ");
    line_signed(&line, value);
    line_end(&line);
    (void)serial_write(&board_console, line.text, line.length);
}

static inline _Noreturn void sleep_for_ever(void) {
    for (;;) {
        cpu_wait_for_interrupt();
    }
}

#endif
