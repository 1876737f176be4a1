#include "pad.h"

#define PEN_RADIUS 8 /* on the screen; a brush of 3 cells is 26 pixels wide, its edge grey */

/* The brush: its middle, the four beside it, the four corners. */
static const uint8_t brush[3] = {255, 192, 96};

void pad_clear(struct pad *pad) {
    for (uint32_t i = 0; i < PAD_PIXELS; i++) {
        pad->grid[i] = 0;
    }
    pad->has_ink = false;
    pad->pen_down = false;
    pad->points = 0;
    pad->wiped = true;
}

static int32_t absolute(int32_t value) { return value < 0 ? -value : value; }

static void put_brush(struct pad *pad, int32_t column, int32_t row) {
    for (int32_t y = row - 1; y <= row + 1; y++) {
        for (int32_t x = column - 1; x <= column + 1; x++) {
            if (x < 0 || x >= PAD_SIDE || y < 0 || y >= PAD_SIDE) {
                continue;
            }
            const uint8_t grey = brush[absolute(x - column) + absolute(y - row)];
            uint8_t *cell = &pad->grid[y * PAD_SIDE + x];
            if (*cell < grey) {
                *cell = grey;
            }
        }
    }
}

/* Every cell that the line from the last point to this one passes. */
static void put_line(struct pad *pad, int32_t x, int32_t y) {
    const int32_t dx = x - pad->last_x;
    const int32_t dy = y - pad->last_y;
    const int32_t steps = absolute(dx) > absolute(dy) ? absolute(dx) : absolute(dy);
    for (int32_t step = 0; step <= steps; step++) {
        const int32_t part = steps == 0 ? 1 : steps;
        const int32_t at_x = pad->last_x + dx * step / part - pad->area.x;
        const int32_t at_y = pad->last_y + dy * step / part - pad->area.y;
        put_brush(pad, at_x * PAD_SIDE / pad->area.width, at_y * PAD_SIDE / pad->area.height);
    }
}

void pad_draw_to(struct pad *pad, int32_t x, int32_t y) {
    if (!rectangle_has(&pad->area, x, y)) {
        pad->pen_down = false;
        return;
    }
    const bool joined = pad->pen_down;
    if (!joined) {
        pad->last_x = (int16_t)x;
        pad->last_y = (int16_t)y;
    }
    put_line(pad, x, y);
    pad->pen_down = true;
    pad->has_ink = true;
    pad->last_x = (int16_t)x;
    pad->last_y = (int16_t)y;
    if (pad->points < PAD_POINTS) { /* else the screen lacks a piece; the image does not */
        pad->waiting[pad->points].x = (int16_t)x;
        pad->waiting[pad->points].y = (int16_t)y;
        pad->waiting[pad->points].joined = joined;
        pad->points++;
    }
}

void pad_lift(struct pad *pad) { pad->pen_down = false; }

struct extent {
    int32_t first;
    int32_t last;
};

/* How far to move along one axis: the centre of mass, sum / mass, goes to 13.5, but no ink over the edge. */
static int32_t shift_of(uint32_t sum, uint32_t mass, struct extent ink) {
    const int32_t doubled = (int32_t)((2u * sum + mass / 2u) / mass); /* in half pixels, rounded */
    int32_t shift = (PAD_SIDE - 1 - doubled + 1) >> 1;
    if (shift < -ink.first) {
        shift = -ink.first;
    }
    if (shift > PAD_SIDE - 1 - ink.last) {
        shift = PAD_SIDE - 1 - ink.last;
    }
    return shift;
}

static void extend(struct extent *extent, int32_t position) {
    if (position < extent->first) {
        extent->first = position;
    }
    if (position > extent->last) {
        extent->last = position;
    }
}

void pad_image(const struct pad *pad, uint8_t *image) {
    uint32_t mass = 0;
    uint32_t sum_x = 0;
    uint32_t sum_y = 0;
    struct extent columns = {PAD_SIDE, -1};
    struct extent rows = {PAD_SIDE, -1};
    for (int32_t i = 0; i < PAD_PIXELS; i++) {
        image[i] = 0;
        if (pad->grid[i] != 0u) {
            mass += pad->grid[i];
            sum_x += (uint32_t)(i % PAD_SIDE) * pad->grid[i];
            sum_y += (uint32_t)(i / PAD_SIDE) * pad->grid[i];
            extend(&columns, i % PAD_SIDE);
            extend(&rows, i / PAD_SIDE);
        }
    }
    if (mass == 0u) {
        return;
    }
    const int32_t move = shift_of(sum_y, mass, rows) * PAD_SIDE + shift_of(sum_x, mass, columns);
    for (int32_t i = 0; i < PAD_PIXELS; i++) {
        if (pad->grid[i] != 0u) {
            image[i + move] = pad->grid[i];
        }
    }
}

bool pad_needs_drawing(const struct pad *pad) { return pad->wiped || pad->points > 0u; }

static void paint_line(struct pad *pad, struct canvas *canvas, int32_t x, int32_t y, uint16_t ink) {
    const int32_t dx = x - pad->drawn_x;
    const int32_t dy = y - pad->drawn_y;
    const int32_t length = absolute(dx) > absolute(dy) ? absolute(dx) : absolute(dy);
    const int32_t steps = length / 2 + 1;
    for (int32_t step = 0; step <= steps; step++) {
        canvas_dot(canvas, pad->area, pad->drawn_x + dx * step / steps, pad->drawn_y + dy * step / steps, PEN_RADIUS,
                   ink);
    }
}

void pad_paint(struct pad *pad, struct canvas *canvas, uint16_t ink, uint16_t paper) {
    if (pad->wiped) {
        canvas_fill(canvas, pad->area, paper);
        pad->wiped = false;
    }
    for (uint32_t i = 0; i < pad->points; i++) {
        if (!pad->waiting[i].joined) {
            pad->drawn_x = pad->waiting[i].x;
            pad->drawn_y = pad->waiting[i].y;
        }
        paint_line(pad, canvas, pad->waiting[i].x, pad->waiting[i].y, ink);
        pad->drawn_x = pad->waiting[i].x;
        pad->drawn_y = pad->waiting[i].y;
    }
    pad->points = 0;
}
