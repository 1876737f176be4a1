#include "average_pool_s8.h"
#include "fixed_point.h"

/* The part of a window that lies in the image. */
struct area {
    const int8_t *first;
    int32_t rows, columns;
    int32_t step; /* bytes from one element to the next: the channels */
    int32_t line; /* bytes from one row to the next */
};

static int32_t sum_of(const struct area *area, int32_t channel) {
    const int8_t *row = area->first + channel;
    int32_t sum = 0;
    KERNELS_NO_UNROLL
    for (int32_t y = area->rows; y > 0; y--) {
        const int8_t *x = row;
        KERNELS_NO_UNROLL
        for (int32_t n = area->columns; n > 0; n--) {
            sum += *x;
            x += area->step;
        }
        row += area->line;
    }
    return sum;
}

/* The power of two that a count is, or -1. */
static int32_t exponent_of(int32_t count) {
    int32_t exponent = 0;
    KERNELS_NO_UNROLL
    while ((count & 1) == 0) {
        count >>= 1;
        exponent++;
    }
    return count == 1 ? exponent : -1;
}

/* A quotient, rounded to nearest, halves away from zero. Armv6-M has no division; most windows are powers of two. */
static int32_t quotient(int32_t sum, int32_t count, int32_t exponent) {
    if (exponent >= 0) {
        return fixed_rounding_shift(sum, exponent);
    }
    return (sum > 0 ? sum + count / 2 : sum - count / 2) / count;
}

/* One output element, all channels. */
static void average(const struct average_pool_s8 *p, const struct area *area, int8_t *output) {
    const int32_t count = area->rows * area->columns, exponent = exponent_of(count);
    KERNELS_NO_UNROLL
    for (int32_t channel = 0; channel < p->channels; channel++) {
        int32_t value = quotient(sum_of(area, channel), count, exponent);
        value = value < p->minimum ? p->minimum : value;
        output[channel] = (int8_t)(value > p->maximum ? p->maximum : value);
    }
}

void average_pool_s8(const struct average_pool_s8 *p, const int8_t *input, int8_t *output) {
    const int32_t line = p->input_w * p->channels;
    KERNELS_NO_UNROLL
    for (int32_t y = 0; y < p->output_h; y++) {
        const int32_t top = y * p->stride_h - p->pad_top, first_y = top > 0 ? top : 0;
        const int32_t past_y = top + p->window_h < p->input_h ? top + p->window_h : p->input_h;
        KERNELS_NO_UNROLL
        for (int32_t x = 0; x < p->output_w; x++) {
            const int32_t left = x * p->stride_w - p->pad_left, first_x = left > 0 ? left : 0;
            const int32_t past_x = left + p->window_w < p->input_w ? left + p->window_w : p->input_w;
            const struct area area = {input + first_y * line + first_x * p->channels, past_y - first_y,
                                      past_x - first_x, p->channels, line};
            average(p, &area, output);
            output += p->channels;
        }
    }
}
