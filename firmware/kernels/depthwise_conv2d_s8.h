/* Depthwise two-dimensional convolution, int8, with per-channel scales; exact to the TFLite reference kernel. */
#ifndef KERNELS_DEPTHWISE_CONV2D_S8_H
#define KERNELS_DEPTHWISE_CONV2D_S8_H

#include "fixed_point.h"
#include <stdint.h>

/* A layer. Tensors are NHWC with N = 1; sizes count elements. Dilation is 1.
 *
 * multiplier: output channels for each input channel; output channel c is of input channel c / multiplier.
 * weights: [kernel_h][kernel_w][input_c * multiplier], as in a .tflite file, any alignment.
 * bias: one int32 per output channel, with the input's zero point folded in:
 *     bias - zero_point * (sum of the channel's weights), modulo 2^32.
 * zero_point: of the input, which is what padding counts as.
 */
struct depthwise_conv2d_s8 {
    int16_t input_h, input_w, input_c, multiplier;
    int16_t kernel_h, kernel_w;
    int16_t stride_h, stride_w;
    int16_t pad_top, pad_left;
    int16_t output_h, output_w;
    int8_t zero_point;
    const int8_t *weights;
    const int32_t *bias;
    struct requantise_s8 out;
};

/* Bytes of scratch that depthwise_conv2d_s8 needs: one patch of the input, for windows that hang over. */
static inline uint32_t depthwise_conv2d_s8_scratch_bytes(const struct depthwise_conv2d_s8 *p) {
    return (uint32_t)p->kernel_h * (uint32_t)p->kernel_w * (uint32_t)p->input_c;
}

/* input: input_h * input_w * input_c values.  output: output_h * output_w * input_c * multiplier; overlaps neither
 * input nor scratch. scratch: depthwise_conv2d_s8_scratch_bytes(p) bytes. */
void depthwise_conv2d_s8(const struct depthwise_conv2d_s8 *p, const int8_t *input, int8_t *output, int8_t *scratch);

#endif
