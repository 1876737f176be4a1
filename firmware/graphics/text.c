#include "text.h"

#define FONT(width, height) enum { CELL_WIDTH = (width), CELL_HEIGHT = (height) };
#define GLYPH(...)
#include "font.def"
#undef FONT
#undef GLYPH

struct glyph {
    char character;
    uint8_t rows[CELL_HEIGHT];
};

static const struct glyph glyphs[] = {
#define FONT(width, height)
#define GLYPH(character, ...) {character, {__VA_ARGS__}},
#include "font.def"
#undef FONT
#undef GLYPH
};

#define GLYPHS (sizeof glyphs / sizeof glyphs[0])

static const struct glyph *glyph_of(char character) {
    const struct glyph *unknown = glyphs;
    for (uint32_t i = 0; i < GLYPHS; i++) {
        if (glyphs[i].character == character) {
            return &glyphs[i];
        }
        if (glyphs[i].character == '?') {
            unknown = &glyphs[i];
        }
    }
    return unknown;
}

static void put_glyph(struct canvas *canvas, int32_t x, int32_t y, char character, struct text_style style) {
    const struct glyph *glyph = glyph_of(character);
    for (int32_t row = 0; row < CELL_HEIGHT; row++) {
        for (int32_t column = 0; column < CELL_WIDTH; column++) {
            if ((glyph->rows[row] & (0x80u >> column)) != 0u) {
                const struct rectangle pixel = {(int16_t)(x + column * style.scale), (int16_t)(y + row * style.scale),
                                                style.scale, style.scale};
                canvas_fill(canvas, pixel, style.colour);
            }
        }
    }
}

void text_in(struct canvas *canvas, struct rectangle area, const char *text, struct text_style style) {
    const int32_t room = area.width / (CELL_WIDTH * style.scale);
    int32_t length = 0;
    while (text[length] != '\0' && length < room) {
        length++;
    }
    canvas_fill(canvas, area, style.background);
    int32_t x = area.x + (area.width - length * CELL_WIDTH * style.scale) / 2;
    const int32_t y = area.y + (area.height - CELL_HEIGHT * style.scale) / 2;
    for (int32_t i = 0; i < length; i++) {
        put_glyph(canvas, x, y, text[i], style);
        x += CELL_WIDTH * style.scale;
    }
}
