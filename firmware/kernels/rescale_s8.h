/* From one int8 quantisation to another, as the operator QUANTIZE does it; exact to the TFLite reference kernel. */
#ifndef KERNELS_RESCALE_S8_H
#define KERNELS_RESCALE_S8_H

#include <stdint.h>

/* A layer.  multiplier, shift: input scale / output scale, as in fixed_point.h; shift at most 22. */
struct rescale_s8 {
    int32_t count;
    int32_t input_zero_point;
    int32_t multiplier, shift;
    int32_t output_zero_point;
};

/* input, output: p->count values; may be the same. */
void rescale_s8(const struct rescale_s8 *p, const int8_t *input, int8_t *output);

#endif
