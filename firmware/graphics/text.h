/* Text in the one font there is, font.def: cells of 8 x 16 pixels, enlarged by whole numbers. */
#ifndef GRAPHICS_TEXT_H
#define GRAPHICS_TEXT_H

#include "canvas.h"

struct text_style {
    uint16_t colour;
    uint16_t background;
    uint8_t scale; /* 1..4 */
};

/* Fill `area` with the background and write one line in the middle of it. A character that the font lacks is written
 * as '?'; what does not fit is cut off on the right. */
void text_in(struct canvas *canvas, struct rectangle area, const char *text, struct text_style style);

#endif
