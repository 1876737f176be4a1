/* 64-bit and 32-bit arithmetic: what the compiler does inline and what its run-time library does. */
#include "check.h"

static void arithmetic64(uint64_t a, uint64_t b) {
    put64(a + b);
    put64(a - b);
    put64(a * b);
    put64(0 - a);
    put64(__builtin_bswap64(a));
    put(a ? (uint32_t)__builtin_clzll(a) : 64);
    put(a ? (uint32_t)__builtin_ctzll(a) : 64);
    put((uint32_t)__builtin_popcountll(a));
    int64_t sum, product;
    put((uint32_t)__builtin_add_overflow((int64_t)a, (int64_t)b, &sum));
    put((uint32_t)__builtin_mul_overflow((int64_t)a, (int64_t)b, &product));
    put64((uint64_t)sum);
    put64((uint64_t)product);
}

static void divide64(uint64_t a, uint64_t b) {
    int64_t sa = (int64_t)a, sb = (int64_t)b;
    int defined = sb != 0 && !(sa == INT64_MIN && sb == -1);
    put64(b ? a / b : 0);
    put64(b ? a % b : 0);
    put64(defined ? (uint64_t)(sa / sb) : 0);
    put64(defined ? (uint64_t)(sa % sb) : 0);
}

static void shift64(uint64_t a, uint64_t b) {
    uint32_t n = b & 63u;
    put64(a << n);
    put64(a >> n);
    put64((uint64_t)((int64_t)a >> n));
    put64(n ? a << n | a >> (64 - n) : a);
}

static void compare64(uint64_t a, uint64_t b) {
    int64_t sa = (int64_t)a, sb = (int64_t)b;
    put((uint32_t)(a < b) | (uint32_t)(a <= b) << 1 | (uint32_t)(a == b) << 2 | (uint32_t)(sa < sb) << 3 |
        (uint32_t)(sa <= sb) << 4 | (uint32_t)(sa > 0) << 5);
}

static void words(uint32_t a, uint32_t b) {
    int32_t sa = (int32_t)a, sb = (int32_t)b;
    int defined = sb != 0 && !(sa == INT32_MIN && sb == -1);
    uint32_t n = b & 31u;
    put(a * b);
    put64((uint64_t)a * b);
    put64((uint64_t)((int64_t)sa * sb));
    put64((uint64_t)a * b + a + b);
    put(b ? a / b : 0);
    put(b ? a % b : 0);
    put(defined ? (uint32_t)(sa / sb) : 0);
    put(defined ? (uint32_t)(sa % sb) : 0);
    put(a / 10u);
    put((uint32_t)(sa / 7));
    put((uint32_t)(sa % 1000));
    put(a << n);
    put(a >> n);
    put((uint32_t)(sa >> n));
    put(n ? a >> n | a << (32 - n) : a);
    put(__builtin_bswap32(a));
    put(a ? (uint32_t)__builtin_clz(a) : 32);
    put((uint32_t)(int32_t)(int8_t)a);
    put((uint32_t)(int32_t)(int16_t)a);
    put((uint32_t)(uint8_t)a + (uint16_t)b);
    put((uint32_t)__builtin_popcount(a & ~b));
    put((uint32_t)(a < b) | (uint32_t)(sa < sb) << 1 | (uint32_t)(sa >= sb) << 2 | (uint32_t)(a > b) << 3);
    put(sa > sb ? a : b);
}

void check_integers(void) {
    for (uint32_t k = 0; k < operands->integer_count; k++) {
        uint64_t a = operands->integers[k][0], b = operands->integers[k][1];
        arithmetic64(a, b);
        divide64(a, b);
        shift64(a, b);
        compare64(a, b);
        words((uint32_t)a, (uint32_t)b);
    }
}
