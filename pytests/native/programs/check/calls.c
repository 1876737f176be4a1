/* Variable arguments, structures by value, setjmp and longjmp. */
#include "check.h"

#include <stdarg.h>

/* ------------------------------------------------------------------ setjmp: newlib's, or one of our own */
#ifdef NEWLIB
#include <setjmp.h>
#else
typedef uint64_t jmp_buf[20];
__attribute__((returns_twice)) int setjmp(jmp_buf buffer);
__attribute__((noreturn)) void longjmp(jmp_buf buffer, int value);
__asm__(".syntax unified\n.thumb\n.text\n"
#if defined(__ARM_FP)
        ".fpu fpv5-d16\n"
#endif
        ".global setjmp\n.thumb_func\n.type setjmp, %function\nsetjmp:\n"
        "    mov r1, sp\n    mov r2, lr\n    stmia r0!, {r1, r2, r4-r7}\n"
        "    mov r1, r8\n    mov r2, r9\n    mov r3, r10\n    stmia r0!, {r1-r3}\n    mov r1, r11\n    str r1, [r0]\n"
#if defined(__ARM_FP)
        "    adds r0, #4\n    vstmia r0!, {d8-d15}\n"
#endif
        "    movs r0, #0\n    bx lr\n.size setjmp, . - setjmp\n"
        ".global longjmp\n.thumb_func\n.type longjmp, %function\nlongjmp:\n"
        "    mov r12, r1\n    ldmia r0!, {r1, r2, r4-r7}\n    mov sp, r1\n    mov lr, r2\n"
        "    ldmia r0!, {r1-r3}\n    mov r8, r1\n    mov r9, r2\n    mov r10, r3\n    ldr r1, [r0]\n    mov r11, r1\n"
#if defined(__ARM_FP)
        "    adds r0, #4\n    vldmia r0!, {d8-d15}\n"
#endif
        "    mov r0, r12\n    cmp r0, #0\n    bne 1f\n    movs r0, #1\n1:  bx lr\n.size longjmp, . - longjmp\n");
#endif

static jmp_buf buffer;

__attribute__((noinline)) static void dive(uint32_t depth, int value) {
    volatile uint32_t room[8] = {depth};
    if (depth == 0) {
        longjmp(buffer, value);
    }
    dive(depth - 1, value);
    put(room[0] | 0xBAD00000u); /* never reached */
}

static void jumps(uint32_t seed) {
    uint32_t kept[6];
    double kept_double = seed * 0.25;
    for (uint32_t k = 0; k < 6; k++) {
        kept[k] = seed * (k + 1);
        HIDE(kept[k]);
    }
    volatile uint32_t rounds = 0;
    int value = setjmp(buffer);
    put((uint32_t)value);
    rounds++;
    if (rounds < 4) {
        dive(3 * rounds, rounds == 3 ? 0 : (int)(100 * rounds));
    }
    for (uint32_t k = 0; k < 6; k++) {
        put(kept[k]);
    }
    put((uint32_t)(kept_double * 4.0));
}

/* ------------------------------------------------------------------ variable arguments */
__attribute__((noinline)) static uint64_t sum(const char *kinds, ...) {
    va_list arguments, again;
    va_start(arguments, kinds);
    va_copy(again, arguments);
    uint64_t total = 0;
    for (const char *kind = kinds; *kind; kind++) {
        total *= 31;
        total += *kind == 'i'   ? (uint64_t)(int64_t)va_arg(arguments, int)
                 : *kind == 'l' ? va_arg(arguments, uint64_t)
                 : *kind == 'd' ? (uint64_t)(int64_t)(va_arg(arguments, double) * 1024.0)
                                : *va_arg(arguments, const uint32_t *);
    }
    total += kinds[0] == 'i' ? (uint64_t)va_arg(again, int) : 0;
    va_end(again);
    va_end(arguments);
    return total;
}

static void variable_arguments(void) {
    static const uint32_t word = 0xCAFEBABEu;
    put64(sum("i", -5));
    put64(sum("il", 1, 0x123456789ABCDEFull));
    put64(sum("lil", 7ull, -9, 0xFFFFFFFFFFFFFFFFull));
    put64(sum("idid", 3, 2.5, -4, -1.75));
    put64(sum("pidlpid", &word, 12, 1e6, 5ull, &word, -1, 0.0009765625));
}

/* ------------------------------------------------------------------ structures by value */
typedef struct three {
    uint8_t bytes[3];
} three;
typedef struct pair {
    uint32_t a;
    uint64_t b;
} pair;
typedef struct large {
    uint32_t words[11];
} large;
typedef struct vector {
    float x, y, z, w;
} vector;
typedef struct mixed {
    double d;
    uint16_t h;
    float f;
} mixed;

__attribute__((noinline)) static three rotate(three t, uint8_t by) {
    return (three){{(uint8_t)(t.bytes[1] + by), t.bytes[2], t.bytes[0]}};
}
__attribute__((noinline)) static pair exchange(uint32_t before, pair p, uint32_t after) {
    return (pair){(uint32_t)(p.b >> 32) + before, (uint64_t)p.a << 32 | after};
}
__attribute__((noinline)) static large reverse(large l, uint32_t add) {
    large out;
    for (uint32_t k = 0; k < 11; k++) {
        out.words[k] = l.words[10 - k] + add;
    }
    l.words[0] = 0;
    return out;
}
__attribute__((noinline)) static vector scale(vector v, float by, double more) {
    return (vector){v.w * by, v.z * by, v.y * by, v.x * (float)more};
}
__attribute__((noinline)) static mixed change(uint8_t first, mixed m, float f, mixed n) {
    return (mixed){m.d + n.d + first, (uint16_t)(m.h ^ n.h), m.f * f - n.f};
}

static void structures(void) {
    three t = rotate(rotate((three){{1, 2, 250}}, 7), 9);
    put(t.bytes[0] | (uint32_t)t.bytes[1] << 8 | (uint32_t)t.bytes[2] << 16);
    pair p = exchange(5, exchange(3, (pair){0x11111111u, 0x2222222233333333ull}, 0x44444444u), 6);
    put(p.a);
    put64(p.b);
    large l;
    for (uint32_t k = 0; k < 11; k++) {
        l.words[k] = 0x01010101u * k;
    }
    large r = reverse(reverse(l, 1), 2);
    for (uint32_t k = 0; k < 11; k++) {
        put(r.words[k] + l.words[k]);
    }
    vector v = scale(scale((vector){1.5f, -2.0f, 3.25f, 4.0f}, 2.0f, 0.5), 8.0f, 4.0);
    put((uint32_t)(int32_t)(v.x * 16.0f));
    put((uint32_t)(int32_t)(v.y * 16.0f));
    put((uint32_t)(int32_t)(v.z * 16.0f));
    put((uint32_t)(int32_t)(v.w * 16.0f));
    mixed m = change(3, (mixed){1.25, 0xABCD, 2.0f}, 1.5f, (mixed){100.5, 0x1234, 0.25f});
    put((uint32_t)(m.d * 4.0));
    put(m.h);
    put((uint32_t)(m.f * 4.0f));
}

void check_calls(void) {
    jumps(0x1357u);
    variable_arguments();
    structures();
}
