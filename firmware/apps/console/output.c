#include "output.h"

#include "boards/board.h"

__attribute__((weak)) void output_lock(void) {}

__attribute__((weak)) void output_unlock(void) {}

void output_line(struct line *line) {
    line_end(line);
    output_lock();
    (void)serial_write(&board_console, line->text, line->length);
    output_unlock();
}

void output_text(const char *text) {
    struct line line;
    line_begin(&line);
    line_text(&line, text);
    output_line(&line);
}

void output_value(const char *name, int32_t value, const char *unit) {
    struct line line;
    line_begin(&line);
    line_text(&line, name);
    line_text(&line, " = ");
    line_signed(&line, value);
    line_text(&line, unit);
    output_line(&line);
}
