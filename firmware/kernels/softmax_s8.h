/* Softmax, int8 in and out, in fixed point; exact to the TFLite reference kernel. */
#ifndef KERNELS_SOFTMAX_S8_H
#define KERNELS_SOFTMAX_S8_H

#include <stdint.h>

/* A layer over one row. The output has scale 1/256 and zero point -128.
 *
 * multiplier, shift: beta * input scale * 2^26 as multiplier * 2^(shift - 31); multiplier 2^30..2^31-1, shift 0..31.
 * diff_min: inputs that lie further than this below the greatest count as exp(-infinity); 0 or negative.
 */
struct softmax_s8 {
    int32_t count;
    int32_t multiplier;
    int32_t shift;
    int32_t diff_min;
};

/* input: p->count values, at least 1.  output: as many; may be the input. */
void softmax_s8(const struct softmax_s8 *p, const int8_t *input, int8_t *output);

#endif
