#include "window_s8.h"
#include "dot_u8s8.h"

#if KERNELS_DSP

void window_s8_begin(struct window_s8 *w, const int8_t *weights, int32_t channel, uint32_t *packed) {
    const int32_t blocks = (w->taps + DOT_TAPS - 1) / DOT_TAPS;
    (void)packed;
    w->weights = weights + channel / DOT_CHANNELS * w->rows * blocks * DOT_BLOCK_BYTES;
    w->row_weights = blocks * DOT_BLOCK_BYTES;
    w->gap = w->row - blocks * DOT_TAPS;
}

static inline int32_t greater(int32_t a, int32_t b) { return a > b ? a : b; }

#ifdef __ARM_FEATURE_DSP
#define UNUSED __attribute__((unused))
/* clang-format off */
/* The greater sums of two patches that are neighbours, for two channels: 22 instructions for 16 products. All fourteen
 * registers are in use, which compilers do not manage without the stack. Sign extensions and SMLAD take turns, because
 * Cortex-M7 issues two instructions at a time, but neither two multiplications nor two extensions.
 *
 * r0, r1: inputs of the second and the first patch.  r2: weights, up to r3 for this row.  r4 to r7: sums a and b of the
 * first patch, then of the second.  On the stack: row_weights, end of the weights, gap. */
__attribute__((naked, noinline)) static void two_patches(const struct window_s8 *w UNUSED, const int8_t *x UNUSED,
                                                         const int8_t *weights UNUSED, int32_t *best UNUSED) {
    __asm__ volatile(
        ".syntax unified\n"
        "push {r3-r11, lr}\n"
        "ldr r4, [r0, #20]\n ldr r5, [r0, #64]\n ldr r6, [r0, #24]\n ldr r7, [r0, #48]\n"
        "mla r5, r4, r5, r2\n"
        "push {r4-r6}\n"
        "adds r3, r2, r4\n adds r0, r1, r7\n"
        "movs r4, #0\n movs r5, #0\n movs r6, #0\n movs r7, #0\n"
        ".balign 8\n"
        "1:\n"
        "ldr r8, [r2], #4\n"
        "ldr r9, [r1], #4\n"
        "sxtb16 r11, r8\n"
        "ldr r10, [r0], #4\n"
        "sxtb16 r12, r9\n"
        "sxtb16 lr, r10\n"
        "smlad r4, r11, r12, r4\n"
        "sxtb16 r8, r8, ror #8\n"
        "smlad r6, r11, lr, r6\n"
        "ldr r11, [r2], #4\n"
        "smlad r5, r8, r12, r5\n"
        "sxtb16 r9, r9, ror #8\n"
        "smlad r7, r8, lr, r7\n"
        "sxtb16 r12, r11\n"
        "cmp r2, r3\n"
        "sxtb16 r10, r10, ror #8\n"
        "smlad r4, r12, r9, r4\n"
        "sxtb16 r11, r11, ror #8\n"
        "smlad r6, r12, r10, r6\n"
        "smlad r5, r11, r9, r5\n"
        "smlad r7, r11, r10, r7\n"
        "bne 1b\n"
        "ldr r11, [sp, #8]\n ldr r12, [sp, #4]\n ldr lr, [sp, #0]\n"
        "add r1, r1, r11\n cmp r2, r12\n add r0, r0, r11\n add r3, r3, lr\n"
        "bne 1b\n"
        "add sp, #12\n"
        "pop {r3}\n"
        "cmp r4, r6\n it lt\n movlt r4, r6\n"
        "cmp r5, r7\n it lt\n movlt r5, r7\n"
        "strd r4, r5, [r3]\n"
        "pop {r4-r11, pc}\n");
}
/* clang-format on */
#else
static uint32_t four_inputs(const int8_t *x) {
    uint32_t four;
    __builtin_memcpy(&four, x, 4);
    return four;
}

static void two_patches(const struct window_s8 *w, const int8_t *x, const int8_t *weights, int32_t *best) {
    uint32_t sums[2][DOT_CHANNELS] = {{0, 0}, {0, 0}};
    for (int32_t patch = 0; patch < 2; patch++) {
        const int8_t *inputs = x + w->offsets[patch], *row_end = weights, *block = weights;
        for (int32_t rows = w->rows; rows > 0; rows--) {
            row_end += w->row_weights;
            for (; block != row_end; block += DOT_BLOCK_BYTES) {
                const uint32_t four = four_inputs(inputs), even = dot_aligned_word(block);
                const uint32_t odd = dot_aligned_word(block + 4);
                const uint32_t x02 = dsp_sxtb16(four), x13 = dsp_sxtb16_ror8(four);
                sums[patch][0] = dsp_smlad(x13, dsp_sxtb16(odd), dsp_smlad(x02, dsp_sxtb16(even), sums[patch][0]));
                sums[patch][1] =
                    dsp_smlad(x13, dsp_sxtb16_ror8(odd), dsp_smlad(x02, dsp_sxtb16_ror8(even), sums[patch][1]));
                inputs += DOT_TAPS;
            }
            inputs += w->gap;
        }
    }
    for (int32_t i = 0; i < DOT_CHANNELS; i++) {
        best[i] = greater((int32_t)sums[0][i], (int32_t)sums[1][i]);
    }
}
#endif

void window_s8(struct window_s8 *w, const int8_t *x) {
    const int8_t *weights = w->weights;
    KERNELS_NO_UNROLL
    for (int32_t i = 0; i < WINDOW_CHANNELS; i += DOT_CHANNELS) {
        two_patches(w, x, weights, &w->best[i]);
        if (w->patches != 1) {
            int32_t lower[DOT_CHANNELS];
            two_patches(w, x + w->offsets[2], weights, lower);
            w->best[i] = greater(w->best[i], lower[0]);
            w->best[i + 1] = greater(w->best[i + 1], lower[1]);
        }
        weights += w->rows * w->row_weights;
    }
}

#else

/* The weights of two channels, from two bytes. */
static inline uint32_t packed_pair(uint32_t two) {
    return (uint32_t)(int8_t)two + ((uint32_t)(int8_t)(two >> 8) << 16);
}

void window_s8_begin(struct window_s8 *w, const int8_t *weights, int32_t channel, uint32_t *packed) {
    const int32_t taps = w->taps, rows = w->rows;
    uint32_t *to = packed;
    weights += channel * rows * ((taps + DOT_TAPS - 1) / DOT_TAPS * DOT_TAPS);
    KERNELS_NO_UNROLL
    for (int32_t pair = 0; pair < WINDOW_CHANNELS / DOT_CHANNELS; pair++) {
        to = packed + pair;
        KERNELS_NO_UNROLL
        for (int32_t y = rows; y > 0; y--) {
            KERNELS_NO_UNROLL
            for (int32_t left = taps; left > 0; left -= DOT_TAPS) {
                const uint32_t even = dot_aligned_word(weights), odd = dot_aligned_word(weights + 4);
                to[0] = packed_pair(even);
                if (left > 1) {
                    to[2] = packed_pair(odd);
                }
                if (left > 2) {
                    to[4] = packed_pair(even >> 16);
                }
                if (left > 3) {
                    to[6] = packed_pair(odd >> 16);
                }
                to += 2 * (left < DOT_TAPS ? left : DOT_TAPS);
                weights += DOT_BLOCK_BYTES;
            }
        }
    }
    w->weights = packed;
    w->end = packed + 2 * rows * taps;
    w->row_weights = taps * WINDOW_TAP_BYTES;
    w->gap = w->row - taps;
    w->last = w->offsets + w->patches;
}

#ifdef __ARM_ARCH_6M__
#define UNUSED __attribute__((unused))
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
#define NEXT_ROW "add r5, lr\n"
#define KEEP_GREATER(offset, sum)                                                                                      \
    "ldr r0, [r7, #" offset "]\n cmp r0, " sum "\n bge 9f\n mov r0, " sum "\n str r0, [r7, #" offset "]\n 9:\n"

/* 18 cycles for two taps of four channels, 10 for taking them apart. */
__attribute__((naked)) static void window_armv6m(struct window_s8 *w UNUSED, const int8_t *x UNUSED,
                                                    int three_by_three UNUSED) {
    __asm__ volatile(
        ".syntax unified\n"
        "push {r4-r7, lr}\n mov r4, r8\n mov r5, r9\n mov r6, r10\n mov r7, r11\n push {r2, r4-r7}\n"
        "push {r0}\n str r1, [r0, #8]\n ldr r3, [r0, #24]\n mov lr, r3\n"
        "1:\n" /* a patch */
        "ldr r7, [sp]\n ldr r6, [r7, #12]\n ldm r6!, {r4}\n str r6, [r7, #12]\n"
        "ldr r5, [r7, #8]\n adds r5, r5, r4\n ldr r6, [r7, #0]\n"
        "movs r0, #0\n mov r8, r0\n mov r9, r0\n mov r10, r0\n mov r11, r0\n"
        "ldr r0, [sp, #4]\n cmp r0, #0\n bne 4f\n"
        "2:\n" /* a row of it */
        "ldr r7, [r7, #20]\n adds r7, r7, r6\n mov r12, r7\n movs r7, #0\n"
        "3:\n" /* three taps */
        FIRST_TAP  TAP  TAP  SPLIT
        "cmp r6, r12\n bne 3b\n"
        NEXT_ROW "ldr r7, [sp]\n ldr r0, [r7, #4]\n cmp r6, r0\n bne 2b\n"
        "b 5f\n"
        "4:\n movs r7, #0\n"
        FIRST_TAP  TAP  SPLIT FIRST_TAP  NEXT_ROW TAP  SPLIT
        FIRST_TAP  TAP  SPLIT NEXT_ROW
        FIRST_TAP  TAP  SPLIT FIRST_TAP  SPLIT
        "ldr r7, [sp]\n"
        "5:\n"
        KEEP_GREATER("28", "r8") KEEP_GREATER("32", "r9") KEEP_GREATER("36", "r10") KEEP_GREATER("40", "r11")
        "ldr r6, [r7, #12]\n ldr r0, [r7, #16]\n cmp r6, r0\n beq 6f\n b 1b\n"
        "6:\n pop {r0, r2, r4-r7}\n mov r8, r4\n mov r9, r5\n mov r10, r6\n mov r11, r7\n pop {r4-r7, pc}\n");
}
/* clang-format on */

#else

/* Packed sums of two channels, taken apart: the low one has 16 bits with its sign, which the high one makes up for. */
static void split(uint32_t packed, int32_t *low, int32_t *high) {
    const int32_t first = (int16_t)packed;
    *low += first;
    *high += (int32_t)(packed - (uint32_t)first) >> 16;
}

/* Sums of one patch in groups of taps, as the assembly does it. */
static void one_patch(const struct window_s8 *w, const int8_t *x, int32_t group, int32_t sums[WINDOW_CHANNELS]) {
    const uint32_t *weights = w->weights;
    uint32_t ab = 0, cd = 0;
    int32_t done = 0;
    for (int32_t i = 0; i < WINDOW_CHANNELS; i++) {
        sums[i] = 0;
    }
    for (int32_t y = 0; y < w->rows; y++) {
        for (int32_t tap = 0; tap < w->taps; tap++) {
            ab += weights[0] * (uint32_t)x[y * w->row + tap];
            cd += weights[1] * (uint32_t)x[y * w->row + tap];
            weights += 2;
            if (++done % group == 0 || done == w->rows * w->taps) {
                split(ab, &sums[0], &sums[1]);
                split(cd, &sums[2], &sums[3]);
                ab = cd = 0;
            }
        }
    }
}
#endif

void window_s8(struct window_s8 *w, const int8_t *x) {
    const int three_by_three = w->rows == 3 && w->taps == 3;
    for (int32_t i = 0; i < WINDOW_CHANNELS; i++) {
        w->best[i] = INT32_MIN;
    }
#ifdef __ARM_ARCH_6M__
    w->next = w->offsets;
    window_armv6m(w, x, three_by_three);
#else
    for (int32_t patch = 0; patch < w->patches; patch++) {
        int32_t sums[WINDOW_CHANNELS];
        one_patch(w, x + w->offsets[patch], three_by_three ? 2 : 3, sums);
        for (int32_t i = 0; i < WINDOW_CHANNELS; i++) {
            w->best[i] = sums[i] > w->best[i] ? sums[i] : w->best[i];
        }
    }
#endif
}

#endif
