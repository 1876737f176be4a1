/* Numbers are Q formats in int32: Qm has m integer bits, a sign and 31 - m fraction bits. */
#include "softmax_s8.h"
#include "fixed_point.h"

#define Q5_QUARTER (1 << 24)
#define EXP_MINUS_EIGHTH 1895147668 /* Q0 of exp(-1/8) */
#define THIRD 715827883             /* Q0 of 1/3 */
#define Q2_ONE (1 << 29)
#define Q2_48_17 1515870810 /* 48/17 and -32/17: the first guess of 1/d for d in [1/2, 1] with the least error */
#define Q2_MINUS_32_17 (-1010580540)

/* Q0 of exp(-2^(n-2)), n = 0..6 */
static const int32_t exp_of_power[] = {1672461947, 1302514674, 790015084, 290630308, 39332535, 720401, 242};

/* In flash once where it is long: without a multiplication to 64 bits. */
#if KERNELS_LONG_MULTIPLY
static inline
#else
__attribute__((noinline)) static
#endif
    int32_t product(int32_t a, int32_t b) {
    return fixed_high_mul(a, b);
}

/* x * 2^bits, at the limits when it does not fit. */
static int32_t saturating_left(int32_t x, int32_t bits) {
    int32_t limit = INT32_MAX >> bits;
    if (x > limit) {
        return INT32_MAX;
    }
    return x < -limit ? INT32_MIN : (int32_t)((uint32_t)x << bits);
}

/* Q0 of exp(x) for Q0 x in [-1/4, 0): four terms of the series about -1/8. */
static int32_t exp_of_quarter(int32_t x) {
    x += 1 << 28;
    int32_t x2 = product(x, x);
    int32_t x3 = product(x2, x);
    int32_t x4 = product(x2, x2);
    int32_t terms = product(fixed_rounding_shift(x4, 2) + x3, THIRD) + x2;
    return EXP_MINUS_EIGHTH + product(EXP_MINUS_EIGHTH, x + fixed_rounding_shift(terms, 1));
}

/* Q0 of exp(x) for Q5 x <= 0: a series for what is left of the last quarter, then one factor per set bit. */
static int32_t exp_of_negative(int32_t x) {
    if (x == 0) {
        return INT32_MAX;
    }
    int32_t part = (x & (Q5_QUARTER - 1)) - Q5_QUARTER;
    int32_t result = exp_of_quarter((int32_t)((uint32_t)part << 5));
    uint32_t quarters = (uint32_t)(part - x) / Q5_QUARTER;
    KERNELS_NO_UNROLL
    for (const int32_t *factor = exp_of_power; quarters != 0; quarters >>= 1, factor++) {
        if (quarters & 1u) {
            result = product(result, *factor);
        }
    }
    return result;
}

/* Q0 of 1 / (1 + x) for Q0 x in [0, 1): three Newton steps. */
static int32_t reciprocal_of_one_plus(int32_t x) {
    int32_t half = (int32_t)(((uint32_t)x + (uint32_t)INT32_MAX + 1u) >> 1); /* (x + 1) / 2, halves up */
    int32_t y = Q2_48_17 + product(half, Q2_MINUS_32_17);
    KERNELS_NO_UNROLL
    for (int32_t step = 0; step < 3; step++) {
        int32_t error = Q2_ONE - product(half, y);
        y += saturating_left(product(y, error), 2);
    }
    return saturating_left(y, 1);
}

static int32_t leading_zeros(uint32_t x) {
    int32_t n = 0;
    KERNELS_NO_UNROLL
    for (; (x & 0x80000000u) == 0; x <<= 1) {
        n++;
    }
    return n;
}

/* Q0 of exp of one input, given how far it lies below the greatest. */
static int32_t exp_of_difference(const struct softmax_s8 *p, int32_t difference) {
    return exp_of_negative(product((int32_t)((uint32_t)difference << p->shift), p->multiplier));
}

void softmax_s8(const struct softmax_s8 *p, const int8_t *input, int8_t *output) {
    int32_t greatest = INT8_MIN;
    KERNELS_NO_UNROLL
    for (int32_t i = 0; i < p->count; i++) {
        greatest = input[i] > greatest ? input[i] : greatest;
    }
    int32_t sum = 0; /* Q12 */
    KERNELS_NO_UNROLL
    for (int32_t i = 0; i < p->count; i++) {
        int32_t difference = input[i] - greatest;
        if (difference >= p->diff_min) {
            sum += fixed_rounding_shift(exp_of_difference(p, difference), 12);
        }
    }
    int32_t headroom = leading_zeros((uint32_t)sum);
    int32_t scale = reciprocal_of_one_plus((int32_t)(((uint32_t)sum << headroom) - 0x80000000u));
    int32_t bits = 12 - headroom + 31 - 8;
    KERNELS_NO_UNROLL
    for (int32_t i = 0; i < p->count; i++) {
        int32_t difference = input[i] - greatest;
        int32_t value = INT8_MIN;
        if (difference >= p->diff_min) {
            value += fixed_rounding_shift(product(scale, exp_of_difference(p, difference)), bits);
        }
        output[i] = (int8_t)(value > INT8_MAX ? INT8_MAX : value);
    }
}
