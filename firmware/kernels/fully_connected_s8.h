/* Dense layer, int8, with one scale or one per output; exact to the TFLite reference kernel. */
#ifndef KERNELS_FULLY_CONNECTED_S8_H
#define KERNELS_FULLY_CONNECTED_S8_H

#include "fixed_point.h"
#include "quick_s8.h"
#include <stdint.h>

/* A layer. weights and bias as in conv2d_s8.h, with the inputs as one kernel row.
 *
 * The reference multiplies the accumulator by a double, input scale * weight scale / output scale, and rounds halves
 * away from zero. The code generator proves that `out` gives the same for every accumulator the layer can have: it
 * compares the accumulators at which the output goes from one value to the next.
 */
struct fully_connected_s8 {
    int16_t inputs, outputs;
    const int8_t *weights;
    const int32_t *bias;
    struct requantise_s8 out;
};

/* Bytes of scratch that fully_connected_s8 needs: the inputs, and 3 bytes that are read past them. */
static inline uint32_t fully_connected_s8_scratch_bytes(const struct fully_connected_s8 *p) {
    return (uint32_t)p->inputs + 3u;
}

/* input: p->inputs values.  output: p->outputs values; overlaps neither weights nor scratch.
 * scratch: fully_connected_s8_scratch_bytes(p) bytes. */
void fully_connected_s8(const struct fully_connected_s8 *p, const int8_t *input, int8_t *output, void *scratch);

/* The same layer where the generator can prove the short scaling of quick_s8.h; out has the folded bias. */
struct fully_connected_quick_s8 {
    int16_t inputs, outputs;
    const int8_t *weights;
    struct quick_s8 out;
};

/* Arguments and scratch as for fully_connected_s8. */
void fully_connected_quick_s8(const struct fully_connected_quick_s8 *p, const int8_t *input, int8_t *output,
                              void *scratch);

#endif
