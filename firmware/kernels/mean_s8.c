#include "mean_s8.h"
#include "fixed_point.h"

static const struct requantise_s8 whole_range = {.minimum = INT8_MIN, .maximum = INT8_MAX};

void mean_s8(const struct mean_s8 *p, const int8_t *input, int8_t *output) {
    struct requantise_s8 clamp = whole_range;
    clamp.zero_point = p->output_zero_point;
    KERNELS_NO_UNROLL
    for (int32_t outer = 0; outer < p->outer; outer++) {
        KERNELS_NO_UNROLL
        for (int32_t inner = 0; inner < p->inner; inner++) {
            const int8_t *x = input + inner;
            int32_t sum = -p->input_zero_point * p->count;
            KERNELS_NO_UNROLL
            for (int32_t n = p->count; n > 0; n--) {
                sum += *x;
                x += p->inner;
            }
            *output++ = requantise_clamp(&clamp, fixed_scale(sum, p->multiplier, p->shift));
        }
        input += p->count * p->inner;
    }
}
