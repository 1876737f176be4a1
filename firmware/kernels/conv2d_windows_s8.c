#include "conv2d_windows_s8.h"
#include "pad.h"
#include "window_s8.h"

/* The rows of input under one row of outputs. */
struct rows {
    uint32_t *first, *end;
    int32_t words; /* of a row */
    int32_t count;
};

/* Words of a row: an even number. */
static int32_t row_words(const struct conv2d_windows_s8 *p) {
    const int32_t width = p->output_w * p->window + p->kernel_w - 1;
    if (p->pixels) {
        return (width + PIXELS_COLUMNS - 1) / PIXELS_COLUMNS * PIXELS_BYTES;
    }
    return (width * p->input_c + 7) / 8 * 2;
}

/* The rows after the first `kept`, with their padding. */
static void fill(const struct conv2d_windows_s8 *p, const struct rows *rows, int32_t kept, const int8_t *input,
                 int32_t line) {
    const int32_t from_row = p->input_w * p->input_c, height = p->input_h;
    uint32_t *to = rows->first + kept * rows->words;
    line += kept;
    input += line > 0 ? line * from_row : 0;
    if (p->pixels) {
        KERNELS_NO_UNROLL
        for (; to != rows->end; to += rows->words) {
            const int32_t inside = line >= 0 && line < height ? from_row : 0;
            pixels_s8_row(to, rows->words, input, inside, p->pad_left, p->zero);
            input += inside;
            line++;
        }
        return;
    }
    const struct pad pad = {
        .height = rows->count - kept,
        .row = rows->words * 4,
        .from_height = height,
        .from_row = from_row,
        .top = -line,
        .left = p->pad_left * p->input_c,
        .border = p->zero,
    };
    pad_s8((int8_t *)to, input, &pad);
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
    const struct rows rows = {scratch, (uint32_t *)scratch + count * words, words, count};
    struct window_s8 window = {
        .rows = p->kernel_h,
        .taps = p->kernel_w * depth,
        .row = row,
        .offsets = {0, depth, row, row + depth},
        .patches = p->window * p->window,
    };
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
