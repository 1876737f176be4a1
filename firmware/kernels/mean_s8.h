/* Mean over neighbouring dimensions, int8; exact to the TFLite reference kernel. */
#ifndef KERNELS_MEAN_S8_H
#define KERNELS_MEAN_S8_H

#include <stdint.h>

/* A layer: [outer][count][inner] values become [outer][inner]. Over height and width of one NHWC image outer is 1,
 * count is height * width and inner the channels.
 *
 * multiplier, shift: input scale / output scale / count, as the reference makes them from integers (reduce.h of
 * LiteRT): with m * 2^(s - 31) = input scale / output scale and n = floor(log2 count), at most 31 + s: (m << n) /
 * count, s - n.
 */
struct mean_s8 {
    int32_t outer, count, inner;
    int32_t input_zero_point, output_zero_point;
    int32_t multiplier, shift;
};

/* input: outer * count * inner values, count at most 2^22.  output: outer * inner values, not overlapping input. */
void mean_s8(const struct mean_s8 *p, const int8_t *input, int8_t *output);

#endif
