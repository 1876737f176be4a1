/* Sum of two tensors, int8, each with its own quantisation; exact to the TFLite reference kernel. */
#ifndef KERNELS_ADD_S8_H
#define KERNELS_ADD_S8_H

#include <stdint.h>

#define ADD_LEFT_SHIFT 20 /* bits that both inputs are shifted left before they are scaled */

/* multiplier, shift: its scale / (2 * the greater scale of both), as in fixed_point.h; shift at most 0. */
struct add_input_s8 {
    int32_t zero_point;
    int32_t multiplier, shift;
};

/* A layer.  multiplier, shift: 2 * the greater input scale / (2^20 * output scale); shift at most 0.
 * minimum, maximum: fused activation, in output steps. */
struct add_s8 {
    struct add_input_s8 a, b;
    int32_t multiplier, shift;
    int32_t zero_point;
    int32_t minimum, maximum;
};

/* a, b: `count` values, or a single one where its step is 0 instead of 1.  output: `count` values; may be a or b where
 * that has step 1. */
void add_s8(const struct add_s8 *p, const int8_t *a, int32_t step_a, const int8_t *b, int32_t step_b, int8_t *output,
            int32_t count);

#endif
