/* Fixed-point arithmetic, bit for bit that of the TFLite reference kernels.
 *
 * The reference (LiteRT, reference kernels) computes in 64 bits; on Armv6-M, where a multiply gives 32 bits only, the
 * same results come from 16-bit halves. Its convolutions round twice. Its dense layers compute in floating point, which
 * comes to rounding once (see fully_connected_s8.h).
 */
#ifndef KERNELS_FIXED_POINT_H
#define KERNELS_FIXED_POINT_H

#include "forms.h"
#include <stdint.h>

#if !KERNELS_LONG_MULTIPLY
/* A product of two int32: `high` * 2^32 + `quarters` * 2^30, less than 2^30 dropped. */
struct fixed_product {
    uint32_t high, quarters;
};

/* a * b = high * 2^32 + middle * 2^16 + low from 16-bit halves. No partial sum leaves 32 bits: |ah * bl| is at most
 * 2^15 * (2^16 - 1), which leaves room for one more 16-bit carry. */
static inline struct fixed_product fixed_multiply(int32_t a, int32_t b) {
    int32_t ah = a >> 16, bh = b >> 16;
    uint32_t al = (uint16_t)a, bl = (uint16_t)b;
    int32_t middle = ah * (int32_t)bl + (int32_t)((al * bl) >> 16);
    int32_t rest = (int32_t)al * bh + (int32_t)(uint16_t)middle;
    uint32_t high = (uint32_t)(ah * bh) + (uint32_t)(middle >> 16) + (uint32_t)(rest >> 16);
    return (struct fixed_product){high, ((uint32_t)rest >> 14) & 3u};
}
#endif

/* Product of two Q0.31 numbers, rounded, halves up: (a * b + 2^30) >> 31.
 *
 * a, b: any, but not both -2^31 (whose product 1.0 the reference saturates; no caller has it).
 */
static inline int32_t fixed_high_mul(int32_t a, int32_t b) {
#if KERNELS_LONG_MULTIPLY
    return (int32_t)(((int64_t)a * b + (1 << 30)) >> 31);
#else
    struct fixed_product p = fixed_multiply(a, b);
    return (int32_t)((p.high << 1) + ((p.quarters + 1u) >> 1));
#endif
}

/* Product of two Q0.31 numbers, rounded down: (a * b) >> 31. a, b as above. */
static inline int32_t fixed_high_mul_down(int32_t a, int32_t b) {
#if KERNELS_LONG_MULTIPLY
    return (int32_t)(((int64_t)a * b) >> 31);
#else
    struct fixed_product p = fixed_multiply(a, b);
    return (int32_t)((p.high << 1) | (p.quarters >> 1));
#endif
}

/* x / 2^exponent, rounded to nearest, halves away from zero.  exponent: 0..31.  x: above -2^31. */
static inline int32_t fixed_rounding_shift(int32_t x, int32_t exponent) {
    if (exponent == 0) {
        return x;
    }
    int32_t twice = (x - (x < 0)) >> (exponent - 1);
    return twice - (twice >> 1); /* (twice + 1) >> 1 without its overflow */
}

/* Scale an accumulator as MultiplyByQuantizedMultiplier of the reference does: x * multiplier * 2^(shift - 31).
 *
 * x: any whose left shift stays in 32 bits (beyond that the reference is undefined too).
 * multiplier: 0 or 2^30..2^31-1.  shift: -31..30, left if positive.
 * Rounds twice: after the multiply, halves up; after the right shift, halves away from zero.
 */
static inline int32_t fixed_scale(int32_t x, int32_t multiplier, int32_t shift) {
    if (shift >= 0) {
        return fixed_high_mul((int32_t)((uint32_t)x << shift), multiplier);
    }
    return fixed_rounding_shift(fixed_high_mul(x, multiplier), -shift);
}

/* Scale an accumulator with one rounding, halves up: (x * multiplier + 2^(30 - shift)) >> (31 - shift).
 *
 * Arguments as for fixed_scale.
 */
static inline int32_t fixed_scale_once(int32_t x, int32_t multiplier, int32_t shift) {
    if (shift >= 0) {
        return fixed_high_mul((int32_t)((uint32_t)x << shift), multiplier);
    }
    /* Rounding after what the first shift drops has been dropped gives the same as rounding all at once. */
    int32_t twice = fixed_high_mul_down(x, multiplier) >> (-shift - 1);
    return (twice >> 1) + (twice & 1);
}

/* What fixed_scale gives for multiplier 2^30, a power of two: x * 2^(shift - 1), by shifts alone. */
static inline int32_t fixed_shift(int32_t x, int32_t shift) {
    if (shift > 0) {
        return (int32_t)((uint32_t)x << (shift - 1));
    }
    return fixed_rounding_shift((x >> 1) + (x & 1), -shift);
}

/* x * 2^(shift - 1) rounded once, halves away from zero, as a dense layer of the reference does it. */
static inline int32_t fixed_shift_once(int32_t x, int32_t shift) {
    if (shift > 0) {
        return (int32_t)((uint32_t)x << (shift - 1));
    }
    return fixed_rounding_shift(x, 1 - shift > 31 ? 31 : 1 - shift);
}

/* How accumulators become int8. One for a layer; the arrays have one entry per output channel. */
struct requantise_s8 {
    const int32_t *multiplier; /* 0 or 2^30..2^31-1; no array at all where every one is 2^30: then only shifts remain */
    const int8_t *shift;       /* -31..30, left if positive */
    int32_t zero_point;        /* of the output, -128..127 */
    int32_t minimum, maximum;  /* fused activation, in output steps: minimum <= output <= maximum */
};

/* Whether an accumulator gives the minimum without a multiplication: with ReLU fused the minimum is the zero point, and
 * every accumulator up to 0 gives that. It is so for about half of them. */
static inline int requantise_is_minimum(const struct requantise_s8 *r, int32_t accumulator) {
    return accumulator <= 0 && r->minimum >= r->zero_point;
}

/* Add the zero point to a scaled accumulator and clamp. Compares before it adds, so that nothing overflows. */
static inline int8_t requantise_clamp(const struct requantise_s8 *r, int32_t scaled) {
    if (scaled >= r->maximum - r->zero_point) {
        return (int8_t)r->maximum;
    }
    if (scaled <= r->minimum - r->zero_point) {
        return (int8_t)r->minimum;
    }
    return (int8_t)(scaled + r->zero_point);
}

/* Accumulator of `channel` to int8, as convolutions do it: rounded twice. */
static inline int8_t requantise_twice_s8(const struct requantise_s8 *r, int32_t accumulator, int32_t channel) {
    if (requantise_is_minimum(r, accumulator)) {
        return (int8_t)r->minimum;
    }
    if (!r->multiplier) {
        return requantise_clamp(r, fixed_shift(accumulator, r->shift[channel]));
    }
    return requantise_clamp(r, fixed_scale(accumulator, r->multiplier[channel], r->shift[channel]));
}

/* Accumulator of `channel` to int8, as dense layers do it: rounded once. */
static inline int8_t requantise_once_s8(const struct requantise_s8 *r, int32_t accumulator, int32_t channel) {
    if (requantise_is_minimum(r, accumulator)) {
        return (int8_t)r->minimum;
    }
    if (!r->multiplier) {
        return requantise_clamp(r, fixed_shift_once(accumulator, r->shift[channel]));
    }
    return requantise_clamp(r, fixed_scale_once(accumulator, r->multiplier[channel], r->shift[channel]));
}

#endif
