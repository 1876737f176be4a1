/* Lines of text without printf: collect a line piece by piece, then hand it on as a whole.
 *
 * A line that would grow over LINE_CAPACITY is cut; its CR LF always fits. */
#ifndef COMMON_LINE_H
#define COMMON_LINE_H

#include <stddef.h>
#include <stdint.h>

#define LINE_CAPACITY 112u

struct line {
    size_t length;
    char text[LINE_CAPACITY];
};

void line_begin(struct line *line);
void line_text(struct line *line, const char *text);
/* Any byte; what a terminal cannot show becomes '?'. */
void line_printable(struct line *line, uint8_t byte);
void line_unsigned(struct line *line, uint32_t value);
void line_signed(struct line *line, int32_t value);
/* `digits` hexadecimal digits, 1 to 8, with 0x in front. */
void line_hex(struct line *line, uint32_t value, unsigned digits);
/* CR LF. */
void line_end(struct line *line);

#endif
