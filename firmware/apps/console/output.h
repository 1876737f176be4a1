/* All that the program prints goes through here. */
#ifndef CONSOLE_OUTPUT_H
#define CONSOLE_OUTPUT_H

#include <stdint.h>

#include "common/line.h"

/* Ends the line and sends it. */
void output_line(struct line *line);

void output_text(const char *text);

/* `name = value unit` */
void output_value(const char *name, int32_t value, const char *unit);

/* What is printed between these two stands together. They do nothing unless a program with threads defines its own. */
void output_lock(void);
void output_unlock(void);

#endif
