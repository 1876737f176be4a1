#include "conv2d_rows_s8.h"
#include "dot_rows_s8.h"

/* Bytes to copy, or the zero point as often where there is nothing to copy from. */
static int8_t *fill(int8_t *to, const int8_t *from, int32_t count, int8_t zero_point) {
    const int8_t *end = to + count;
    if (from) {
        KERNELS_NO_UNROLL
        for (; end - to >= 4; to += 4, from += 4) {
            __builtin_memcpy(to, from, 4);
        }
        KERNELS_NO_UNROLL
        while (to != end) {
            *to++ = *from++;
        }
    }
    KERNELS_NO_UNROLL
    while (to != end) {
        *to++ = zero_point;
    }
    return to;
}

/* Copy the patch whose first element is (top, left), which may lie outside, to scratch. */
static void gather(const struct conv2d_rows_s8 *p, const int8_t *input, int32_t top, int32_t left, int8_t *scratch) {
    const int32_t depth = p->input_c, line = p->input_w * depth;
    const int whole = p->dilation_w == 1 && left >= 0 && left + p->kernel_w <= p->input_w;
    KERNELS_NO_UNROLL
    for (int32_t row = 0; row < p->kernel_h; row++) {
        const int32_t y = top + row * p->dilation_h;
        const int8_t *from = y >= 0 && y < p->input_h ? input + y * line : 0;
        if (whole || !from) {
            scratch = fill(scratch, from ? from + left * depth : 0, p->kernel_w * depth, p->zero_point);
            continue;
        }
        KERNELS_NO_UNROLL
        for (int32_t column = 0; column < p->kernel_w; column++) {
            const int32_t x = left + column * p->dilation_w;
            scratch = fill(scratch, x >= 0 && x < p->input_w ? from + x * depth : 0, depth, p->zero_point);
        }
    }
}

/* All output channels of one patch, two at a time. */
static void one_patch(const struct conv2d_rows_s8 *p, const int8_t *patch, int32_t count, int8_t *output) {
    const int8_t *weights = p->weights;
    const int32_t last = p->output_c - 1;
    KERNELS_NO_UNROLL
    for (int32_t channel = 0; channel <= last; channel += 2) {
        const int32_t other = channel < last ? channel + 1 : channel;
        uint32_t sums[2] = {(uint32_t)p->bias[channel], (uint32_t)p->bias[other]};
        dot_rows_s8(patch, weights, weights + (other - channel) * count, count, sums);
        output[channel] = requantise_twice_s8(&p->out, (int32_t)sums[0], channel);
        output[other] = requantise_twice_s8(&p->out, (int32_t)sums[other - channel], other);
        weights += 2 * count;
    }
}

void conv2d_rows_s8(const struct conv2d_rows_s8 *p, const int8_t *input, int8_t *output, int8_t *scratch) {
    const int32_t count = (int32_t)conv2d_rows_s8_scratch_bytes(p);
    const int in_place = p->kernel_h == 1 && p->kernel_w == 1 && p->pad_top == 0 && p->pad_left == 0;
    KERNELS_NO_UNROLL
    for (int32_t y = 0; y < p->output_h; y++) {
        KERNELS_NO_UNROLL
        for (int32_t x = 0; x < p->output_w; x++) {
            const int32_t top = y * p->stride_h - p->pad_top, left = x * p->stride_w - p->pad_left;
            const int8_t *patch = scratch;
            if (in_place) { /* a patch is one element of the input */
                patch = input + (top * p->input_w + left) * p->input_c;
            } else {
                gather(p, input, top, left, scratch);
            }
            one_patch(p, patch, count, output);
            output += p->output_c;
        }
    }
}
