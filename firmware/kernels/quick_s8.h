/* Accumulators to int8 with two short products instead of a long one. */
#ifndef KERNELS_QUICK_S8_H
#define KERNELS_QUICK_S8_H

#include <stdint.h>

#define QUICK_BITS 18 /* of an accumulator */
#define QUICK_HALF 14 /* bits of half a multiplier */

/* A layer. The arrays have one entry per output channel, and one more where these are odd.
 *
 * bias: what is added to a sum before anything else. It is shifted so that every accumulator up to 0 gives the minimum,
 *     and the first one above does not.
 * scale: two words for each channel, or two for all of them: the upper half of the multiplier * 2^16 + its lower half
 * (14 bits each); the rounding. step: bytes from the scale of one channel to that of the next, 8 or 0. An output is
 * minimum + ((accumulator * multiplier / 2^14, rounded down, + rounding) >> shift), at most the maximum.
 *
 * The code generator has compared this with the reference for every accumulator from 0 to 2^18 - 1, and knows that
 * greater ones give the maximum.
 */
struct quick_s8 {
    const int32_t *bias;
    const int32_t *scale;
    int16_t shift, step;
    int8_t minimum, maximum;
};

/* 2 or 4 outputs from sums without bias.  count: how many.  channel: of the first, even. */
void quick_s8(const struct quick_s8 *q, const int32_t *sums, int32_t channel, int32_t count, int8_t *output);

#endif
