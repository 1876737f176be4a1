/* The common floating-point instructions, computed by the host where that is provably the same as fpu_execute.c.
 *
 * Same bits and same flags, when all of this holds: the rounding mode is to nearest (the host's), the cumulative
 * inexact flag is set already (so it does not matter whether this result is inexact), the operands are normal numbers
 * or zeros, and the result is normal and above the smallest normal number, so that no other flag and no flush can come
 * up. */
#ifndef DIGITRIG_FPU_FAST_H
#define DIGITRIG_FPU_FAST_H

#include "fpu.h"

#include <string.h>

#ifdef __clang__
#pragma STDC FP_CONTRACT OFF
#endif

enum { DR_FPSCR_ROUNDING = 3u << 22, DR_FPSCR_IXC = 1u << 4 };

static inline bool dr_plain_operand32(uint32_t x) { return ((x + 0x00800000) & 0x7F000000) != 0 || x << 1 == 0; }
static inline bool dr_plain_operand64(uint64_t x) {
    return ((x + (1ull << 52)) & 0x7FE0000000000000) != 0 || x << 1 == 0;
}
static inline bool dr_plain_result32(uint32_t x) { return (x >> 23 & 0xFF) - 2 < 0xFD; }
static inline bool dr_plain_result64(uint64_t x) { return (x >> 52 & 0x7FF) - 2 < 0x7FD; }

static inline float dr_as_float(uint32_t x) {
    float f;
    memcpy(&f, &x, sizeof f);
    return f;
}

static inline uint32_t dr_float_bits(float f) {
    uint32_t x;
    memcpy(&x, &f, sizeof x);
    return x;
}

static inline double dr_as_double(const uint32_t *s) {
    uint64_t x = (uint64_t)s[1] << 32 | s[0];
    double f;
    memcpy(&f, &x, sizeof f);
    return f;
}

static inline uint64_t dr_double_bits(double f) {
    uint64_t x;
    memcpy(&x, &f, sizeof x);
    return x;
}

static inline bool dr_put_single(uint32_t *d, bool plain, float value) {
    uint32_t bits = dr_float_bits(value);
    if (!plain || !dr_plain_result32(bits)) {
        return false;
    }
    *d = bits;
    return true;
}

static inline bool dr_put_double(uint32_t *d, double a, double b, double value) {
    uint64_t bits = dr_double_bits(value);
    if (!dr_plain_operand64(dr_double_bits(a)) || !dr_plain_operand64(dr_double_bits(b)) || !dr_plain_result64(bits)) {
        return false;
    }
    d[0] = (uint32_t)bits;
    d[1] = (uint32_t)(bits >> 32);
    return true;
}

/* The product of two singles is exact in a double. The sum is rounded to a double and then to a single, which is the
 * same as rounding once unless the double lies exactly between two singles. */
static inline bool dr_fast_fused(uint32_t *s, const dr_fpu_op *op, bool plain) {
    uint32_t c = s[op->d] ^ (uint32_t)(op->arg >> 1) << 31, a = s[op->n] ^ (uint32_t)(op->arg & 1) << 31;
    double sum = (double)dr_as_float(a) * (double)dr_as_float(s[op->m]) + (double)dr_as_float(c);
    plain = plain && dr_plain_operand32(c) && (dr_double_bits(sum) & 0x1FFFFFFF) != 0x10000000;
    return dr_put_single(&s[op->d], plain, (float)sum);
}

static inline bool dr_fast_accumulate(uint32_t *s, const dr_fpu_op *op, bool plain) {
    uint32_t product = dr_float_bits(dr_as_float(s[op->n]) * dr_as_float(s[op->m]));
    plain = plain && dr_plain_result32(product) && dr_plain_operand32(s[op->d]);
    uint32_t addend = s[op->d] ^ (uint32_t)(op->arg >> 1) << 31;
    product ^= (uint32_t)(op->arg & 1) << 31;
    return dr_put_single(&s[op->d], plain, dr_as_float(addend) + dr_as_float(product));
}

static inline bool dr_fast_square_root(uint32_t *s, const dr_fpu_op *op) {
#if defined(__has_builtin)
#if __has_builtin(__builtin_elementwise_sqrt)
    uint32_t x = s[op->m];
    bool plain = x >> 31 == 0 && x != 0 && dr_plain_operand32(x);
    return dr_put_single(&s[op->d], plain, __builtin_elementwise_sqrt(dr_as_float(x)));
#endif
#endif
    (void)s, (void)op;
    return false;
}

/* No rounding here: for any mode, with or without the inexact flag. */
static inline bool dr_fast_compare(struct dr_board *b, const dr_fpu_op *op) {
    uint32_t x = b->cpu.s[op->d], y = op->arg & 2 ? 0 : b->cpu.s[op->m];
    if (!dr_plain_operand32(x) || !dr_plain_operand32(y)) {
        return false;
    }
    float f = dr_as_float(x), g = dr_as_float(y);
    b->cpu.fpscr = (b->cpu.fpscr & 0x0FFFFFFF) | (f < g ? 8u : f == g ? 6u : 2u) << 28;
    return true;
}

static inline bool dr_fast_to_integer(struct dr_board *b, const dr_fpu_op *op) {
    uint32_t x = b->cpu.s[op->m];
    if (!dr_plain_operand32(x) || (x & 0x7FFFFFFF) >= 0x4F000000) { /* 2^31 */
        return false;
    }
    int32_t value = (int32_t)dr_as_float(x);
    b->cpu.fpscr |= (float)value == dr_as_float(x) ? 0u : (uint32_t)DR_FPSCR_IXC;
    b->cpu.s[op->d] = (uint32_t)value;
    return true;
}

/* Up to 2^24 every integer is a single. */
static inline bool dr_fast_from_integer(struct dr_board *b, const dr_fpu_op *op, bool host) {
    int32_t value = (int32_t)b->cpu.s[op->m];
    if (!host && (value < -(1 << 24) || value > 1 << 24)) {
        return false;
    }
    b->cpu.s[op->d] = dr_float_bits((float)value);
    return true;
}

/* True if the instruction has been executed; else nothing has changed. kind: op->fast, a constant in each handler. */
__attribute__((always_inline)) static inline bool dr_fpu_fast(struct dr_board *b, const dr_fpu_op *op,
                                                              dr_fpu_shortcut kind) {
    uint32_t *s = b->cpu.s, *d = &s[op->d];
    bool host = (b->cpu.fpscr & (DR_FPSCR_ROUNDING | DR_FPSCR_IXC)) == DR_FPSCR_IXC;
    uint32_t x = s[op->n & 31], y = s[op->m & 31];
    bool plain = host && dr_plain_operand32(x) && dr_plain_operand32(y);
    switch (kind) {
    case DR_FAST_ADD:
        return dr_put_single(d, plain, dr_as_float(x) + dr_as_float(y));
    case DR_FAST_SUB:
        return dr_put_single(d, plain, dr_as_float(x) - dr_as_float(y));
    case DR_FAST_MUL:
        return dr_put_single(d, plain, dr_as_float(x) * dr_as_float(y));
    case DR_FAST_DIV:
        return dr_put_single(d, plain, dr_as_float(x) / dr_as_float(y));
    case DR_FAST_MLA:
        return dr_fast_accumulate(s, op, plain);
    case DR_FAST_FMA:
        return dr_fast_fused(s, op, plain);
    case DR_FAST_SQRT:
        return host && dr_fast_square_root(s, op);
    case DR_FAST_COMPARE:
        return dr_fast_compare(b, op);
    case DR_FAST_FROM_INTEGER:
        return dr_fast_from_integer(b, op, host);
    case DR_FAST_TO_INTEGER:
        return dr_fast_to_integer(b, op);
    case DR_FAST_MOVE:
        *d = y;
        return true;
    case DR_FAST_SINGLE_TO_CORE:
        b->cpu.r[op->d] = x;
        return true;
    case DR_FAST_CORE_TO_SINGLE:
        *d = b->cpu.r[op->n];
        return true;
    case DR_FAST_ADD_DOUBLE: {
        double m = dr_as_double(&s[op->m]), n = dr_as_double(&s[op->n]);
        return host && dr_put_double(d, n, m, n + m);
    }
    case DR_FAST_SUB_DOUBLE: {
        double m = dr_as_double(&s[op->m]), n = dr_as_double(&s[op->n]);
        return host && dr_put_double(d, n, m, n - m);
    }
    case DR_FAST_MUL_DOUBLE: {
        double m = dr_as_double(&s[op->m]), n = dr_as_double(&s[op->n]);
        return host && dr_put_double(d, n, m, n * m);
    }
    case DR_FAST_DIV_DOUBLE: {
        double m = dr_as_double(&s[op->m]), n = dr_as_double(&s[op->n]);
        return host && dr_put_double(d, n, m, n / m);
    }
    default:
        return false;
    }
}

#endif
