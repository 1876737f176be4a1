#include "max_pool_s8.h"
#include "dsp.h"

/* The part of a window that lies in the image: rows * columns elements from `first`. */
struct window {
    const int8_t *first;
    int32_t rows, columns;
    int32_t step; /* bytes from one element to the next in x */
    int32_t line; /* bytes from the end of one row of the window to the start of the next */
};

static int32_t greatest(const struct window *w) {
    const int8_t *x = w->first;
    int32_t best = *x;
    for (int32_t rows = w->rows; rows > 0; rows--) {
        for (int32_t columns = w->columns; columns > 0; columns--) {
            int32_t value = *x;
            x += w->step;
            if (value > best) {
                best = value;
            }
        }
        x += w->line;
    }
    return best;
}

#if KERNELS_DSP
/* The same for four channels at once, one per byte. */
static uint32_t greatest_four(const struct window *w) {
    const int8_t *x = w->first;
    uint32_t best = 0x80808080u;
    for (int32_t rows = w->rows; rows > 0; rows--) {
        for (int32_t columns = w->columns; columns > 0; columns--) {
            uint32_t value;
            __builtin_memcpy(&value, x, 4);
            x += w->step;
            best = dsp_max_s8x4(value, best);
        }
        x += w->line;
    }
    return best;
}
#endif

/* All channels of one output element. Returns the end of it. */
static int8_t *one_pixel(const struct max_pool_s8 *p, struct window w, int8_t *output) {
    int32_t left = p->channels;
#if KERNELS_DSP
    for (; left >= 4 && p->minimum == INT8_MIN && p->maximum == INT8_MAX; left -= 4) {
        uint32_t four = greatest_four(&w);
        __builtin_memcpy(output, &four, 4);
        w.first += 4;
        output += 4;
    }
#endif
    for (; left > 0; left--) {
        int32_t value = greatest(&w);
        value = value < p->minimum ? p->minimum : value;
        *output++ = (int8_t)(value > p->maximum ? p->maximum : value);
        w.first++;
    }
    return output;
}

void max_pool_s8(const struct max_pool_s8 *p, const int8_t *input, int8_t *output) {
    int32_t row = p->input_w * p->channels;
    struct window w = {.step = p->channels};
    for (int32_t oy = 0; oy < p->output_h; oy++) {
        int32_t top = oy * p->stride_h - p->pad_top;
        int32_t bottom = top + p->window_h < p->input_h ? top + p->window_h : p->input_h;
        top = top > 0 ? top : 0;
        w.rows = bottom - top;
        for (int32_t ox = 0; ox < p->output_w; ox++) {
            int32_t left = ox * p->stride_w - p->pad_left;
            int32_t right = left + p->window_w < p->input_w ? left + p->window_w : p->input_w;
            left = left > 0 ? left : 0;
            w.columns = right - left;
            w.line = row - w.columns * p->channels;
            w.first = input + top * row + left * p->channels;
            output = one_pixel(p, w, output);
        }
    }
}
