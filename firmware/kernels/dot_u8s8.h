/* The inner loop of convolution and dense layers: one run of inputs against the weights of two output channels.
 *
 * Inputs are unsigned bytes, the int8 value plus 128, because Armv6-M loads an unsigned byte with an immediate offset
 * and a signed one without. Weights lie in blocks of four taps (t0..t3) of two channels (a, b), 8 bytes:
 *
 *     a.t0 b.t0 a.t2 b.t2   a.t1 b.t1 a.t3 b.t3
 *
 * so that SXTB16 of a word gives a pair of one channel's weights that matches UXTB16 of four inputs, and so that
 * Armv6-M gets four weights with one load. The code generator makes the blocks; a run that is no multiple of four is
 * filled up with zero weights, whose inputs are read and do not matter.
 */
#ifndef KERNELS_DOT_U8S8_H
#define KERNELS_DOT_U8S8_H

#include "dsp.h"
#include <stdint.h>

#define DOT_TAPS 4     /* inputs in a block */
#define DOT_CHANNELS 2 /* output channels in a block */
#define DOT_BLOCK_BYTES (DOT_TAPS * DOT_CHANNELS)

/* The assembly needs the registers above r7, which gcc does without when it optimises for size (-Os). */
#if defined(__ARM_ARCH_6M__) && (defined(__clang__) || !defined(__OPTIMIZE_SIZE__))
#define DOT_ARMV6M 1
#else
#define DOT_ARMV6M 0
#endif

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "weights are laid out for little-endian words");

static inline uint32_t dot_aligned_word(const void *p) {
    uint32_t word;
    __builtin_memcpy(&word, __builtin_assume_aligned(p, 4), 4);
    return word;
}

/* Patches of the input along one row of output elements. Sizes in bytes. */
struct dot_patches {
    int32_t row_bytes; /* weights of one row of a patch: 8 * blocks, at least 8 */
    int32_t bytes;     /* weights of all its rows: a multiple of row_bytes, not 0 */
    int32_t gap;       /* from the end of one row of inputs, filled up to four, to the start of the next */
    int32_t back;      /* from the end of one patch (its last row and gap) to the start of the next; negative */
};

#if DOT_ARMV6M
/* Eight low registers are all that Armv6-M can compute with; left to themselves compilers spill half of this. 5.5
 * cycles for a product. A weight is used up by its multiplication, so no product needs a register of its own; what
 * changes only from patch to patch stays in memory. */
struct dot_rest {
    uint32_t *sums, *last;
    int32_t a, b;
    const int8_t *w;
    int32_t back;
};

/* clang-format off */
#define DOT_BEGIN_PATCH                                                                                                \
    "ldr %[a], [%[input], #8]\n"                                                                                      \
    "ldr %[b], [%[input], #12]\n"                                                                                     \
    "ldr %[w], [%[input], #16]\n"
#define DOT_ADD(sum)                                                                                                   \
    "sxtb %[weight], %[four]\n"                                                                                       \
    "muls %[weight], %[input], %[weight]\n"                                                                           \
    "adds " sum ", " sum ", %[weight]\n"
#define DOT_ADD_LAST(sum)                                                                                              \
    "muls %[four], %[input], %[four]\n"                                                                               \
    "adds " sum ", " sum ", %[four]\n"
#define DOT_NEXT "asrs %[four], %[four], #8\n"
/* One tap in both channels, from the first two bytes of a word of weights or from the last two. */
#define DOT_FIRST_TAP(offset)                                                                                          \
    "ldm %[w]!, {%[four]}\n"                                                                                          \
    "ldrb %[input], [%[x], #" offset "]\n"                                                                            \
    DOT_ADD("%[a]") DOT_NEXT DOT_ADD("%[b]")
#define DOT_SECOND_TAP(offset)                                                                                         \
    "ldrb %[input], [%[x], #" offset "]\n"                                                                            \
    DOT_NEXT DOT_ADD("%[a]") DOT_NEXT DOT_ADD_LAST("%[b]")
#define DOT_END_PATCH                                                                                                  \
    "mov %[input], %[rest]\n"                                                                                         \
    "ldr %[four], [%[input], #0]\n"                                                                                   \
    "str %[a], [%[four], #0]\n"                                                                                       \
    "str %[b], [%[four], #4]\n"                                                                                       \
    "adds %[four], #8\n"                                                                                              \
    "str %[four], [%[input], #0]\n"                                                                                   \
    "ldr %[weight], [%[input], #20]\n"                                                                                \
    "adds %[x], %[x], %[weight]\n"                                                                                    \
    "ldr %[weight], [%[input], #4]\n"                                                                                 \
    "cmp %[four], %[weight]\n"
#define DOT_OUTPUTS                                                                                                    \
    [x] "+l"(x), [w] "+l"(w), [a] "=&l"(a), [b] "=&l"(b), [four] "=&l"(four), [input] "=&l"(input),                    \
    [weight] "=&l"(weight)
/* clang-format on */
#endif

/* Sums of two output channels for `count` patches.
 *
 * x: the first input, any alignment.  w: p->bytes of weights, aligned to 4.  start: what both sums begin with.
 * sums: receives a and b of each patch in turn, modulo 2^32.  count: at least 1.
 */
static inline void dot_u8s8(const struct dot_patches *p, const uint8_t *x, const int8_t *w, const int32_t start[2],
                            uint32_t *sums, int32_t count) {
    const int8_t *end = w + p->bytes;
    const int32_t row_bytes = p->row_bytes, gap = p->gap;
#if DOT_ARMV6M
    struct dot_rest rest = {sums, sums + 2 * count, start[0], start[1], w, p->back};
    uint32_t a, b, four, input, weight, row_end;
    __asm__ volatile("mov %[input], %[rest]\n"
                     "0:\n" DOT_BEGIN_PATCH "1: mov %[row_end], %[w]\n"
                     "add %[row_end], %[row_bytes]\n"
                     "2:\n" DOT_FIRST_TAP("0") DOT_SECOND_TAP("2") DOT_FIRST_TAP("1")
                         DOT_SECOND_TAP("3") "adds %[x], #4\n"
                                             "cmp %[w], %[row_end]\n"
                                             "bne 2b\n"
                                             "add %[x], %[gap]\n"
                                             "cmp %[w], %[end]\n"
                                             "bne 1b\n" DOT_END_PATCH "bne 0b\n"
                     : DOT_OUTPUTS, [row_end] "=&h"(row_end)
                     : [row_bytes] "h"(row_bytes), [gap] "h"(gap), [end] "h"(end), [rest] "h"(&rest)
                     : "cc", "memory");
#else
    KERNELS_NO_UNROLL
    for (; count > 0; count--) {
        uint32_t a = (uint32_t)start[0], b = (uint32_t)start[1];
        const int8_t *block = w;
        KERNELS_NO_UNROLL
        do {
            const int8_t *row_end = block + row_bytes;
            KERNELS_NO_UNROLL
            do {
                uint32_t even = dot_aligned_word(block), odd = dot_aligned_word(block + 4);
#if KERNELS_DSP
                uint32_t four;
                __builtin_memcpy(&four, x, 4); /* Armv7E-M loads unaligned words */
                uint32_t x02 = dsp_uxtb16(four), x13 = dsp_uxtb16_ror8(four);
                a = dsp_smlad(x02, dsp_sxtb16(even), a);
                b = dsp_smlad(x02, dsp_sxtb16_ror8(even), b);
                a = dsp_smlad(x13, dsp_sxtb16(odd), a);
                b = dsp_smlad(x13, dsp_sxtb16_ror8(odd), b);
#else
                a += x[0] * (uint32_t)(int8_t)even + x[2] * (uint32_t)(int8_t)(even >> 16);
                b += x[0] * (uint32_t)(int8_t)(even >> 8) + x[2] * (uint32_t)(int8_t)(even >> 24);
                a += x[1] * (uint32_t)(int8_t)odd + x[3] * (uint32_t)(int8_t)(odd >> 16);
                b += x[1] * (uint32_t)(int8_t)(odd >> 8) + x[3] * (uint32_t)(int8_t)(odd >> 24);
#endif
                x += DOT_TAPS;
                block += DOT_BLOCK_BYTES;
            } while (block != row_end);
            x += gap;
        } while (block != end);
        x += p->back;
        *sums++ = a;
        *sums++ = b;
    }
#endif
}

/* The same where a row has three taps, as the first layer of many networks has: a block without its last tap. */
static inline void dot_u8s8_three(const struct dot_patches *p, const uint8_t *x, const int8_t *w,
                                  const int32_t start[2], uint32_t *sums, int32_t count) {
#if DOT_ARMV6M
    const int8_t *end = w + p->bytes;
    const int32_t row = p->gap + DOT_TAPS;
    struct dot_rest rest = {sums, sums + 2 * count, start[0], start[1], w, p->back};
    uint32_t a, b, four, input, weight;
    __asm__ volatile("mov %[input], %[rest]\n"
                     "0:\n" DOT_BEGIN_PATCH "1:\n" DOT_FIRST_TAP("0") DOT_SECOND_TAP("2")
                         DOT_FIRST_TAP("1") "add %[x], %[row]\n"
                                            "cmp %[w], %[end]\n"
                                            "bne 1b\n" DOT_END_PATCH "bne 0b\n"
                     : DOT_OUTPUTS
                     : [row] "h"(row), [end] "h"(end), [rest] "h"(&rest)
                     : "cc", "memory");
#else
    dot_u8s8(p, x, w, start, sums, count);
#endif
}

/* The same for one patch of one row, from 0 on: weights from w up to end, a whole number of blocks. */
static inline void dot_u8s8_row(const uint8_t *x, const int8_t *w, const int8_t *end, int32_t sums[2]) {
#if DOT_ARMV6M
    uint32_t a = 0, b = 0, four, input, weight;
    __asm__ volatile("1:\n" DOT_FIRST_TAP("0") DOT_SECOND_TAP("2") DOT_FIRST_TAP("1")
                         DOT_SECOND_TAP("3") "adds %[x], #4\n"
                                             "cmp %[w], %[end]\n"
                                             "bne 1b\n"
                     : [x] "+l"(x), [w] "+l"(w), [a] "+l"(a), [b] "+l"(b), [four] "=&l"(four), [input] "=&l"(input),
                       [weight] "=&l"(weight)
                     : [end] "h"(end)
                     : "cc", "memory");
    sums[0] = (int32_t)a;
    sums[1] = (int32_t)b;
#else
    static const int32_t zeros[DOT_CHANNELS] = {0, 0};
    const int32_t bytes = (int32_t)(end - w);
    const struct dot_patches row = {.row_bytes = bytes, .bytes = bytes, .gap = 0, .back = 0};
    uint32_t wrapping[DOT_CHANNELS];
    dot_u8s8(&row, x, w, zeros, wrapping, 1);
    sums[0] = (int32_t)wrapping[0];
    sums[1] = (int32_t)wrapping[1];
#endif
}

#endif
