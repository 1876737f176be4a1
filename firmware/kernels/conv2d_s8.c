#include "conv2d_s8.h"
#include "dot_u8s8.h"
#include "pad.h"

/* One channel of a row of output elements. `sums` has two entries for each, of which the first counts. */
static void one_channel(const struct requantise_s8 *out, int32_t channel, const uint32_t *sums, int32_t count,
                        int8_t *output, int32_t step) {
    const int32_t multiplier = out->multiplier ? out->multiplier[channel] : 0, shift = out->shift[channel];
    const struct requantise_s8 clamp = {
        .zero_point = out->zero_point, .minimum = out->minimum, .maximum = out->maximum};
    KERNELS_NO_UNROLL
    for (; count > 0; count--) {
        const int32_t sum = (int32_t)*sums;
        if (requantise_is_minimum(&clamp, sum)) {
            *output = (int8_t)clamp.minimum;
        } else if (!out->multiplier) {
            *output = requantise_clamp(&clamp, fixed_shift(sum, shift));
        } else {
            *output = requantise_clamp(&clamp, fixed_scale(sum, multiplier, shift));
        }
        sums += DOT_CHANNELS;
        output += step;
    }
}

/* Two channels (one, if the count is odd and these are the last) of all output elements. */
static void one_pair(const struct conv2d_s8 *p, const struct dot_patches *patches, int32_t channel, const uint8_t *x,
                     int32_t step, uint32_t *sums, int8_t *output) {
    const int8_t *w = p->weights + (channel / DOT_CHANNELS) * patches->bytes;
    const int32_t *start = p->bias + channel;
    const int32_t count = p->output_w, channels = p->output_c;
    const int three = DOT_ARMV6M && p->kernel_w * p->input_c == 3; /* elsewhere it makes no difference */
    KERNELS_NO_UNROLL
    for (int32_t y = p->output_h; y > 0; y--) {
        if (three) {
            dot_u8s8_three(patches, x, w, start, sums, count);
        } else {
            dot_u8s8(patches, x, w, start, sums, count);
        }
        one_channel(&p->out, channel, sums, count, output, channels);
        if (channel + 1 < channels) {
            one_channel(&p->out, channel + 1, sums + 1, count, output + 1, channels);
        }
        x += step;
        output += count * channels;
    }
}

void conv2d_s8(const struct conv2d_s8 *p, const int8_t *input, int8_t *output, void *scratch) {
    const int32_t depth = p->input_c;
    const int32_t height = (p->output_h - 1) * p->stride_h + p->kernel_h;
    const int32_t row = ((p->output_w - 1) * p->stride_w + p->kernel_w) * depth;
    const int32_t blocks = (p->kernel_w * depth + DOT_TAPS - 1) / DOT_TAPS;
    const struct dot_patches patches = {
        .row_bytes = blocks * DOT_BLOCK_BYTES,
        .bytes = p->kernel_h * blocks * DOT_BLOCK_BYTES,
        .gap = row - blocks * DOT_TAPS,
        .back = p->stride_w * depth - p->kernel_h * row,
    };
    uint32_t *sums = scratch;
    uint8_t *padded = (uint8_t *)(sums + DOT_CHANNELS * p->output_w);
    const struct pad pad = {height,       row, p->input_h, p->input_w * depth, p->pad_top, p->pad_left * depth,
                            p->zero_byte, 0x80};
    pad_s8((int8_t *)padded, input, &pad);
    KERNELS_NO_UNROLL
    for (int32_t channel = 0; channel < p->output_c; channel += DOT_CHANNELS) {
        one_pair(p, &patches, channel, padded, p->stride_h * row, sums, output + channel);
    }
}
