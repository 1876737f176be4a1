/* float and double: arithmetic, comparison, conversion. A NaN is put as one pattern: which one comes out is the
 * library's affair. */
#include "check.h"

static float as_float(uint32_t bits) {
    union {
        uint32_t bits;
        float value;
    } u = {.bits = bits};
    return u.value;
}

static double as_double(uint64_t bits) {
    union {
        uint64_t bits;
        double value;
    } u = {.bits = bits};
    return u.value;
}

static void put_float(float value) {
    union {
        float value;
        uint32_t bits;
    } u = {.value = value};
    put(value != value ? 0x7FC00000u : u.bits);
}

static void put_double(double value) {
    union {
        double value;
        uint64_t bits;
    } u = {.value = value};
    put64(value != value ? 0x7FF8000000000000u : u.bits);
}

#define COMPARISON(a, b)                                                                                               \
    ((uint32_t)((a) < (b)) | (uint32_t)((a) <= (b)) << 1 | (uint32_t)((a) == (b)) << 2 | (uint32_t)((a) != (b)) << 3 | \
     (uint32_t)((a) > (b)) << 4 | (uint32_t)((a) >= (b)) << 5 | (uint32_t)__builtin_isunordered(a, b) << 6)

static void singles(float a, float b) {
    put_float(a + b);
    put_float(a - b);
    put_float(a * b);
    put_float(a / b);
    put_float(-a);
    put(COMPARISON(a, b));
    put_double((double)a);
    put((uint32_t)(a >= -0x1p31f && a < 0x1p31f ? (int32_t)a : 0));
    put(a > -1.0f && a < 0x1p32f ? (uint32_t)a : 0);
    put64((uint64_t)(a >= -0x1p63f && a < 0x1p63f ? (int64_t)a : 0));
    put64(a > -1.0f && a < 0x1p64f ? (uint64_t)a : 0);
    put_float(a * a - b * 0.5f + 1.0f); /* one rounding an operation: built without contraction */
#if defined(__ARM_FP) && (__ARM_FP & 4)
    put_float(__builtin_sqrtf(a));
    put_float(__builtin_fmaf(a, b, 1.5f));
#endif
}

static void doubles(double a, double b) {
    put_double(a + b);
    put_double(a - b);
    put_double(a * b);
    put_double(a / b);
    put_double(-a);
    put(COMPARISON(a, b));
    put_float((float)a);
    put((uint32_t)(a >= -0x1p31 && a < 0x1p31 ? (int32_t)a : 0));
    put(a > -1.0 && a < 0x1p32 ? (uint32_t)a : 0);
    put64((uint64_t)(a >= -0x1p63 && a < 0x1p63 ? (int64_t)a : 0));
    put64(a > -1.0 && a < 0x1p64 ? (uint64_t)a : 0);
    put_double(a * a - b * 0.5 + 1.0);
#if defined(__ARM_FP) && (__ARM_FP & 8)
    put_double(__builtin_sqrt(a));
    put_double(__builtin_fma(a, b, 1.5));
#endif
}

static void from_integers(uint64_t a) {
    put_float((float)(int32_t)a);
    put_float((float)(uint32_t)a);
    put_float((float)(int64_t)a);
    put_float((float)a);
    put_double((double)(int32_t)a);
    put_double((double)(uint32_t)a);
    put_double((double)(int64_t)a);
    put_double((double)a);
    put_float((float)(int16_t)a * 0.125f);
}

void check_floats(void) {
    for (uint32_t k = 0; k < operands->float_count; k++) {
        singles(as_float(operands->floats[k][0]), as_float(operands->floats[k][1]));
    }
    for (uint32_t k = 0; k < operands->double_count; k++) {
        doubles(as_double(operands->doubles[k][0]), as_double(operands->doubles[k][1]));
    }
    for (uint32_t k = 0; k < operands->integer_count; k++) {
        from_integers(operands->integers[k][0]);
    }
}
