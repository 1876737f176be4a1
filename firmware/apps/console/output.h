/* All that the program prints goes through here. An app with threads brings an output.c of its own. */
#ifndef CONSOLE_OUTPUT_H
#define CONSOLE_OUTPUT_H

#include <stdint.h>

#include "common/line.h"

/* Ends the line and sends it. */
void output_line(struct line *line);

void output_text(const char *text);

/* `name = value unit` */
void output_value(const char *name, int32_t value, const char *unit);

#endif
