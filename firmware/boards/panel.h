/* What a program may ask of a board's LCD with its touch panel. Boards that have one implement it in panel.c. */
#ifndef BOARDS_PANEL_H
#define BOARDS_PANEL_H

#include <stdbool.h>
#include <stdint.h>

#include "common/status.h"

#define PANEL_WIDTH 480
#define PANEL_HEIGHT 272

/* After board_init: LCD on with both frames black, touch controller out of its reset. On an error a text says what did
 * not work. Both frames are uncommitted memory before. */
enum status panel_init(const char **what);

/* The frame that is shown, and the one that is not: RGB565, row by row. The latter is the program's to draw in, except
 * between panel_show and panel_is_shown. */
const uint16_t *panel_front(void);
uint16_t *panel_back(void);

/* Show the back frame from the next refresh on; the frames change places then. first_row, rows: what has changed in it.
 */
void panel_show(int32_t first_row, int32_t rows);
bool panel_is_shown(void);

/* Refreshes since the start; counts in an interrupt. */
uint32_t panel_refreshes(void);

/* Begin to ask the touch controller; the answer comes within a millisecond. */
void panel_touch_ask(void);

enum panel_touch {
    PANEL_TOUCH_WAITING, /* no answer yet, or not asked */
    PANEL_TOUCH_UP,
    PANEL_TOUCH_DOWN,
    PANEL_TOUCH_SILENT, /* the controller does not answer */
};

/* What the last panel_touch_ask has given, once; x and y on the screen where that is PANEL_TOUCH_DOWN. */
enum panel_touch panel_touch_take(int32_t *x, int32_t *y);

#endif
