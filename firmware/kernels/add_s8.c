#include "add_s8.h"
#include "fixed_point.h"

static inline int32_t scaled(const struct add_input_s8 *input, int32_t value) {
    return fixed_scale((value - input->zero_point) * (1 << ADD_LEFT_SHIFT), input->multiplier, input->shift);
}

void add_s8(const struct add_s8 *p, const int8_t *a, int32_t step_a, const int8_t *b, int32_t step_b, int8_t *output,
            int32_t count) {
    const struct requantise_s8 clamp = {.zero_point = p->zero_point, .minimum = p->minimum, .maximum = p->maximum};
    KERNELS_NO_UNROLL
    for (; count > 0; count--) {
        const int32_t sum = scaled(&p->a, *a) + scaled(&p->b, *b);
        *output++ = requantise_clamp(&clamp, fixed_scale(sum, p->multiplier, p->shift));
        a += step_a;
        b += step_b;
    }
}
