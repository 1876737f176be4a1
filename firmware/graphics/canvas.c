#include "canvas.h"

static int32_t smaller(int32_t left, int32_t right) { return left < right ? left : right; }

static int32_t larger(int32_t left, int32_t right) { return left > right ? left : right; }

static struct rectangle common_part(struct rectangle left, struct rectangle right) {
    const int32_t x = larger(left.x, right.x);
    const int32_t y = larger(left.y, right.y);
    const int32_t end_x = smaller(left.x + left.width, right.x + right.width);
    const int32_t end_y = smaller(left.y + left.height, right.y + right.height);
    return (struct rectangle){(int16_t)x, (int16_t)y, (int16_t)larger(0, end_x - x), (int16_t)larger(0, end_y - y)};
}

static struct rectangle frame_of(const struct canvas *canvas) {
    return (struct rectangle){0, 0, canvas->width, canvas->height};
}

void canvas_clean(struct canvas *canvas) { canvas->changed = (struct rectangle){0, 0, 0, 0}; }

static void note_change(struct canvas *canvas, struct rectangle area) {
    struct rectangle *all = &canvas->changed;
    if (all->width == 0) {
        *all = area;
        return;
    }
    const int32_t end_x = larger(all->x + all->width, area.x + area.width);
    const int32_t end_y = larger(all->y + all->height, area.y + area.height);
    all->x = (int16_t)smaller(all->x, area.x);
    all->y = (int16_t)smaller(all->y, area.y);
    all->width = (int16_t)(end_x - all->x);
    all->height = (int16_t)(end_y - all->y);
}

void canvas_fill(struct canvas *canvas, struct rectangle area, uint16_t colour) {
    area = common_part(area, frame_of(canvas));
    if (area.width == 0 || area.height == 0) {
        return;
    }
    for (int32_t y = area.y; y < area.y + area.height; y++) {
        uint16_t *row = &canvas->pixels[y * canvas->width];
        for (int32_t x = area.x; x < area.x + area.width; x++) {
            row[x] = colour;
        }
    }
    note_change(canvas, area);
}

void canvas_dot(struct canvas *canvas, struct rectangle area, int32_t x, int32_t y, int32_t radius, uint16_t colour) {
    int32_t half = 0; /* of the row's length */
    for (int32_t row = -radius; row <= radius; row++) {
        while (half * half + row * row <= radius * radius) {
            half++;
        }
        while (half > 0 && half * half + row * row > radius * radius) {
            half--;
        }
        const struct rectangle line = {(int16_t)(x - half), (int16_t)(y + row), (int16_t)(2 * half + 1), 1};
        canvas_fill(canvas, common_part(line, area), colour);
    }
}

void canvas_copy_changed(const struct canvas *canvas, const uint16_t *from, uint16_t *to) {
    const struct rectangle *area = &canvas->changed;
    for (int32_t y = area->y; y < area->y + area->height; y++) {
        const int32_t start = y * canvas->width + area->x;
        for (int32_t x = 0; x < area->width; x++) {
            to[start + x] = from[start + x];
        }
    }
}
