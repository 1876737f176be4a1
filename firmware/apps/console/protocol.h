/* The line protocol: commands end with LF or CR; an image travels as 784 bytes and a CRC-16, high byte first.
 *
 * Everything here runs in the main loop. `now_ms` is the millisecond clock; since a moment lies anywhere within its
 * millisecond, a silence of N ms is certain once N + 1 ticks have passed. */
#ifndef CONSOLE_PROTOCOL_H
#define CONSOLE_PROTOCOL_H

#include <stdbool.h>
#include <stdint.h>

/* One received byte. */
void protocol_byte(uint8_t byte, uint32_t now_ms);

/* Errors of the serial line, SERIAL_ERROR_*; not 0. */
void protocol_line_error(uint32_t errors, uint32_t now_ms);

/* Time goes by: to be called once a millisecond. */
void protocol_tick(uint32_t now_ms);

/* False while an image is arriving: a run now would destroy it. */
bool protocol_may_run(void);

#endif
