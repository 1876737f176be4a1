/* The inner loop of conv2d_windows_s8: the greatest sum of the patches in a pooling window, for four output channels.
 *
 * Inputs are int8, weights lie in the blocks of dot_u8s8.h. With SIMD these are used as they are; without,
 * they are made into packed ones first, two channels in a word (see conv2d_windows_s8.h).
 */
#ifndef KERNELS_WINDOW_S8_H
#define KERNELS_WINDOW_S8_H

#include "dsp.h"
#include <stdint.h>

#define WINDOW_CHANNELS 4
#define WINDOW_TAP_BYTES 8 /* of packed weights: a word for each two channels */

/* Offsets are in bytes; the assembly knows the layout up to best. */
struct window_s8 {
    const void *weights, *end; /* of the four channels; packed ones where there is no SIMD */
    const int8_t *x;           /* scratch of the assembly, as is next */
    const int32_t *next, *last;
    int32_t row_weights; /* bytes of packed weights of a row of a patch */
    int32_t gap;         /* from the end of one row of a patch to the start of the next */
    int32_t best[WINDOW_CHANNELS];
    int32_t offsets[4]; /* of the patches from the start of the window */
    int32_t patches;    /* 4, or 1 */
    int32_t rows, taps; /* of a patch */
    int32_t row;        /* bytes from one row of inputs to the next */
};

/* Prepare for the four output channels from `channel` on.  weights: of the whole layer.  packed: rows * taps *
 * WINDOW_TAP_BYTES bytes of scratch, aligned to 4; not used with SIMD. */
void window_s8_begin(struct window_s8 *w, const int8_t *weights, int32_t channel, uint32_t *packed);

/* Set w->best to the greatest sum of each channel.  x: start of the window. */
void window_s8(struct window_s8 *w, const int8_t *x);

#endif
