#include "conv2d_windows_s8.h"
#include "window_s8.h"

/* The rows of input under one row of outputs. */
struct rows {
    uint32_t *first, *end;
    int32_t words; /* of a row */
};

/* Words of a row: an even number. */
static int32_t row_words(const struct conv2d_windows_s8 *p) {
    const int32_t width = p->output_w * p->window + p->kernel_w - 1;
    if (p->pixels) {
        return (width + PIXELS_COLUMNS - 1) / PIXELS_COLUMNS * PIXELS_BYTES;
    }
    return (width * p->input_c + 7) / 8 * 2;
}

/* Write a row in words: `left` times `border`, `count` words of input, and `border` up to its end. */
static void word_row(uint32_t *to, int32_t words, const int8_t *input, int32_t count, int32_t left, uint32_t border) {
    const uint32_t *const end = to + words, *const first = to + left, *from = (const uint32_t *)(const void *)input;
    const uint32_t *const past = end - first > count ? first + count : end;
    KERNELS_NO_UNROLL
    while (to != first) {
        *to++ = border;
    }
    KERNELS_NO_UNROLL
    while (to != past) {
        *to++ = *from++;
    }
    KERNELS_NO_UNROLL
    while (to != end) {
        *to++ = border;
    }
}

/* The rows after the first `kept`, with their padding. */
static void fill(const struct conv2d_windows_s8 *p, const struct rows *rows, int32_t kept, const int8_t *input,
                 int32_t line) {
    const int32_t depth = p->input_c, from_row = p->input_w * depth, words = rows->words, zero = p->zero;
    uint32_t *to = rows->first + kept * words;
    line += kept;
    input += line > 0 ? line * from_row : 0;
    KERNELS_NO_UNROLL
    for (; to != rows->end; to += words) {
        const int32_t inside = line >= 0 && line < p->input_h ? from_row : 0;
        if (p->pixels) {
            pixels_s8_row(to, words, input, inside, p->pad_left, zero);
        } else {
            word_row(to, words, input, inside / 4, p->pad_left * depth / 4, (uint32_t)(zero & 0xFF) * 0x01010101u);
        }
        input += inside;
        line++;
    }
}

/* One row of outputs. */
static void one_row(const struct conv2d_windows_s8 *p, struct window_s8 *window, const uint32_t *rows, int8_t *output) {
    const int32_t channels = p->output_c;
    const int32_t step = p->window * (p->pixels ? PIXELS_BYTES : p->input_c);
    KERNELS_NO_UNROLL
    for (int32_t channel = 0; channel < channels; channel += WINDOW_CHANNELS) {
        pixels_s8 *const pixels = p->pixels ? p->pixels[channel / WINDOW_CHANNELS] : 0;
        const int8_t *x = (const int8_t *)rows;
        int8_t *to = output + channel;
        if (!pixels) {
            window_s8_begin(window, p->weights, channel);
        }
        KERNELS_NO_UNROLL
        for (int32_t n = p->output_w; n > 0; n--) {
            if (pixels) {
                pixels((const uint32_t *)(const void *)x, window->best);
            } else {
                window_s8(window, x);
            }
            quick_s8(&p->out, window->best, channel, WINDOW_CHANNELS, to);
            x += step;
            to += channels;
        }
    }
}

void conv2d_windows_s8(const struct conv2d_windows_s8 *p, const int8_t *input, int8_t *output, void *scratch) {
    const int32_t depth = p->input_c;
    const int32_t words = row_words(p), row = words * 4;
    const int32_t count = p->kernel_h + p->window - 1;
    const struct rows rows = {scratch, (uint32_t *)scratch + count * words, words};
    struct window_s8 window;
    window.rows = p->kernel_h;
    window.taps = p->kernel_w * depth;
    window.row = row;
    window.patches = p->window * p->window;
    window.offsets[0] = 0;
    window.offsets[1] = depth;
    window.offsets[2] = row;
    window.offsets[3] = row + depth;
    int32_t kept = 0, line = -p->pad_top;
    KERNELS_NO_UNROLL
    for (int32_t y = p->output_h; y > 0; y--) {
        fill(p, &rows, kept, input, line);
        one_row(p, &window, rows.first, output);
        output += p->output_w * p->output_c;
        line += p->window;
        kept = count - p->window;
        /* The rows that are needed again move up. */
        uint32_t *to = rows.first;
        const uint32_t *from = to + p->window * words;
        KERNELS_NO_UNROLL
        for (; from != rows.end; from += 2) {
            const uint32_t first = from[0], second = from[1];
            *to++ = first;
            *to++ = second;
        }
    }
}
