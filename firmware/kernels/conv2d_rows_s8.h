/* Two-dimensional convolution, int8, with weights in the order of a .tflite file; exact to the TFLite reference kernel.
 *
 * For models that are not known before they run. Where they are, the code generator reorders the weights for
 * conv2d_s8 and conv2d_windows_s8, which are faster. */
#ifndef KERNELS_CONV2D_ROWS_S8_H
#define KERNELS_CONV2D_ROWS_S8_H

#include "fixed_point.h"
#include <stdint.h>

/* A layer. Tensors are NHWC with N = 1; sizes count elements.
 *
 * weights: [output_c][kernel_h][kernel_w][input_c], any alignment.
 * bias: one int32 per output channel, with the input's zero point folded in:
 *     bias - zero_point * (sum of the channel's weights), modulo 2^32.
 * zero_point: of the input, which is what padding counts as.
 */
struct conv2d_rows_s8 {
    int16_t input_h, input_w, input_c;
    int16_t kernel_h, kernel_w;
    int16_t stride_h, stride_w;
    int16_t dilation_h, dilation_w;
    int16_t pad_top, pad_left;
    int16_t output_h, output_w, output_c;
    int8_t zero_point;
    const int8_t *weights;
    const int32_t *bias;
    struct requantise_s8 out;
};

/* Bytes of scratch that conv2d_rows_s8 needs: one patch of the input. */
static inline uint32_t conv2d_rows_s8_scratch_bytes(const struct conv2d_rows_s8 *p) {
    return (uint32_t)p->kernel_h * (uint32_t)p->kernel_w * (uint32_t)p->input_c;
}

/* input: input_h * input_w * input_c values.  output: output_h * output_w * output_c; overlaps neither input nor
 * scratch. scratch: conv2d_rows_s8_scratch_bytes(p) bytes. */
void conv2d_rows_s8(const struct conv2d_rows_s8 *p, const int8_t *input, int8_t *output, int8_t *scratch);

#endif
