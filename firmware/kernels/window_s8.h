/* The inner loop of conv2d_windows_s8: the greatest sum of the patches in a pooling window, for four output channels
 * (a to d), whose weights are read from memory.
 *
 * Inputs are int8. Weights are words, for each four channels row by row of a patch:
 *
 * Without SIMD, for each tap one word of a and b and one of c and d: the first channel's weight plus 2^16 times the
 * second's, both with their signs. One product serves two channels. It is exact as long as a sum fits into 16 bits with
 * its sign, so sums are taken apart after each three taps; a row is a multiple of three. The code generator proves for
 * every group and channel that it is so for all int8 inputs, and that no whole accumulator leaves 32 bits.
 *
 * With SIMD, for each four taps eight words of two int16: taps 0 and 2 of a, b, c and d, then taps 1 and 3, as SXTB16
 * takes four inputs apart; and a ninth: how many bytes further the next inputs are. A row that is no multiple of four
 * is filled up with zeros.
 */
#ifndef KERNELS_WINDOW_S8_H
#define KERNELS_WINDOW_S8_H

#include "dsp.h"
#include <stdint.h>

#define WINDOW_CHANNELS 4
#define WINDOW_BLOCK 4 /* taps with SIMD */

/* Words of weights for `taps` taps of a row. */
#if KERNELS_DSP
#define WINDOW_WORDS(taps) (((taps) + WINDOW_BLOCK - 1) / WINDOW_BLOCK * 9)
#else
#define WINDOW_WORDS(taps) (2 * (taps))
#endif

/* Offsets are in bytes; the assembly knows the layout up to best. */
struct window_s8 {
    const int32_t *weights, *end; /* of the four channels */
    const int8_t *x;              /* scratch of the assembly, as is next */
    const int32_t *next, *last;
    int32_t row_weights; /* bytes of weights of a row of a patch */
    int32_t gap;         /* from the end of one row of a patch to the start of the next */
    int32_t best[WINDOW_CHANNELS];
    int32_t offsets[4]; /* of the patches from the start of the window */
    int32_t patches;    /* 4, or 1 */
    int32_t rows, taps; /* of a patch */
    int32_t row;        /* bytes from one row of inputs to the next */
};

/* Prepare for the four output channels from `channel` on.  weights: of the whole layer. */
void window_s8_begin(struct window_s8 *w, const int32_t *weights, int32_t channel);

/* Set w->best to the greatest sum of each channel.  x: start of the window. */
void window_s8(struct window_s8 *w, const int8_t *x);

#endif
