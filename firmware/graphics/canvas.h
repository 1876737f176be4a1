/* Drawing in a frame of RGB565 pixels. Everything is clipped at the frame's edges. */
#ifndef GRAPHICS_CANVAS_H
#define GRAPHICS_CANVAS_H

#include <stdbool.h>
#include <stdint.h>

struct rectangle {
    int16_t x;
    int16_t y;
    int16_t width;
    int16_t height;
};

/* pixels: width * height, row by row; 0 while nothing may be drawn.  changed: what has been drawn since canvas_clean;
 * its width is 0 if that is nothing. */
struct canvas {
    uint16_t *pixels;
    int16_t width;
    int16_t height;
    struct rectangle changed;
};

/* red, green, blue: 0..255. */
#define RGB565(red, green, blue)                                                                                       \
    ((uint16_t)((((unsigned)(red) >> 3) << 11) | (((unsigned)(green) >> 2) << 5) | ((unsigned)(blue) >> 3)))

static inline bool rectangle_has(const struct rectangle *area, int32_t x, int32_t y) {
    return x >= area->x && x < area->x + area->width && y >= area->y && y < area->y + area->height;
}

void canvas_clean(struct canvas *canvas);

void canvas_fill(struct canvas *canvas, struct rectangle area, uint16_t colour);

/* A filled circle of `radius` pixels around a point, clipped at `area` too. */
void canvas_dot(struct canvas *canvas, struct rectangle area, int32_t x, int32_t y, int32_t radius, uint16_t colour);

/* Copy what has changed from one frame of this size to another. */
void canvas_copy_changed(const struct canvas *canvas, const uint16_t *from, uint16_t *to);

#endif
