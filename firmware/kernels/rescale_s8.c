#include "rescale_s8.h"
#include "fixed_point.h"

void rescale_s8(const struct rescale_s8 *p, const int8_t *input, int8_t *output) {
    const struct requantise_s8 clamp = {.zero_point = p->output_zero_point, .minimum = INT8_MIN, .maximum = INT8_MAX};
    KERNELS_NO_UNROLL
    for (int32_t n = p->count; n > 0; n--) {
        const int32_t value = *input++ - p->input_zero_point;
        *output++ = requantise_clamp(&clamp, fixed_scale(value, p->multiplier, p->shift));
    }
}
