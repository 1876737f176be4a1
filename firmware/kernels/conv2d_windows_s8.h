/* Convolution fused with the 2x2 max-pooling that follows it, or alone; int8, per-channel scales, stride 1, output
 * channels in fours. Exact to the TFLite reference kernels of both operators. */
#ifndef KERNELS_CONV2D_WINDOWS_S8_H
#define KERNELS_CONV2D_WINDOWS_S8_H

#include "fixed_point.h"
#include <stdint.h>

/* A layer. Sizes, weights and out as in conv2d_s8.h, but for
 *
 * bias: one int32 per output channel, with the input's zero point folded in:
 *     bias - zero_point * (sum of the channel's weights).
 * zero: what a padded input counts as: its zero point.
 * output_h, output_w: after pooling.  output_c: a multiple of 4.
 * window: 2 where 2x2 outputs of the convolution become one, 1 where there is no pooling.
 *
 * quick: 0, or the shift of requantise_quick_s8. Then out.multiplier has its multiplier and rounding for each channel
 *     in turn, and out.shift is not used.
 *
 * Scaling grows with the accumulator, so the greatest of four accumulators gives the greatest of four outputs: only one
 * is scaled. Outputs that no window covers are not computed.
 *
 * Without SIMD two products come from one multiplication: a packed weight is that of one output channel plus 2^16 times
 * that of the next. It is exact as long as a sum fits into 16 bits with its sign, so sums are taken apart after each
 * group of taps: three, or two where a kernel is 3x3 on one channel. The code generator proves for every group and
 * channel that it is so for all int8 inputs, and that no whole accumulator leaves 32 bits; else it takes conv2d_s8.
 */
struct conv2d_windows_s8 {
    int16_t input_h, input_w, input_c;
    int16_t kernel_h, kernel_w;
    int16_t pad_top, pad_left;
    int16_t output_h, output_w, output_c;
    int16_t window;
    int8_t zero;
    int16_t quick;
    const int8_t *weights;
    const int32_t *bias;
    struct requantise_s8 out;
};

/* Bytes of scratch that conv2d_windows_s8 needs for a layer: the packed weights of four channels, the input with its
 * padding, and 3 bytes that are read past it. */
static inline uint32_t conv2d_windows_s8_scratch_bytes(const struct conv2d_windows_s8 *p) {
    const int32_t height = p->output_h * p->window + p->kernel_h - 1;
    const int32_t width = p->output_w * p->window + p->kernel_w - 1;
    return (uint32_t)(p->kernel_h * p->kernel_w * p->input_c * 8 + height * width * p->input_c + 3);
}

/* input: input_h * input_w * input_c values.  output: output_h * output_w * output_c; overlaps neither input nor
 * scratch. scratch: conv2d_windows_s8_scratch_bytes(p) bytes, aligned to 4. */
void conv2d_windows_s8(const struct conv2d_windows_s8 *p, const int8_t *input, int8_t *output, void *scratch);

#endif
