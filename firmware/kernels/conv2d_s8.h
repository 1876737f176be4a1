/* Two-dimensional convolution, int8, with per-channel scales; exact to the TFLite reference kernel. */
#ifndef KERNELS_CONV2D_S8_H
#define KERNELS_CONV2D_S8_H

#include "fixed_point.h"
#include <stdint.h>

/* A layer. Tensors are NHWC with N = 1; sizes count elements. Dilation is 1.
 *
 * weights: blocks of dot_u8s8.h in the order: pair of output channels, kernel row, block of the row (kernel_w * input_c
 *     taps, x before channel); the last pair of an odd output_c is filled up with zeros. Aligned to 4.
 * bias: one int32 per output channel, with the input's zero point and the +128 of the inputs folded in:
 *     bias - (zero_point + 128) * (sum of the channel's weights), modulo 2^32; an odd output_c has one more, 0.
 * zero_byte: what a padded input counts as: its zero point + 128, 0..255.
 */
struct conv2d_s8 {
    int16_t input_h, input_w, input_c;
    int16_t kernel_h, kernel_w;
    int16_t stride_h, stride_w;
    int16_t pad_top, pad_left;
    int16_t output_h, output_w, output_c;
    uint8_t zero_byte;
    const int8_t *weights;
    const int32_t *bias;
    struct requantise_s8 out;
};

/* Bytes of scratch that conv2d_s8 needs for a layer: two sums for each output element of a row, the input with its
 * padding, and 3 bytes that are read past it. */
static inline uint32_t conv2d_s8_scratch_bytes(const struct conv2d_s8 *p) {
    const int32_t height = (p->output_h - 1) * p->stride_h + p->kernel_h;
    const int32_t width = (p->output_w - 1) * p->stride_w + p->kernel_w;
    return (uint32_t)(p->output_w * 8 + height * width * p->input_c + 3);
}

/* input: input_h * input_w * input_c values.  output: output_h * output_w * output_c; overlaps neither input nor
 * scratch. scratch: conv2d_s8_scratch_bytes(p) bytes. */
void conv2d_s8(const struct conv2d_s8 *p, const int8_t *input, int8_t *output, void *scratch);

#endif
