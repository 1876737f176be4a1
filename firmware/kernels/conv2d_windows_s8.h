/* Convolution fused with the 2x2 max-pooling that follows it, or alone; int8, per-channel scales, stride 1, output
 * channels in fours. Exact to the TFLite reference kernels of both operators. */
#ifndef KERNELS_CONV2D_WINDOWS_S8_H
#define KERNELS_CONV2D_WINDOWS_S8_H

#include "pixels_s8.h"
#include "quick_s8.h"
#include <stdint.h>

/* A layer. Tensors are NHWC with N = 1; sizes count elements.
 *
 * pad_top, pad_left: how far the first patch hangs over.
 * input_c: a multiple of 4, or 1 with pixels.
 * output_h, output_w: after pooling.  output_c: a multiple of 4.
 * window: 2 where 2x2 outputs of the convolution become one, 1 where there is no pooling.
 * zero: what a padded input counts as: its zero point.
 * weights: in the layout of window_s8.h; not used with pixels.
 * pixels: 0, or for each four output channels the function that the generator has made of the weights (see
 * pixels_s8.h): for 3x3 kernels on one channel, and windows of 2. out: with the input's zero point folded into its
 * bias: bias - zero_point * (sum of the channel's weights).
 *
 * Scaling grows with the accumulator, so the greatest of four accumulators gives the greatest of four outputs: only one
 * is scaled. Outputs that no window covers are not computed.
 *
 * Only as many rows of the input as one row of outputs needs are copied, with their padding. So the output may lie
 * where the input does, if the rows that it covers have been copied before; the generator looks at every row.
 */
struct conv2d_windows_s8 {
    int16_t input_h, input_w, input_c;
    int16_t kernel_h, kernel_w;
    int16_t pad_top, pad_left;
    int16_t output_h, output_w, output_c;
    int16_t window;
    int8_t zero;
    const int32_t *weights;
    pixels_s8 *const *pixels;
    struct quick_s8 out;
};

/* Bytes of scratch that conv2d_windows_s8 needs for a layer: the rows of input under one row of outputs, each a
 * multiple of 8, or of 16 with pixels, and 4 bytes that are read past them. */
static inline uint32_t conv2d_windows_s8_scratch_bytes(const struct conv2d_windows_s8 *p) {
    const int32_t width = p->output_w * p->window + p->kernel_w - 1;
    const int32_t row = p->pixels ? (width + 3) / 4 * 16 : (width * p->input_c + 7) / 8 * 8;
    return (uint32_t)((p->kernel_h + p->window - 1) * row + 4);
}

/* input: input_h * input_w * input_c values, aligned to 4 but with pixels.  output: output_h * output_w * output_c.
 * scratch: conv2d_windows_s8_scratch_bytes(p) bytes, aligned to 4; overlaps neither. */
void conv2d_windows_s8(const struct conv2d_windows_s8 *p, const int8_t *input, int8_t *output, void *scratch);

#endif
