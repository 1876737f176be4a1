/* Switches, bit fields, function pointers, recursion. */
#include "check.h"

/* ------------------------------------------------------------------ switch tables: short, long, sparse, wide */
#define CASE(n)                                                                                                        \
    case n:                                                                                                            \
        return x * (2u * (n) + 3u) + (n);
#define CASES_8(n)                                                                                                     \
    CASE(n) CASE((n) + 1) CASE((n) + 2) CASE((n) + 3) CASE((n) + 4) CASE((n) + 5) CASE((n) + 6) CASE((n) + 7)

__attribute__((noinline)) static uint32_t short_switch(uint32_t which, uint32_t x) {
    switch (which) {
        CASES_8(0)
    default:
        return 1;
    }
}

#define LONG_CASE(n)                                                                                                   \
    case n:                                                                                                            \
        log[(n) & 3] = x + (n);                                                                                        \
        x = (x ^ (0x01010101u * ((n) + 1))) + log[((n) + 1) & 3];                                                      \
        log[((n) + 2) & 3] = x * 5u;                                                                                   \
        break;
#define LONG_CASES_8(n)                                                                                                \
    LONG_CASE(n)                                                                                                       \
    LONG_CASE((n) + 1)                                                                                                 \
    LONG_CASE((n) + 2) LONG_CASE((n) + 3) LONG_CASE((n) + 4) LONG_CASE((n) + 5) LONG_CASE((n) + 6) LONG_CASE((n) + 7)

__attribute__((noinline)) static uint32_t long_switch(uint32_t which, uint32_t x) {
    static volatile uint32_t log[4];
    switch (which) {
        LONG_CASES_8(0)
        LONG_CASES_8(8) LONG_CASES_8(16) LONG_CASES_8(24) LONG_CASES_8(32) default : x = 0;
    }
    return x + log[0] + log[1] * 3u + log[2] * 7u + log[3] * 11u;
}

__attribute__((noinline)) static uint32_t sparse_switch(int32_t which) {
    switch (which) {
    case -1000000:
        return 10;
    case -1:
        return 11;
    case 0:
        return 12;
    case 77:
        return 13;
    case 65536:
        return 14;
    case INT32_MAX:
        return 15;
    default:
        return 16;
    }
}

__attribute__((noinline)) static uint32_t wide_switch(uint64_t which) {
    switch (which) {
    case 0x100000000u:
        return 1;
    case 0x100000001u:
        return 2;
    case 1:
        return 3;
    default:
        return 4;
    }
}

static void switches(void) {
    for (uint32_t k = 0; k < 10; k++) {
        put(short_switch(k, 0x1234u + k));
    }
    for (uint32_t k = 0; k < 42; k++) {
        put(long_switch(k, 0x89ABu * k));
    }
    static const int32_t sparse[] = {-1000000, -1, 0, 77, 65536, INT32_MAX, 5};
    for (uint32_t k = 0; k < 7; k++) {
        put(sparse_switch(sparse[k]));
    }
    static const uint64_t wide[] = {0x100000000u, 0x100000001u, 1, 2};
    for (uint32_t k = 0; k < 4; k++) {
        put(wide_switch(wide[k]));
    }
}

/* ------------------------------------------------------------------ bit fields */
typedef struct fields {
    unsigned a : 3;
    int b : 5;
    unsigned c : 11;
    int d : 13;
    unsigned long long e : 37;
    long long f : 27;
    unsigned char g : 1;
    signed char h : 7;
} fields;

__attribute__((noinline)) static void set_fields(volatile fields *f, uint32_t x) {
    f->a = x;
    f->b = (int)(x >> 3);
    f->c = x >> 5;
    f->d = (int)(x >> 7);
    f->e = (uint64_t)x << 9 | x;
    f->f = -(int64_t)x;
    f->g = (unsigned char)(x >> 1);
    f->h = (signed char)x;
}

static void bit_fields(void) {
    static volatile fields f;
    for (uint32_t k = 0; k < 8; k++) {
        set_fields(&f, 0x9E3779B9u * (k + 1));
        f.a++;
        f.d -= 3;
        f.e += 0x123456789u;
        put(f.a);
        put((uint32_t)f.b);
        put(f.c);
        put((uint32_t)f.d);
        put64(f.e);
        put64((uint64_t)(int64_t)f.f);
        put(f.g);
        put((uint32_t)f.h);
    }
}

/* ------------------------------------------------------------------ functions */
typedef uint32_t operation(uint32_t, uint32_t);
static uint32_t add(uint32_t a, uint32_t b) { return a + b; }
static uint32_t subtract(uint32_t a, uint32_t b) { return a - b; }
static uint32_t multiply(uint32_t a, uint32_t b) { return a * b; }
static uint32_t exclusive(uint32_t a, uint32_t b) { return a ^ b; }
static operation *const operations[] = {add, subtract, multiply, exclusive};

__attribute__((noinline)) static uint32_t fold(operation *f, const uint32_t *list, uint32_t count) {
    uint32_t value = list[0];
    for (uint32_t k = 1; k < count; k++) {
        value = f(value, list[k]);
    }
    return value;
}

__attribute__((noinline)) static uint32_t ackermann(uint32_t m, uint32_t n) {
    return m == 0 ? n + 1 : n == 0 ? ackermann(m - 1, 1) : ackermann(m - 1, ackermann(m, n - 1));
}

__attribute__((noinline)) static uint32_t fibonacci(uint32_t n) {
    return n < 2 ? n : fibonacci(n - 1) + fibonacci(n - 2);
}

static uint32_t is_odd(uint32_t n);
__attribute__((noinline)) static uint32_t is_even(uint32_t n) { return n == 0 ? 1 : is_odd(n - 1); }
__attribute__((noinline)) static uint32_t is_odd(uint32_t n) { return n == 0 ? 0 : is_even(n - 1); }

__attribute__((noinline)) static void sort(int32_t *list, int32_t low, int32_t high, int (*before)(int32_t, int32_t)) {
    int32_t i = low, j = high, middle = list[low + (high - low) / 2];
    while (i <= j) {
        while (before(list[i], middle)) {
            i++;
        }
        while (before(middle, list[j])) {
            j--;
        }
        if (i <= j) {
            int32_t swapped = list[i];
            list[i++] = list[j];
            list[j--] = swapped;
        }
    }
    if (low < j) {
        sort(list, low, j, before);
    }
    if (i < high) {
        sort(list, i, high, before);
    }
}

static int rising(int32_t a, int32_t b) { return a < b; }
static int falling_low_byte(int32_t a, int32_t b) {
    return (a & 0xFF) > (b & 0xFF) || ((a & 0xFF) == (b & 0xFF) && a < b);
}

/* Labels as values: an indirect branch, with Thumb bits that the compiler has put there. */
__attribute__((noinline)) static uint32_t interpret(const uint8_t *code) {
    static const void *const labels[] = {&&stop, &&increment, &&twice, &&negate};
    uint32_t value = 1;
    goto *labels[*code++];
increment:
    value++;
    goto *labels[*code++];
twice:
    value *= 2;
    goto *labels[*code++];
negate:
    value = 0 - value;
    goto *labels[*code++];
stop:
    return value;
}

static void functions(void) {
    static const uint32_t list[] = {100000, 77, 13, 0xFFFFFFFFu, 9};
    for (uint32_t k = 0; k < 4; k++) {
        put(fold(operations[k], list, 5));
    }
    put(ackermann(2, 5));
    put(fibonacci(15));
    put(is_even(101) << 1 | is_odd(101));
    int32_t numbers[32];
    for (uint32_t pass = 0; pass < 2; pass++) {
        for (uint32_t k = 0; k < 32; k++) {
            numbers[k] = (int32_t)(0x9E3779B9u * (k + 5));
        }
        sort(numbers, 0, 31, pass ? falling_low_byte : rising);
        for (uint32_t k = 0; k < 32; k++) {
            put((uint32_t)numbers[k]);
        }
    }
    static const uint8_t code[] = {1, 2, 2, 1, 3, 2, 1, 0};
    put(interpret(code));
}

void check_language(void) {
    switches();
    bit_fields();
    functions();
}
