/* 3x3 convolution of one channel under 2x2 windows, with the weights as operands in generated code.
 *
 * The generator writes a function for each four output channels, in the words of this file. Each sets `best` to the
 * greatest of the four sums under a window, by channel, without bias.
 *
 * Without SIMD a word of `x` holds two neighbours: the pixel and 2^16 times the one to its right, both int8 with their
 * signs. One product with a weight serves the two patches of a window that lie side by side. It is exact as long as a
 * sum fits into 16 bits with its sign, so sums are taken apart (PIXELS_KEEP) before they can leave them: the generator
 * knows the weights, and where that is in each channel. On Armv6-M a product takes 3 cycles: MOVS, MULS, ADDS.
 *
 * With SIMD a word holds two int16 pixels, and each weight pair serves the patches that lie one above the other.
 */
#ifndef KERNELS_PIXELS_S8_H
#define KERNELS_PIXELS_S8_H

#include "dsp.h"
#include <stdint.h>

/* x: the window's first pixel in the first of four rows. */
typedef void pixels_s8(const uint32_t *x, int32_t best[4]);

/* Code that counts as weights: it goes where the linker script places these. */
#define PIXELS_CODE __attribute__((section(".weights_code")))

/* A row has a multiple of PIXELS_COLUMNS pixels. */
#define PIXELS_COLUMNS 4
#if KERNELS_DSP
#define PIXELS_BYTES 2 /* of a pixel */
#else
#define PIXELS_BYTES 4
#endif

/* Write a row: `left` times `border`, `count` pixels, and `border` up to its end.  words: of the row. */
void pixels_s8_row(uint32_t *to, int32_t words, const int8_t *pixels, int32_t count, int32_t left, int32_t border);

#if KERNELS_DSP

#ifdef __ARM_FEATURE_DSP

/* r4 to r11: two words of each row.  r0, r1: sums of the upper left and upper right patch, r2, r3: of the lower two.
 * r12: the first two weights of a row of the kernel, lr: its last two.  On the stack: best. SMLAD and the moves of the
 * next weights take turns, because Cortex-M7 issues two instructions at a time, but not two multiplications. */
/* clang-format off */
#define PIXELS_BEGIN(name, width)                                                                                      \
    __attribute__((naked)) PIXELS_CODE static void name(const uint32_t *x __attribute__((unused)),                     \
                                                        int32_t best[4] __attribute__((unused))) {                     \
        __asm__ volatile(                                                                                              \
            ".syntax unified\n"                                                                                        \
            "push {r1, r4-r11, lr}\n"                                                                                  \
            "ldrd r4, r5, [r0]\n ldrd r6, r7, [r0, #" #width " * 2]\n"                                                 \
            "ldrd r8, r9, [r0, #" #width " * 4]\n ldrd r10, r11, [r0, #" #width " * 6]\n"
#define PIXELS_LOW(weight) "#(" #weight " & 0xffff)\n"
#define PIXELS_FIRST(x, below, a, b, c)                                                                                \
    "smuad r0, " x ", r12\n movw lr, " PIXELS_LOW(b) "smultb r1, " x ", r12\n movt lr, " PIXELS_LOW(c)                 \
    "smuad r2, " below ", r12\n smultb r3, " below ", r12\n"
#define PIXELS_LEFT(x, below, a, b, c)                                                                                 \
    "smlad r0, " x ", r12, r0\n movw lr, " PIXELS_LOW(b) "smlatb r1, " x ", r12, r1\n movt lr, " PIXELS_LOW(c)         \
    "smlad r2, " below ", r12, r2\n smlatb r3, " below ", r12, r3\n"
#define PIXELS_RIGHT(x, below, next, after)                                                                            \
    "smlabt r0, " x ", lr, r0\n movw r12, " PIXELS_LOW(next)                                                           \
    "smlad r1, " x ", lr, r1\n movt r12, " PIXELS_LOW(after)                                                           \
    "smlabt r2, " below ", lr, r2\n smlad r3, " below ", lr, r3\n"
#define PIXELS_CHANNEL(channel, a, b, c, d, e, f, g, h, i)                                                             \
    "movw r12, " PIXELS_LOW(a) "movt r12, " PIXELS_LOW(b)                                                              \
    PIXELS_FIRST("r4", "r6", a, b, c) PIXELS_RIGHT("r5", "r7", d, e)                                                   \
    PIXELS_LEFT("r6", "r8", d, e, f) PIXELS_RIGHT("r7", "r9", g, h)                                                    \
    PIXELS_LEFT("r8", "r10", g, h, i) PIXELS_RIGHT("r9", "r11", 0, 0)                                                  \
    "ldr lr, [sp]\n"                                                                                                   \
    "cmp r0, r1\n it lt\n movlt r0, r1\n cmp r2, r3\n it lt\n movlt r2, r3\n"                                          \
    "cmp r0, r2\n it lt\n movlt r0, r2\n str r0, [lr, #" #channel " * 4]\n"
#define PIXELS_END                                                                                                     \
            "pop {r1, r4-r11, pc}\n");                                                                                 \
    }
/* clang-format on */

#else

/* The two patches side by side from three rows of `words`, for one channel. */
static inline int32_t pixels_two(const uint32_t *x, int32_t words, const int8_t weights[9]) {
    uint32_t left = 0, right = 0;
    for (int32_t row = 0; row < 3; row++, x += words, weights += 3) {
        const uint32_t first = dsp_lanes(weights[0], weights[1]), last = dsp_lanes(weights[1], weights[2]);
        left = dsp_smlad(x[0], first, dsp_smlabt(x[1], last, left));
        right = dsp_smlabt(first, x[0], dsp_smlad(x[1], last, right));
    }
    return (int32_t)left > (int32_t)right ? (int32_t)left : (int32_t)right;
}

#define PIXELS_BEGIN(name, width)                                                                                      \
    PIXELS_CODE static void name(const uint32_t *x, int32_t best[4]) {                                                 \
        enum { WORDS = (width) / 2 };
#define PIXELS_CHANNEL(channel, ...)                                                                                   \
    {                                                                                                                  \
        static const int8_t weights[9] = {__VA_ARGS__};                                                                \
        const int32_t upper = pixels_two(x, WORDS, weights), lower = pixels_two(x + WORDS, WORDS, weights);            \
        best[channel] = upper > lower ? upper : lower;                                                                 \
    }
#define PIXELS_END }

#endif

#elif defined(__ARM_ARCH_6M__)

/* r0: pixels.  r1: two of them.  r3 to r6: packed sums a to d.  Sums that were taken apart: r8 and r9 of a, r10 and r11
 * of b, r12 and lr of c, r7 and the stack's top of d.  On the stack above it: end of r0, best. */
#define PIXELS_a "r3"
#define PIXELS_b "r4"
#define PIXELS_c "r5"
#define PIXELS_d "r6"

/* clang-format off */
#define PIXELS_BEGIN(name, width)                                                                                      \
    __attribute__((naked)) PIXELS_CODE static void name(const uint32_t *x __attribute__((unused)),                     \
                                                        int32_t best[4] __attribute__((unused))) {                     \
        __asm__ volatile(                                                                                              \
            ".syntax unified\n"                                                                                        \
            "push {r4-r7, lr}\n mov r4, r8\n mov r5, r9\n mov r6, r10\n mov r7, r11\n push {r4-r7}\n"                  \
            "movs r2, #1\n lsls r2, r2, #31\n mov r3, r2\n mov r4, r2\n mov r5, r2\n"                                  \
            "stm r1!, {r2-r5}\n subs r1, #16\n"                                                                        \
            "mov r2, r0\n adds r2, #" #width " * 8\n push {r0-r2}\n"                                                   \
            "str r2, [sp, #4]\n str r1, [sp, #8]\n"                                                                    \
            "1:\n"
#define PIXELS_TAP(column) "ldr r1, [r0, #" #column " * 4]\n"
#define PIXELS_NEXT_ROW(width) "adds r0, #" #width " * 4\n"
#define PIXELS_TIMES(weight) "movs r2, #" #weight "\n muls r2, r1, r2\n"
#define PIXELS_SET(sum, weight) "movs " PIXELS_##sum ", #" #weight "\n muls " PIXELS_##sum ", r1, " PIXELS_##sum "\n"
#define PIXELS_SET_MINUS(sum, weight) PIXELS_SET(sum, weight) "rsbs " PIXELS_##sum ", " PIXELS_##sum ", #0\n"
#define PIXELS_PLUS(sum, weight) PIXELS_TIMES(weight) "adds " PIXELS_##sum ", " PIXELS_##sum ", r2\n"
#define PIXELS_MINUS(sum, weight) PIXELS_TIMES(weight) "subs " PIXELS_##sum ", " PIXELS_##sum ", r2\n"
/* The left patch's sum to r2, the right one's to the packed sum's register. */
#define PIXELS_SPLIT(sum)                                                                                              \
    "sxth r2, " PIXELS_##sum "\n subs " PIXELS_##sum ", " PIXELS_##sum ", r2\n"                                        \
    "asrs " PIXELS_##sum ", " PIXELS_##sum ", #16\n"
#define PIXELS_KEEP_FIRST(sum) PIXELS_SPLIT(sum) PIXELS_MOVE_##sum
#define PIXELS_KEEP(sum) PIXELS_SPLIT(sum) PIXELS_ADD_##sum
#define PIXELS_MOVE_a "mov r8, r2\n mov r9, r3\n"
#define PIXELS_MOVE_b "mov r10, r2\n mov r11, r4\n"
#define PIXELS_MOVE_c "mov r12, r2\n mov lr, r5\n"
#define PIXELS_MOVE_d "mov r7, r2\n str r6, [sp]\n"
#define PIXELS_ADD_a "add r8, r2\n add r9, r3\n"
#define PIXELS_ADD_b "add r10, r2\n add r11, r4\n"
#define PIXELS_ADD_c "add r12, r2\n add lr, r5\n"
#define PIXELS_ADD_d "adds r7, r7, r2\n ldr r2, [sp]\n adds r6, r6, r2\n str r6, [sp]\n"
#define PIXELS_TAKE_a "add r2, r8\n add r3, r9\n"
#define PIXELS_TAKE_b "add r2, r10\n add r4, r11\n"
#define PIXELS_TAKE_c "add r2, r12\n add r5, lr\n"
#define PIXELS_TAKE_d "adds r2, r2, r7\n ldr r7, [sp]\n adds r6, r6, r7\n"
#define PIXELS_GREATER(sum) "cmp r2, " PIXELS_##sum "\n bge 2f\n mov r2, " PIXELS_##sum "\n 2:\n"
#define PIXELS_AT_a "0"
#define PIXELS_AT_b "4"
#define PIXELS_AT_c "8"
#define PIXELS_AT_d "12"
/* d comes first: its sums free r7. */
#define PIXELS_BASE_a
#define PIXELS_BASE_b
#define PIXELS_BASE_c
#define PIXELS_BASE_d "ldr r7, [sp, #8]\n"
#define PIXELS_BEST(sum)                                                                                               \
    PIXELS_GREATER(sum) PIXELS_BASE_##sum "ldr " PIXELS_##sum ", [r7, #" PIXELS_AT_##sum "]\n"                        \
    "cmp r2, " PIXELS_##sum "\n ble 2f\n str r2, [r7, #" PIXELS_AT_##sum "]\n 2:\n"
#define PIXELS_LAST(sum) PIXELS_SPLIT(sum) PIXELS_TAKE_##sum PIXELS_BEST(sum)
#define PIXELS_ONLY(sum) PIXELS_SPLIT(sum) PIXELS_BEST(sum)
#define PIXELS_END(width)                                                                                              \
            "subs r0, #" #width " * 4\n ldr r2, [sp, #4]\n cmp r0, r2\n beq 3f\n b 1b\n"                               \
            "3:\n add sp, #12\n"                                                                                       \
            "pop {r4-r7}\n mov r8, r4\n mov r9, r5\n mov r10, r6\n mov r11, r7\n pop {r4-r7, pc}\n");                  \
    }
/* clang-format on */

#else

/* The packed sum of two patches, and what was taken out of it before. */
struct pixels_sum {
    uint32_t packed;
    int32_t left, right;
};

static inline void pixels_keep(struct pixels_sum *sum) {
    const int32_t left = (int16_t)sum->packed;
    sum->left += left;
    sum->right += (int32_t)(sum->packed - (uint32_t)left) >> 16;
}

static inline void pixels_best(struct pixels_sum *sum, int32_t *best) {
    pixels_keep(sum);
    *best = sum->left > *best ? sum->left : *best;
    *best = sum->right > *best ? sum->right : *best;
}

#define PIXELS_BEGIN(name, width)                                                                                      \
    PIXELS_CODE static void name(const uint32_t *x, int32_t best[4]) {                                                 \
        const uint32_t *const end = x + 2 * (width);                                                                   \
        best[0] = best[1] = best[2] = best[3] = INT32_MIN;                                                             \
        do {                                                                                                           \
            struct pixels_sum a = {0, 0, 0}, b = {0, 0, 0}, c = {0, 0, 0}, d = {0, 0, 0};                              \
            uint32_t two;
#define PIXELS_TAP(column) two = x[column];
#define PIXELS_NEXT_ROW(width) x += (width);
#define PIXELS_SET(sum, weight) sum.packed = two * weight##u;
#define PIXELS_SET_MINUS(sum, weight) sum.packed = 0u - two * weight##u;
#define PIXELS_PLUS(sum, weight) sum.packed += two * weight##u;
#define PIXELS_MINUS(sum, weight) sum.packed -= two * weight##u;
#define PIXELS_KEEP_FIRST(sum) pixels_keep(&sum);
#define PIXELS_KEEP(sum) pixels_keep(&sum);
#define PIXELS_AT_a 0
#define PIXELS_AT_b 1
#define PIXELS_AT_c 2
#define PIXELS_AT_d 3
#define PIXELS_LAST(sum) pixels_best(&sum, &best[PIXELS_AT_##sum]);
#define PIXELS_ONLY(sum) pixels_best(&sum, &best[PIXELS_AT_##sum]);
#define PIXELS_END(width)                                                                                              \
    x -= (width);                                                                                                      \
    }                                                                                                                  \
    while (x != end)                                                                                                   \
        ;                                                                                                              \
    }

#endif

#endif
