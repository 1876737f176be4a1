/* Sums of products of rows of int8, with weights as they lie in a .tflite file: one output channel after another. */
#ifndef KERNELS_DOT_ROWS_S8_H
#define KERNELS_DOT_ROWS_S8_H

#include "dsp.h"
#include <stdint.h>

/* Add to sums[0] and sums[1], modulo 2^32, the products of x with two rows of weights.
 *
 * x, a, b: `count` values each, any alignment, of which no more is read; a and b may be the same. */
static inline void dot_rows_s8(const int8_t *x, const int8_t *a, const int8_t *b, int32_t count, uint32_t sums[2]) {
    uint32_t first = sums[0], second = sums[1];
#if KERNELS_DSP
    KERNELS_NO_UNROLL
    for (; count >= 4; count -= 4) {
        uint32_t four, left, right;
        __builtin_memcpy(&four, x, 4); /* Armv7E-M loads unaligned words */
        __builtin_memcpy(&left, a, 4);
        __builtin_memcpy(&right, b, 4);
        const uint32_t even = dsp_sxtb16(four), odd = dsp_sxtb16_ror8(four);
        first = dsp_smlad(even, dsp_sxtb16(left), first);
        second = dsp_smlad(even, dsp_sxtb16(right), second);
        first = dsp_smlad(odd, dsp_sxtb16_ror8(left), first);
        second = dsp_smlad(odd, dsp_sxtb16_ror8(right), second);
        x += 4;
        a += 4;
        b += 4;
    }
#endif
    KERNELS_NO_UNROLL
    for (; count > 0; count--) {
        const int32_t value = *x++;
        first += (uint32_t)(value * *a++);
        second += (uint32_t)(value * *b++);
    }
    sums[0] = first;
    sums[1] = second;
}

#endif
