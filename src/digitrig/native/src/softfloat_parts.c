/* Taking floating-point numbers apart, rounding them back, and choosing NaNs (DDI 0403E, A2.5: FPUnpack, FPRound,
 * FPProcessNaN, FPProcessNaNs). */
#include "softfloat.h"

const dr_float_format dr_half = {10, 5};
const dr_float_format dr_single = {23, 8};
const dr_float_format dr_double = {52, 11};

static uint32_t exponent_mask(const dr_float_format *f) { return (1u << f->exponent_bits) - 1; }
static int32_t bias(const dr_float_format *f) { return (1 << (f->exponent_bits - 1)) - 1; }

static uint64_t pack(const dr_float_format *f, bool sign, uint64_t magnitude) {
    return (uint64_t)sign << (f->fraction_bits + f->exponent_bits) | magnitude;
}

uint64_t dr_float_zero(const dr_float_format *f, bool sign) { return pack(f, sign, 0); }

uint64_t dr_float_infinity(const dr_float_format *f, bool sign) {
    return pack(f, sign, (uint64_t)exponent_mask(f) << f->fraction_bits);
}

uint64_t dr_float_default_nan(const dr_float_format *f) {
    return dr_float_infinity(f, false) | 1ull << (f->fraction_bits - 1);
}

uint64_t dr_float_invalid(const dr_float_format *f, dr_float_env *env) {
    env->flags |= DR_FLOAT_INVALID;
    return dr_float_default_nan(f);
}

static void normalise_denormal(const dr_float_format *f, uint64_t fraction, dr_float_parts *parts) {
    int32_t shift = __builtin_clzll(fraction);
    parts->class = DR_CLASS_NORMAL;
    parts->significand = fraction << shift;
    parts->exponent = 64 - shift - bias(f) - (int32_t)f->fraction_bits;
}

dr_float_parts dr_float_unpack(const dr_float_format *f, uint64_t bits, dr_float_env *env) {
    uint32_t exponent = (uint32_t)(bits >> f->fraction_bits) & exponent_mask(f);
    uint64_t fraction = bits & ((1ull << f->fraction_bits) - 1);
    bool half = f->exponent_bits == 5; /* never flushed; the alternative format has neither infinities nor NaNs */
    dr_float_parts parts = {DR_CLASS_ZERO, bits >> (f->fraction_bits + f->exponent_bits) & 1, 0, 0};
    if (exponent == 0) {
        if (fraction != 0 && env->flush_to_zero && !half) {
            env->flags |= DR_FLOAT_INPUT_DENORMAL;
        } else if (fraction != 0) {
            normalise_denormal(f, fraction, &parts);
        }
    } else if (exponent == exponent_mask(f) && !(half && env->alternative_half)) {
        parts.significand = fraction << (64 - f->fraction_bits);
        parts.class = fraction == 0                  ? DR_CLASS_INFINITY
                      : parts.significand >> 63 != 0 ? DR_CLASS_QUIET_NAN
                                                     : DR_CLASS_SIGNALLING_NAN;
    } else {
        parts.class = DR_CLASS_NORMAL;
        parts.exponent = (int32_t)exponent - bias(f);
        parts.significand = 1ull << 63 | fraction << (63 - f->fraction_bits);
    }
    return parts;
}

bool dr_float_rounds_up(dr_rounding rounding, bool sign, uint64_t value, uint64_t rest, uint32_t bits) {
    uint64_t half = 1ull << (bits - 1);
    switch (rounding) {
    case DR_ROUND_NEAREST:
        return rest > half || (rest == half && (value & 1) != 0);
    case DR_ROUND_UP:
        return rest != 0 && !sign;
    case DR_ROUND_DOWN:
        return rest != 0 && sign;
    case DR_ROUND_AWAY:
        return rest >= half;
    case DR_ROUND_ZERO:
        break;
    }
    return false;
}

static uint64_t overflow(const dr_float_format *f, bool sign, dr_float_env *env) {
    bool infinite = env->rounding == DR_ROUND_NEAREST || env->rounding == DR_ROUND_AWAY ||
                    env->rounding == (sign ? DR_ROUND_DOWN : DR_ROUND_UP);
    env->flags |= DR_FLOAT_OVERFLOW | DR_FLOAT_INEXACT;
    return dr_float_infinity(f, sign) - (infinite ? 0 : 1);
}

uint64_t dr_float_round(const dr_float_format *f, bool sign, int32_t exponent, uint64_t significand,
                        dr_float_env *env) {
    bool half = f->exponent_bits == 5;
    int32_t below = 1 - bias(f) - exponent; /* > 0: too small for a normal number */
    if (below > 0 && env->flush_to_zero && !half) {
        env->flags |= DR_FLOAT_UNDERFLOW;
        return dr_float_zero(f, sign);
    }
    uint32_t shift = 63 - f->fraction_bits + (below > 0 ? (uint32_t)below : 0);
    if (shift > 64) { /* less than half of the smallest denormal */
        significand = 1;
        shift = 64;
    }
    uint64_t value = shift == 64 ? 0 : significand >> shift;
    uint64_t rest = shift == 64 ? significand : significand & ((1ull << shift) - 1);
    value += dr_float_rounds_up(env->rounding, sign, value, rest, shift);
    if (below <= 0) { /* a carry out of the significand moves on into the exponent, as it should */
        value += (uint64_t)-below << f->fraction_bits;
    }
    uint64_t top = value >> f->fraction_bits;
    if (half && env->alternative_half) {
        if (top > exponent_mask(f)) {
            env->flags |= DR_FLOAT_INVALID;
            return pack(f, sign, 0x7FFF);
        }
    } else if (top >= exponent_mask(f)) {
        return overflow(f, sign, env);
    }
    if (rest != 0) {
        env->flags |= DR_FLOAT_INEXACT | (below > 0 ? DR_FLOAT_UNDERFLOW : 0u);
    }
    return pack(f, sign, value);
}

uint64_t dr_float_quieten(const dr_float_format *f, const dr_float_parts *nan, dr_float_env *env) {
    if (nan->class == DR_CLASS_SIGNALLING_NAN) {
        env->flags |= DR_FLOAT_INVALID;
    }
    if (env->default_nan) {
        return dr_float_default_nan(f);
    }
    uint64_t fraction = (nan->significand | 1ull << 63) >> (64 - f->fraction_bits);
    return dr_float_infinity(f, nan->sign) | fraction;
}

uint64_t dr_float_nan2(const dr_float_format *f, const dr_float_parts *a, const dr_float_parts *b, dr_float_env *env) {
    if (a->class == DR_CLASS_SIGNALLING_NAN || (dr_is_nan(a->class) && b->class != DR_CLASS_SIGNALLING_NAN)) {
        return dr_float_quieten(f, a, env);
    }
    return dr_float_quieten(f, b, env);
}
