/* IEEE 754 arithmetic on bit patterns with integers only, as the Arm floating-point pseudocode has it
 * (DDI 0403E, A2.5 "Floating-point data types and arithmetic"): the same result and flags on every host.
 *
 * Values are raw bits in the low 16, 32 or 64 bits of a uint64_t. Tininess is detected before rounding.
 */
#ifndef DIGITRIG_SOFTFLOAT_H
#define DIGITRIG_SOFTFLOAT_H

#include <stdbool.h>
#include <stdint.h>

typedef struct dr_float_format {
    uint32_t fraction_bits, exponent_bits;
} dr_float_format;

extern const dr_float_format dr_half, dr_single, dr_double;

typedef enum dr_rounding { /* the first four as FPSCR.RMode */
                           DR_ROUND_NEAREST = 0,
                           DR_ROUND_UP = 1,
                           DR_ROUND_DOWN = 2,
                           DR_ROUND_ZERO = 3,
                           DR_ROUND_AWAY = 4 /* to nearest, ties away from zero */
} dr_rounding;

enum { /* cumulative exception bits, as in FPSCR */
       DR_FLOAT_INVALID = 1u << 0,
       DR_FLOAT_DIVIDE_ZERO = 1u << 1,
       DR_FLOAT_OVERFLOW = 1u << 2,
       DR_FLOAT_UNDERFLOW = 1u << 3,
       DR_FLOAT_INEXACT = 1u << 4,
       DR_FLOAT_INPUT_DENORMAL = 1u << 7
};

typedef struct dr_float_env {
    dr_rounding rounding;
    bool default_nan, flush_to_zero, alternative_half;
    uint32_t flags; /* DR_FLOAT_*: only ever gains bits */
} dr_float_env;

typedef enum dr_float_class {
    DR_CLASS_ZERO,
    DR_CLASS_NORMAL, /* and denormal */
    DR_CLASS_INFINITY,
    DR_CLASS_QUIET_NAN,
    DR_CLASS_SIGNALLING_NAN
} dr_float_class;

/* A number taken apart: significand / 2^63 * 2^exponent, with bit 63 of the significand set. For a NaN the significand
 * holds the fraction, its first bit in bit 63. */
typedef struct dr_float_parts {
    dr_float_class class;
    bool sign;
    int32_t exponent;
    uint64_t significand;
} dr_float_parts;

static inline bool dr_is_nan(dr_float_class class) { return class >= DR_CLASS_QUIET_NAN; }

/* softfloat_parts.c */
dr_float_parts dr_float_unpack(const dr_float_format *f, uint64_t bits, dr_float_env *env);
/* Round significand / 2^63 * 2^exponent to the format; bit 0 of the significand is sticky. */
uint64_t dr_float_round(const dr_float_format *f, bool sign, int32_t exponent, uint64_t significand, dr_float_env *env);
uint64_t dr_float_zero(const dr_float_format *f, bool sign);
uint64_t dr_float_infinity(const dr_float_format *f, bool sign);
uint64_t dr_float_default_nan(const dr_float_format *f);
uint64_t dr_float_invalid(const dr_float_format *f, dr_float_env *env); /* default NaN and the invalid flag */
/* The NaN (quieted, or the default NaN) that comes of a NaN operand. */
uint64_t dr_float_quieten(const dr_float_format *f, const dr_float_parts *nan, dr_float_env *env);
/* Among two operands, or three, the NaN that the result takes; at least one is a NaN. */
uint64_t dr_float_nan2(const dr_float_format *f, const dr_float_parts *a, const dr_float_parts *b, dr_float_env *env);
/* Does a remainder of `rest` / 2^`bits` (1 <= bits <= 64) round the magnitude `value` up? */
bool dr_float_rounds_up(dr_rounding rounding, bool sign, uint64_t value, uint64_t rest, uint32_t bits);

/* softfloat_arithmetic.c */
uint64_t dr_float_add(const dr_float_format *f, uint64_t a, uint64_t b, dr_float_env *env);
uint64_t dr_float_subtract(const dr_float_format *f, uint64_t a, uint64_t b, dr_float_env *env);
uint64_t dr_float_multiply(const dr_float_format *f, uint64_t a, uint64_t b, dr_float_env *env);
uint64_t dr_float_multiply_add(const dr_float_format *f, uint64_t addend, uint64_t a, uint64_t b, dr_float_env *env);
uint64_t dr_float_divide(const dr_float_format *f, uint64_t a, uint64_t b, dr_float_env *env);
uint64_t dr_float_square_root(const dr_float_format *f, uint64_t a, dr_float_env *env);

/* softfloat_convert.c */
uint64_t dr_float_convert(const dr_float_format *from, const dr_float_format *to, uint64_t a, dr_float_env *env);
/* To a fixed-point number of `width` <= 32 bits, `fraction` of them after the point; saturates. */
uint64_t dr_float_to_fixed(const dr_float_format *f, uint64_t a, uint32_t width, uint32_t fraction, bool is_signed,
                           dr_rounding rounding, dr_float_env *env);
uint64_t dr_float_from_fixed(const dr_float_format *f, int64_t value, uint32_t fraction, dr_float_env *env);
uint64_t dr_float_round_to_integer(const dr_float_format *f, uint64_t a, dr_rounding rounding, bool exact,
                                   dr_float_env *env);
/* NZCV in bits 31:28: less 1000, equal 0110, greater 0010, unordered 0011. */
uint32_t dr_float_compare(const dr_float_format *f, uint64_t a, uint64_t b, bool signal_quiet, dr_float_env *env);
uint64_t dr_float_max_number(const dr_float_format *f, uint64_t a, uint64_t b, bool minimum, dr_float_env *env);

#endif
