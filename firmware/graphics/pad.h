/* The input area: a finger draws in it, and its strokes become an image of 28 x 28.
 *
 * The image is made as the published demo does it: every point of a stroke puts a brush of 3 x 3 pixels onto the grid
 * of 28 x 28. Here the brush is softer at its edge, as a pen line in MNIST is, and it stays within the grid. */
#ifndef GRAPHICS_PAD_H
#define GRAPHICS_PAD_H

#include "canvas.h"

#define PAD_SIDE 28
#define PAD_PIXELS (PAD_SIDE * PAD_SIDE)
#define PAD_POINTS 64u /* that may wait to be drawn; a frame takes 1.7 of a finger's points */

struct pad {
    struct rectangle area;
    uint8_t grid[PAD_PIXELS]; /* row by row, 0 = background, 255 = ink */
    bool has_ink;
    bool pen_down; /* and inside */
    int16_t last_x;
    int16_t last_y;
    /* What is not on the screen yet. */
    bool wiped;
    uint32_t points;
    struct {
        int16_t x;
        int16_t y;
        bool joined; /* to the one before */
    } waiting[PAD_POINTS];
    int16_t drawn_x;
    int16_t drawn_y;
};

void pad_clear(struct pad *pad);

/* A finger touches the screen here, or has moved here; outside of the area the line is interrupted. */
void pad_draw_to(struct pad *pad, int32_t x, int32_t y);

/* The finger has gone. */
void pad_lift(struct pad *pad);

/* The image with the ink's centre of mass in the middle, as MNIST has it; ink is not pushed over the edge. */
void pad_image(const struct pad *pad, uint8_t *image);

bool pad_needs_drawing(const struct pad *pad);
void pad_paint(struct pad *pad, struct canvas *canvas, uint16_t ink, uint16_t paper);

#endif
