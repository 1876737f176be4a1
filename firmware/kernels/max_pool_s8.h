/* Max-pooling, int8; exact to the TFLite reference kernel. */
#ifndef KERNELS_MAX_POOL_S8_H
#define KERNELS_MAX_POOL_S8_H

#include <stdint.h>

/* A layer. Tensors are NHWC with N = 1; input and output have `channels` channels and one quantisation.
 * pad_top, pad_left: how far the first window hangs over; what lies outside does not count.
 * minimum, maximum: fused activation, in steps; -128 and 127 without one.
 */
struct max_pool_s8 {
    int16_t input_h, input_w, channels;
    int16_t window_h, window_w;
    int16_t stride_h, stride_w;
    int16_t pad_top, pad_left;
    int16_t output_h, output_w;
    int8_t minimum, maximum;
};

/* input: input_h * input_w * channels values.  output: output_h * output_w * channels, not overlapping input. */
void max_pool_s8(const struct max_pool_s8 *p, const int8_t *input, int8_t *output);

/* The same for one channel where the windows are 2x2, side by side, whole and without activation. */
struct max_pool_pairs_s8 {
    int16_t input_w, output_h, output_w;
};

void max_pool_pairs_s8(const struct max_pool_pairs_s8 *p, const int8_t *input, int8_t *output);

#endif
