#include "window_s8.h"

#define UNUSED __attribute__((unused))

void window_s8_begin(struct window_s8 *w, const int32_t *weights, int32_t channel) {
    const int32_t words = WINDOW_WORDS(w->taps), all = w->rows * words;
    w->weights = weights + channel / WINDOW_CHANNELS * all;
    w->end = w->weights + all;
    w->row_weights = words * 4;
    w->gap = w->row - w->taps;
    w->last = w->offsets + w->patches;
}

#if KERNELS_DSP

#ifdef __ARM_FEATURE_DSP
/* clang-format off */
/* The sums of one patch: 24 instructions for 16 products, 13 cycles on Cortex-M7. Loads and SMLAD take turns, because
 * Cortex-M7 issues two instructions at a time, but neither two multiplications nor two sign extensions; a weight is
 * loaded two cycles before it is multiplied. There is one loop for all rows: the end of a short one is never foreseen.
 *
 * r0: weights, up to r3.  r1: inputs.  r4 to r7: sums.  On the stack: their place. */
__attribute__((naked, noinline)) static void one_patch(const int32_t *weights UNUSED, const int8_t *x UNUSED,
                                                       int32_t *sums UNUSED, const int32_t *end UNUSED) {
    __asm__ volatile(
        ".syntax unified\n"
        "push {r2, r4-r11, lr}\n"
        "movs r4, #0\n movs r5, #0\n movs r6, #0\n movs r7, #0\n"
        ".balign 8\n"
        "1:\n"
        "ldr r10, [r1]\n"
        "ldr r11, [r0]\n"
        "sxtb16 r8, r10\n"
        "ldr r12, [r0, #4]\n"
        "sxtb16 r9, r10, ror #8\n"
        "smlad r4, r8, r11, r4\n"
        "ldr r11, [r0, #8]\n"
        "smlad r5, r8, r12, r5\n"
        "ldr r12, [r0, #12]\n"
        "ldr lr, [r0, #16]\n"
        "smlad r6, r8, r11, r6\n"
        "ldr r11, [r0, #20]\n"
        "smlad r7, r8, r12, r7\n"
        "ldr r12, [r0, #24]\n"
        "smlad r4, r9, lr, r4\n"
        "ldr r2, [r0, #32]\n"
        "smlad r5, r9, r11, r5\n"
        "ldr lr, [r0, #28]\n"
        "smlad r6, r9, r12, r6\n"
        "adds r0, #36\n"
        "add r1, r2\n"
        "smlad r7, r9, lr, r7\n"
        "cmp r0, r3\n"
        "bne 1b\n"
        "ldr r2, [sp]\n"
        "strd r4, r5, [r2]\n"
        "strd r6, r7, [r2, #8]\n"
        "pop {r2, r4-r11, pc}\n");
}
/* clang-format on */
#else
static void one_patch(const int32_t *weights, const int8_t *x, int32_t *sums, const int32_t *end) {
    uint32_t wrapping[WINDOW_CHANNELS] = {0, 0, 0, 0};
    for (; weights != end; weights += 9) {
        uint32_t four;
        __builtin_memcpy(&four, x, 4);
        for (int32_t i = 0; i < WINDOW_CHANNELS; i++) {
            wrapping[i] = dsp_smlad(dsp_sxtb16(four), (uint32_t)weights[i], wrapping[i]);
            wrapping[i] = dsp_smlad(dsp_sxtb16_ror8(four), (uint32_t)weights[i + 4], wrapping[i]);
        }
        x += weights[8];
    }
    for (int32_t i = 0; i < WINDOW_CHANNELS; i++) {
        sums[i] = (int32_t)wrapping[i];
    }
}
#endif

void window_s8(struct window_s8 *w, const int8_t *x) {
    one_patch(w->weights, x, w->best, w->end);
    KERNELS_NO_UNROLL
    for (int32_t patch = 1; patch < w->patches; patch++) {
        int32_t sums[WINDOW_CHANNELS];
        one_patch(w->weights, x + w->offsets[patch], sums, w->end);
        for (int32_t i = 0; i < WINDOW_CHANNELS; i++) {
            w->best[i] = sums[i] > w->best[i] ? sums[i] : w->best[i];
        }
    }
}

#elif defined(__ARM_ARCH_6M__)

/* clang-format off */
/* One tap: r6 points to its packed weights, r5 to the inputs; r7 is 0. Sums in r0 and r1. */
#define FIRST_TAP                                                                                                      \
    "ldm r6!, {r0, r1}\n ldrsb r4, [r5, r7]\n adds r5, #1\n"                                                          \
    "muls r0, r4, r0\n muls r1, r4, r1\n"
#define TAP                                                                                                            \
    "ldm r6!, {r2, r3}\n ldrsb r4, [r5, r7]\n adds r5, #1\n"                                                          \
    "muls r2, r4, r2\n adds r0, r0, r2\n muls r3, r4, r3\n adds r1, r1, r3\n"
/* Take packed sums apart and add them to those of the patch, in r8 to r11. */
#define SPLIT                                                                                                          \
    "sxth r2, r0\n add r8, r2\n subs r0, r0, r2\n asrs r0, r0, #16\n add r9, r0\n"                                     \
    "sxth r3, r1\n add r10, r3\n subs r1, r1, r3\n asrs r1, r1, #16\n add r11, r1\n"
#define KEEP_GREATER(offset, sum)                                                                                      \
    "ldr r0, [r7, #" offset "]\n cmp r0, " sum "\n bge 9f\n mov r0, " sum "\n str r0, [r7, #" offset "]\n 9:\n"

/* 28 cycles for three taps of four channels, 10 for taking them apart. */
__attribute__((naked)) static void window_armv6m(struct window_s8 *w UNUSED, const int8_t *x UNUSED) {
    __asm__ volatile(
        ".syntax unified\n"
        "push {r4-r7, lr}\n mov r4, r8\n mov r5, r9\n mov r6, r10\n mov r7, r11\n push {r0, r4-r7}\n"
        "str r1, [r0, #8]\n ldr r3, [r0, #24]\n mov lr, r3\n"
        "1:\n" /* a patch */
        "ldr r7, [sp]\n ldr r6, [r7, #12]\n ldm r6!, {r4}\n str r6, [r7, #12]\n"
        "ldr r5, [r7, #8]\n adds r5, r5, r4\n ldr r6, [r7, #0]\n"
        "movs r0, #0\n mov r8, r0\n mov r9, r0\n mov r10, r0\n mov r11, r0\n"
        "2:\n" /* a row of it */
        "ldr r7, [r7, #20]\n adds r7, r7, r6\n mov r12, r7\n movs r7, #0\n"
        "3:\n" /* three taps */
        FIRST_TAP  TAP  TAP  SPLIT
        "cmp r6, r12\n bne 3b\n"
        "add r5, lr\n ldr r7, [sp]\n ldr r0, [r7, #4]\n cmp r6, r0\n bne 2b\n"
        KEEP_GREATER("28", "r8") KEEP_GREATER("32", "r9") KEEP_GREATER("36", "r10") KEEP_GREATER("40", "r11")
        "ldr r6, [r7, #12]\n ldr r0, [r7, #16]\n cmp r6, r0\n bne 1b\n"
        "pop {r0, r4-r7}\n mov r8, r4\n mov r9, r5\n mov r10, r6\n mov r11, r7\n pop {r4-r7, pc}\n");
}
/* clang-format on */

void window_s8(struct window_s8 *w, const int8_t *x) {
    w->next = w->offsets;
    w->best[0] = w->best[1] = w->best[2] = w->best[3] = INT32_MIN;
    window_armv6m(w, x);
}

#else

/* Packed sums of two channels, taken apart: the low one has 16 bits with its sign, which the high one makes up for. */
static void split(uint32_t packed, int32_t *low, int32_t *high) {
    const int32_t first = (int16_t)packed;
    *low += first;
    *high += (int32_t)(packed - (uint32_t)first) >> 16;
}

/* Sums of one patch in groups of three taps, as the assembly does it. */
static void one_patch(const struct window_s8 *w, const int8_t *x, int32_t sums[WINDOW_CHANNELS]) {
    const int32_t *weights = w->weights;
    while (weights != w->end) {
        for (int32_t tap = 0; tap < w->taps; tap += 3) {
            uint32_t ab = 0, cd = 0;
            for (int32_t i = 0; i < 3; i++) {
                ab += (uint32_t)*weights++ * (uint32_t)*x;
                cd += (uint32_t)*weights++ * (uint32_t)*x++;
            }
            split(ab, &sums[0], &sums[1]);
            split(cd, &sums[2], &sums[3]);
        }
        x += w->gap;
    }
}

void window_s8(struct window_s8 *w, const int8_t *x) {
    for (int32_t patch = 0; patch < w->patches; patch++) {
        int32_t sums[WINDOW_CHANNELS] = {0, 0, 0, 0};
        one_patch(w, x + w->offsets[patch], sums);
        for (int32_t i = 0; i < WINDOW_CHANNELS; i++) {
            w->best[i] = patch > 0 && w->best[i] > sums[i] ? w->best[i] : sums[i];
        }
    }
}

#endif
