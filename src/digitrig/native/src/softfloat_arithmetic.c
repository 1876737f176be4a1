/* Add, multiply, fused multiply-add, divide, square root (DDI 0403E, A2.5: FPAdd, FPSub, FPMul, FPMulAdd, FPDiv,
 * FPSqrt). Each computes exactly, or with a sticky last bit, in 128-bit integers and rounds once. */
#include "softfloat.h"

typedef unsigned __int128 uint128;

/* magnitude / 2^126 * 2^exponent, bit 126 set */
typedef struct wide_number {
    bool sign;
    int32_t exponent;
    uint128 magnitude;
} wide_number;

static wide_number widen(const dr_float_parts *p) {
    return (wide_number){p->sign, p->exponent, (uint128)p->significand << 63};
}

static uint128 shift_right_sticky(uint128 value, uint32_t count) {
    if (count == 0) {
        return value;
    }
    if (count > 127) {
        return value != 0;
    }
    return value >> count | ((value & (((uint128)1 << count) - 1)) != 0);
}

static uint64_t round_wide(const dr_float_format *f, bool sign, int32_t exponent, uint128 magnitude,
                           dr_float_env *env) {
    uint64_t high = (uint64_t)(magnitude >> 64);
    int32_t zeros = high != 0 ? __builtin_clzll(high) : 64 + __builtin_clzll((uint64_t)magnitude);
    magnitude <<= zeros;
    uint64_t sticky = (uint64_t)magnitude != 0;
    return dr_float_round(f, sign, exponent + 1 - zeros, (uint64_t)(magnitude >> 64) | sticky, env);
}

static uint64_t exact_zero(const dr_float_format *f, const dr_float_env *env) {
    return dr_float_zero(f, env->rounding == DR_ROUND_DOWN);
}

/* The sum of two numbers that are not zero. A shift of 2 or more leaves at most one bit to cancel, and 128 bits then
 * hold all that decides the rounding, even next to a 106-bit product. */
static uint64_t add_wide(const dr_float_format *f, wide_number a, wide_number b, dr_float_env *env) {
    if (a.exponent < b.exponent || (a.exponent == b.exponent && a.magnitude < b.magnitude)) {
        wide_number other = a;
        a = b;
        b = other;
    }
    uint128 small = shift_right_sticky(b.magnitude, (uint32_t)(a.exponent - b.exponent));
    uint128 sum = a.sign == b.sign ? a.magnitude + small : a.magnitude - small;
    return sum == 0 ? exact_zero(f, env) : round_wide(f, a.sign, a.exponent, sum, env);
}

static uint64_t add_parts(const dr_float_format *f, const dr_float_parts *a, const dr_float_parts *b,
                          dr_float_env *env) {
    if (a->class == DR_CLASS_INFINITY || b->class == DR_CLASS_INFINITY) {
        if (a->class == b->class && a->sign != b->sign) {
            return dr_float_invalid(f, env);
        }
        return dr_float_infinity(f, a->class == DR_CLASS_INFINITY ? a->sign : b->sign);
    }
    if (a->class == DR_CLASS_ZERO && b->class == DR_CLASS_ZERO) {
        return a->sign == b->sign ? dr_float_zero(f, a->sign) : exact_zero(f, env);
    }
    if (a->class == DR_CLASS_ZERO || b->class == DR_CLASS_ZERO) {
        const dr_float_parts *p = a->class == DR_CLASS_ZERO ? b : a;
        return dr_float_round(f, p->sign, p->exponent, p->significand, env);
    }
    return add_wide(f, widen(a), widen(b), env);
}

uint64_t dr_float_add(const dr_float_format *f, uint64_t a, uint64_t b, dr_float_env *env) {
    dr_float_parts x = dr_float_unpack(f, a, env);
    dr_float_parts y = dr_float_unpack(f, b, env);
    if (dr_is_nan(x.class) || dr_is_nan(y.class)) {
        return dr_float_nan2(f, &x, &y, env);
    }
    return add_parts(f, &x, &y, env);
}

uint64_t dr_float_subtract(const dr_float_format *f, uint64_t a, uint64_t b, dr_float_env *env) {
    dr_float_parts x = dr_float_unpack(f, a, env);
    dr_float_parts y = dr_float_unpack(f, b, env);
    if (dr_is_nan(x.class) || dr_is_nan(y.class)) {
        return dr_float_nan2(f, &x, &y, env); /* a NaN keeps its sign */
    }
    y.sign = !y.sign;
    return add_parts(f, &x, &y, env);
}

static wide_number product(const dr_float_parts *a, const dr_float_parts *b) {
    uint128 magnitude = (uint128)a->significand * b->significand; /* bit 127 or 126 is the first; low bits are 0 */
    int32_t exponent = a->exponent + b->exponent;
    if (magnitude >> 127 != 0) {
        magnitude >>= 1;
        exponent++;
    }
    return (wide_number){a->sign != b->sign, exponent, magnitude};
}

static bool is_zero_times_infinity(const dr_float_parts *a, const dr_float_parts *b) {
    return (a->class == DR_CLASS_ZERO && b->class == DR_CLASS_INFINITY) ||
           (a->class == DR_CLASS_INFINITY && b->class == DR_CLASS_ZERO);
}

uint64_t dr_float_multiply(const dr_float_format *f, uint64_t a, uint64_t b, dr_float_env *env) {
    dr_float_parts x = dr_float_unpack(f, a, env);
    dr_float_parts y = dr_float_unpack(f, b, env);
    if (dr_is_nan(x.class) || dr_is_nan(y.class)) {
        return dr_float_nan2(f, &x, &y, env);
    }
    if (is_zero_times_infinity(&x, &y)) {
        return dr_float_invalid(f, env);
    }
    if (x.class == DR_CLASS_INFINITY || y.class == DR_CLASS_INFINITY) {
        return dr_float_infinity(f, x.sign != y.sign);
    }
    if (x.class == DR_CLASS_ZERO || y.class == DR_CLASS_ZERO) {
        return dr_float_zero(f, x.sign != y.sign);
    }
    wide_number p = product(&x, &y);
    return round_wide(f, p.sign, p.exponent, p.magnitude, env);
}

/* A signalling NaN goes before a quiet one; among equals the addend, then the factors in order. Zero times infinity is
 * invalid even next to a quiet addend. */
static uint64_t multiply_add_nan(const dr_float_format *f, const dr_float_parts *c, const dr_float_parts *a,
                                 const dr_float_parts *b, dr_float_env *env) {
    const dr_float_parts *operands[3] = {c, a, b};
    for (uint32_t i = 0; i < 3; i++) {
        if (operands[i]->class == DR_CLASS_SIGNALLING_NAN) {
            return dr_float_quieten(f, operands[i], env);
        }
    }
    if (is_zero_times_infinity(a, b)) {
        return dr_float_invalid(f, env);
    }
    if (dr_is_nan(c->class)) {
        return dr_float_quieten(f, c, env);
    }
    return dr_float_nan2(f, a, b, env);
}

uint64_t dr_float_multiply_add(const dr_float_format *f, uint64_t addend, uint64_t a, uint64_t b, dr_float_env *env) {
    dr_float_parts z = dr_float_unpack(f, addend, env);
    dr_float_parts x = dr_float_unpack(f, a, env);
    dr_float_parts y = dr_float_unpack(f, b, env);
    if (dr_is_nan(z.class) || dr_is_nan(x.class) || dr_is_nan(y.class)) {
        return multiply_add_nan(f, &z, &x, &y, env);
    }
    if (is_zero_times_infinity(&x, &y)) {
        return dr_float_invalid(f, env);
    }
    bool finite = x.class == DR_CLASS_NORMAL && y.class == DR_CLASS_NORMAL;
    if (!finite || z.class == DR_CLASS_INFINITY) {
        bool infinite = x.class == DR_CLASS_INFINITY || y.class == DR_CLASS_INFINITY;
        bool zero = x.class == DR_CLASS_ZERO || y.class == DR_CLASS_ZERO;
        dr_float_parts p = {infinite ? DR_CLASS_INFINITY
                            : zero   ? DR_CLASS_ZERO
                                     : DR_CLASS_NORMAL,
                            x.sign != y.sign, 0, 0};
        return add_parts(f, &z, &p, env);
    }
    wide_number p = product(&x, &y);
    if (z.class == DR_CLASS_ZERO) {
        return round_wide(f, p.sign, p.exponent, p.magnitude, env);
    }
    return add_wide(f, widen(&z), p, env);
}

static uint64_t divide_special(const dr_float_format *f, const dr_float_parts *a, const dr_float_parts *b,
                               dr_float_env *env) {
    bool sign = a->sign != b->sign;
    if (a->class == b->class) { /* 0/0 or infinity/infinity */
        return dr_float_invalid(f, env);
    }
    if (a->class == DR_CLASS_INFINITY) {
        return dr_float_infinity(f, sign);
    }
    if (b->class == DR_CLASS_ZERO) {
        env->flags |= DR_FLOAT_DIVIDE_ZERO;
        return dr_float_infinity(f, sign);
    }
    return dr_float_zero(f, sign);
}

uint64_t dr_float_divide(const dr_float_format *f, uint64_t a, uint64_t b, dr_float_env *env) {
    dr_float_parts x = dr_float_unpack(f, a, env);
    dr_float_parts y = dr_float_unpack(f, b, env);
    if (dr_is_nan(x.class) || dr_is_nan(y.class)) {
        return dr_float_nan2(f, &x, &y, env);
    }
    if (x.class != DR_CLASS_NORMAL || y.class != DR_CLASS_NORMAL) {
        return divide_special(f, &x, &y, env);
    }
    bool smaller = x.significand < y.significand; /* chosen so that the quotient has exactly 64 bits */
    uint128 dividend = (uint128)x.significand << (smaller ? 64 : 63);
    uint64_t quotient = (uint64_t)(dividend / y.significand);
    uint64_t sticky = (uint128)quotient * y.significand != dividend;
    return dr_float_round(f, x.sign != y.sign, x.exponent - y.exponent - smaller, quotient | sticky, env);
}

/* The root of radicand (in [2^126, 2^128)) to `digits` binary digits, left-aligned, with a sticky last bit. */
static uint64_t root_digits(uint128 radicand, uint32_t digits) {
    uint64_t root = 0;
    uint128 rest = radicand, square; /* rest = radicand - root^2 */
    for (uint32_t i = 0; i < digits; i++) {
        uint64_t digit = 1ull << (63 - i);
        square = ((uint128)root * 2 + digit) << (63 - i);
        if (square <= rest) {
            rest -= square;
            root |= digit;
        }
    }
    return root | (rest != 0);
}

uint64_t dr_float_square_root(const dr_float_format *f, uint64_t a, dr_float_env *env) {
    dr_float_parts x = dr_float_unpack(f, a, env);
    if (dr_is_nan(x.class)) {
        return dr_float_quieten(f, &x, env);
    }
    if (x.class == DR_CLASS_ZERO) {
        return dr_float_zero(f, x.sign);
    }
    if (x.sign) {
        return dr_float_invalid(f, env);
    }
    if (x.class == DR_CLASS_INFINITY) {
        return dr_float_infinity(f, false);
    }
    int32_t odd = x.exponent & 1;
    uint64_t root = root_digits((uint128)x.significand << (63 + odd), f->fraction_bits + 3);
    return dr_float_round(f, false, (x.exponent - odd) / 2, root, env);
}
