/* Conversions between formats and to and from integers, rounding to integers, comparison, maximum and minimum
 * (DDI 0403E, A2.5: FPConvert, FPToFixed, FixedToFP, FPRoundInt, FPCompare, FPMaxNum, FPMinNum). */
#include "softfloat.h"

uint64_t dr_float_convert(const dr_float_format *from, const dr_float_format *to, uint64_t a, dr_float_env *env) {
    dr_float_parts x = dr_float_unpack(from, a, env);
    bool alternative = to->exponent_bits == 5 && env->alternative_half;
    if (dr_is_nan(x.class)) {
        if (!alternative) {
            return dr_float_quieten(to, &x, env);
        }
        env->flags |= DR_FLOAT_INVALID; /* the alternative half format has no NaN */
        return dr_float_zero(to, x.sign);
    }
    if (x.class == DR_CLASS_INFINITY) {
        if (!alternative) {
            return dr_float_infinity(to, x.sign);
        }
        env->flags |= DR_FLOAT_INVALID;
        return dr_float_zero(to, x.sign) | 0x7FFF;
    }
    if (x.class == DR_CLASS_ZERO) {
        return dr_float_zero(to, x.sign);
    }
    return dr_float_round(to, x.sign, x.exponent, x.significand, env);
}

/* The magnitude of a number below 2^63, rounded to an integer; *inexact if bits were lost. */
static uint64_t integer_magnitude(const dr_float_parts *x, int32_t exponent, dr_rounding rounding, bool *inexact) {
    uint64_t value = 0, rest = 1;
    uint32_t bits = 64;
    if (exponent >= 0) {
        bits = 63 - (uint32_t)exponent;
        value = x->significand >> bits;
        rest = x->significand & ((1ull << bits) - 1);
    } else if (exponent == -1) {
        rest = x->significand;
    }
    *inexact = rest != 0;
    return value + dr_float_rounds_up(rounding, x->sign, value, rest, bits);
}

uint64_t dr_float_to_fixed(const dr_float_format *f, uint64_t a, uint32_t width, uint32_t fraction, bool is_signed,
                           dr_rounding rounding, dr_float_env *env) {
    dr_float_parts x = dr_float_unpack(f, a, env);
    if (dr_is_nan(x.class)) {
        env->flags |= DR_FLOAT_INVALID;
        return 0;
    }
    if (x.class == DR_CLASS_ZERO) {
        return 0;
    }
    uint64_t largest = is_signed ? (1ull << (width - 1)) - !x.sign : x.sign ? 0 : (1ull << width) - 1;
    uint64_t value = UINT64_MAX;
    bool inexact = false;
    int32_t exponent = x.exponent + (int32_t)fraction;
    if (x.class != DR_CLASS_INFINITY && exponent < 62) {
        value = integer_magnitude(&x, exponent, rounding, &inexact);
    }
    if (value > largest) {
        env->flags |= DR_FLOAT_INVALID;
        value = largest;
    } else if (inexact) {
        env->flags |= DR_FLOAT_INEXACT;
    }
    return x.sign ? 0 - value : value;
}

uint64_t dr_float_from_fixed(const dr_float_format *f, int64_t value, uint32_t fraction, dr_float_env *env) {
    if (value == 0) {
        return dr_float_zero(f, false);
    }
    bool sign = value < 0;
    uint64_t magnitude = sign ? 0 - (uint64_t)value : (uint64_t)value;
    int32_t zeros = __builtin_clzll(magnitude);
    return dr_float_round(f, sign, 63 - zeros - (int32_t)fraction, magnitude << zeros, env);
}

uint64_t dr_float_round_to_integer(const dr_float_format *f, uint64_t a, dr_rounding rounding, bool exact,
                                   dr_float_env *env) {
    dr_float_parts x = dr_float_unpack(f, a, env);
    if (dr_is_nan(x.class)) {
        return dr_float_quieten(f, &x, env);
    }
    if (x.class == DR_CLASS_ZERO) {
        return dr_float_zero(f, x.sign);
    }
    if (x.class == DR_CLASS_INFINITY || x.exponent >= (int32_t)f->fraction_bits) {
        return a;
    }
    bool inexact;
    uint64_t value = integer_magnitude(&x, x.exponent, rounding, &inexact);
    if (inexact && exact) {
        env->flags |= DR_FLOAT_INEXACT;
    }
    if (value == 0) {
        return dr_float_zero(f, x.sign);
    }
    int32_t zeros = __builtin_clzll(value);
    return dr_float_round(f, x.sign, 63 - zeros, value << zeros, env);
}

/* -1, 0, 1 for numbers and infinities. */
static int32_t order(const dr_float_parts *a, const dr_float_parts *b) {
    bool a_zero = a->class == DR_CLASS_ZERO, b_zero = b->class == DR_CLASS_ZERO;
    if (a_zero && b_zero) {
        return 0;
    }
    if (a_zero || (!b_zero && a->sign != b->sign)) {
        return (a_zero ? !b->sign : a->sign) ? -1 : 1;
    }
    int32_t above = a->sign ? -1 : 1; /* the answer when |a| > |b| */
    if (b_zero) {
        return above;
    }
    if (a->class != b->class) {
        return a->class == DR_CLASS_INFINITY ? above : -above;
    }
    if (a->exponent != b->exponent) {
        return a->exponent > b->exponent ? above : -above;
    }
    return a->significand == b->significand ? 0 : a->significand > b->significand ? above : -above;
}

uint32_t dr_float_compare(const dr_float_format *f, uint64_t a, uint64_t b, bool signal_quiet, dr_float_env *env) {
    dr_float_parts x = dr_float_unpack(f, a, env);
    dr_float_parts y = dr_float_unpack(f, b, env);
    if (dr_is_nan(x.class) || dr_is_nan(y.class)) {
        if (signal_quiet || x.class == DR_CLASS_SIGNALLING_NAN || y.class == DR_CLASS_SIGNALLING_NAN) {
            env->flags |= DR_FLOAT_INVALID;
        }
        return 3u << 28;
    }
    int32_t sense = order(&x, &y);
    return (sense < 0 ? 8u : sense == 0 ? 6u : 2u) << 28;
}

static uint64_t repack(const dr_float_format *f, const dr_float_parts *x, dr_float_env *env) {
    if (x->class == DR_CLASS_INFINITY) {
        return dr_float_infinity(f, x->sign);
    }
    if (x->class == DR_CLASS_ZERO) {
        return dr_float_zero(f, x->sign);
    }
    return dr_float_round(f, x->sign, x->exponent, x->significand, env);
}

uint64_t dr_float_max_number(const dr_float_format *f, uint64_t a, uint64_t b, bool minimum, dr_float_env *env) {
    dr_float_parts x = dr_float_unpack(f, a, env);
    dr_float_parts y = dr_float_unpack(f, b, env);
    if (dr_is_nan(x.class) || dr_is_nan(y.class)) {
        if (x.class == DR_CLASS_QUIET_NAN && !dr_is_nan(y.class)) {
            return repack(f, &y, env);
        }
        if (y.class == DR_CLASS_QUIET_NAN && !dr_is_nan(x.class)) {
            return repack(f, &x, env);
        }
        return dr_float_nan2(f, &x, &y, env);
    }
    if (x.class == DR_CLASS_ZERO && y.class == DR_CLASS_ZERO) {
        return dr_float_zero(f, minimum ? x.sign || y.sign : x.sign && y.sign);
    }
    return repack(f, (order(&x, &y) > 0) != minimum ? &x : &y, env);
}
