#include "line.h"

static void put(struct line *line, char character) {
    if (line->length < LINE_CAPACITY - 2u) {
        line->text[line->length++] = character;
    }
}

void line_begin(struct line *line) { line->length = 0; }

void line_text(struct line *line, const char *text) {
    while (*text != '\0') {
        put(line, *text++);
    }
}

void line_printable(struct line *line, uint8_t byte) { put(line, byte >= 0x20u && byte < 0x7Fu ? (char)byte : '?'); }

void line_unsigned(struct line *line, uint32_t value) {
    char digits[10]; /* 4294967295 */
    unsigned count = 0;
    do {
        const uint32_t tens = value / 10u;
        digits[count++] = (char)('0' + (value - tens * 10u));
        value = tens;
    } while (value != 0u);
    while (count > 0u) {
        put(line, digits[--count]);
    }
}

void line_signed(struct line *line, int32_t value) {
    uint32_t magnitude = (uint32_t)value;
    if (value < 0) {
        put(line, '-');
        magnitude = 0u - magnitude;
    }
    line_unsigned(line, magnitude);
}

void line_hex(struct line *line, uint32_t value, unsigned digits) {
    line_text(line, "0x");
    while (digits > 0u) {
        digits--;
        const uint32_t nibble = (value >> (4u * digits)) & 0xFu;
        put(line, (char)(nibble < 10u ? '0' + nibble : 'a' + nibble - 10u));
    }
}

void line_end(struct line *line) {
    line->text[line->length++] = '\r';
    line->text[line->length++] = '\n';
}
