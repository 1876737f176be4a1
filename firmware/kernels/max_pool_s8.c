#include "max_pool_s8.h"
#include "dsp.h"

/* The part of a window that lies in the image. */
struct window {
    int32_t rows, columns;
    int32_t step; /* bytes from one element to the next in x: the channels */
    int32_t line; /* bytes from the end of one row of the window to the start of the next */
};

static inline int32_t greater(int32_t a, int32_t b) { return a > b ? a : b; }

/* The greatest of one channel. `x` is its first element. */
static int32_t greatest(const struct window *w, const int8_t *x) {
    const int32_t step = w->step;
    int32_t best = *x;
    KERNELS_NO_UNROLL
    for (int32_t rows = w->rows; rows > 0; rows--) {
        KERNELS_NO_UNROLL
        for (int32_t columns = w->columns; columns > 0; columns--) {
            best = greater(*x, best);
            x += step;
        }
        x += w->line;
    }
    return best;
}

#if KERNELS_DSP
/* The same for four channels at once, one per byte. */
static inline uint32_t greatest_four(const struct window *w, const int8_t *x) {
    const int32_t step = w->step;
    uint32_t best = 0x80808080u;
    KERNELS_NO_UNROLL
    for (int32_t rows = w->rows; rows > 0; rows--) {
        KERNELS_NO_UNROLL
        for (int32_t columns = w->columns; columns > 0; columns--) {
            uint32_t value;
            __builtin_memcpy(&value, x, 4);
            best = dsp_max_s8x4(value, best);
            x += step;
        }
        x += w->line;
    }
    return best;
}
#endif

/* All channels of one output element with any window and activation. */
static void one_pixel(const struct max_pool_s8 *p, const struct window *w, const int8_t *x, int8_t *output) {
    KERNELS_NO_UNROLL
    for (int32_t left = p->channels; left > 0; left--) {
        int32_t value = greater(greatest(w, x++), p->minimum);
        *output++ = (int8_t)(value > p->maximum ? p->maximum : value);
    }
}

/* What a row of whole 2x2 windows without activation needs, which is what most networks have. */
struct quads {
    int32_t channels;
    int32_t skip; /* bytes from the end of a window's left column to the start of the next window */
};

/* Output elements up to `end` from two rows of the image. */
static void row_of_quads(const struct quads *q, const int8_t *upper, const int8_t *lower, int8_t *output,
                         const int8_t *end) {
    const int32_t channels = q->channels, skip = q->skip;
    KERNELS_NO_UNROLL
    do {
        const int8_t *past = upper + channels;
#if KERNELS_DSP
        const struct window w = {
            .rows = 2, .columns = 2, .step = channels, .line = (int32_t)(lower - upper) - 2 * channels};
        KERNELS_NO_UNROLL
        for (; past - upper >= 4; upper += 4, lower += 4, output += 4) {
            uint32_t four = greatest_four(&w, upper);
            __builtin_memcpy(output, &four, 4);
        }
#endif
        KERNELS_NO_UNROLL
        while (upper != past) {
            int32_t value = greater(greater(upper[0], upper[channels]), greater(lower[0], lower[channels]));
            *output++ = (int8_t)value;
            upper++;
            lower++;
        }
        upper += skip;
        lower += skip;
    } while (output != end);
}

/* One row of output elements whose windows have `rows` rows in the image, from `input` on. */
static void one_row(const struct max_pool_s8 *p, const int8_t *input, int32_t rows, int8_t *output) {
    const int32_t channels = p->channels, input_w = p->input_w, row = input_w * channels;
    int32_t left = -p->pad_left;
    KERNELS_NO_UNROLL
    for (int32_t n = p->output_w; n > 0; n--) {
        const int32_t first = greater(left, 0);
        const int32_t past = left + p->window_w < input_w ? left + p->window_w : input_w;
        const struct window w = {rows, past - first, channels, row - (past - first) * channels};
        one_pixel(p, &w, input + first * channels, output);
        left += p->stride_w;
        output += channels;
    }
}

void max_pool_s8(const struct max_pool_s8 *p, const int8_t *input, int8_t *output) {
    const int32_t row = p->input_w * p->channels, output_row = p->output_w * p->channels;
    const struct quads quads = {p->channels, (p->stride_w - 1) * p->channels};
    const int whole = p->window_w == 2 && p->pad_left == 0 && (p->output_w - 1) * p->stride_w + 2 <= p->input_w &&
                      p->minimum == INT8_MIN && p->maximum == INT8_MAX;
    int32_t top = -p->pad_top;
    KERNELS_NO_UNROLL
    for (int32_t n = p->output_h; n > 0; n--) {
        const int32_t first = greater(top, 0);
        const int32_t past = top + p->window_h < p->input_h ? top + p->window_h : p->input_h;
        const int8_t *upper = input + first * row;
        if (whole && past - first == 2) {
            row_of_quads(&quads, upper, upper + row, output, output + output_row);
        } else {
            one_row(p, upper, past - first, output);
        }
        top += p->stride_h;
        output += output_row;
    }
}

/* Output elements from `output` to `end`; `row` is the distance of both input rows. */
static const int8_t *row_of_pairs(const int8_t *x, int32_t row, int8_t *output, const int8_t *end) {
#if KERNELS_DSP
    KERNELS_NO_UNROLL
    for (; end - output >= 2; output += 2) {
        uint32_t above, below;
        __builtin_memcpy(&above, x, 4);
        __builtin_memcpy(&below, x + row, 4);
        const uint32_t columns = dsp_max_s8x4(above, below);
        const uint32_t both = dsp_max_s8x4(columns, columns >> 8);
        output[0] = (int8_t)both;
        output[1] = (int8_t)(both >> 16);
        x += 4;
    }
#endif
#ifdef __ARM_ARCH_6M__
    /* 25 cycles for an element: signed bytes are loaded with two registers only. */
    int32_t best, other;
    __asm__ volatile("1: movs %[best], #0\n"
                     "ldrsb %[best], [%[x], %[best]]\n"
                     "ldrsb %[other], [%[x], %[one]]\n"
                     "cmp %[best], %[other]\n bge 2f\n mov %[best], %[other]\n"
                     "2: ldrsb %[other], [%[x], %[row]]\n"
                     "cmp %[best], %[other]\n bge 2f\n mov %[best], %[other]\n"
                     "2: ldrsb %[other], [%[x], %[next]]\n"
                     "cmp %[best], %[other]\n bge 2f\n mov %[best], %[other]\n"
                     "2: strb %[best], [%[output]]\n"
                     "adds %[x], #2\n adds %[output], #1\n"
                     "cmp %[output], %[end]\n bne 1b\n"
                     : [x] "+l"(x), [output] "+l"(output), [best] "=&l"(best), [other] "=&l"(other)
                     : [one] "l"(1), [row] "l"(row), [next] "l"(row + 1), [end] "h"(end)
                     : "cc", "memory");
#else
    KERNELS_NO_UNROLL
    for (; output != end; x += 2) {
        *output++ = (int8_t)greater(greater(x[0], x[1]), greater(x[row], x[row + 1]));
    }
#endif
    return x;
}

void max_pool_pairs_s8(const struct max_pool_pairs_s8 *p, const int8_t *input, int8_t *output) {
    const int32_t row = p->input_w, width = p->output_w, gap = 2 * row - 2 * width;
    const int8_t *x = input, *end = output;
    KERNELS_NO_UNROLL
    for (int32_t n = p->output_h; n > 0; n--) {
        end += width;
        x = row_of_pairs(x, row, output, end) + gap;
        output += width;
    }
}
