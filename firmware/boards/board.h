/* What a program may ask of its board, the same on every board. Each boards/<board>/board.c implements it. */
#ifndef BOARDS_BOARD_H
#define BOARDS_BOARD_H

#include <stdbool.h>
#include <stdint.h>

#include "common/serial.h"
#include "common/status.h"

/* The board's name as in DESIGN and on the command line, for example "frdm_ke16z". */
extern const char board_name[];

/* Serial console; its `ready` says whether board_init has come so far that something can be sent. */
extern struct serial board_console;

/* Clocks, pins, LED, button, millisecond clock, stopwatch, console. On an error a text says what did not work. */
enum status board_init(const char **what);

uint32_t board_core_hz(void);

/* Free-running count of core clocks, modulo 2^32. */
uint32_t board_cycles(void);

/* The user LED and the user button. */
void board_led(bool lit);
bool board_button(void);

/* Does something only in a build with WATCHDOG_REFRESH. */
void board_watchdog_refresh(void);

#endif
