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
    /* Eight low registers are all that Armv6-M can compute with; left to themselves compilers spill half of this. 5.5
       cycles for a product. A weight is used up by its multiplication, so no product needs a register of its own; what
       changes from patch to patch only stays in memory. */
    struct {
        uint32_t *sums, *last;
        int32_t a, b;
        const int8_t *w;
        int32_t back;
    } rest = {sums, sums + 2 * count, start[0], start[1], w, p->back};
    uint32_t a, b, four, input, weight, row_end;
    __asm__ volatile("    mov   %[input], %[rest]\n"
                     "0:  ldr   %[a], [%[input], #8]\n"
                     "    ldr   %[b], [%[input], #12]\n"
                     "    ldr   %[w], [%[input], #16]\n"
                     "1:  mov   %[row_end], %[w]\n"
                     "    add   %[row_end], %[row_bytes]\n"
                     "2:  ldm   %[w]!, {%[four]}\n"
                     "    ldrb  %[input], [%[x], #0]\n"
                     "    sxtb  %[weight], %[four]\n"
                     "    muls  %[weight], %[input], %[weight]\n"
                     "    adds  %[a], %[a], %[weight]\n"
                     "    asrs  %[four], %[four], #8\n"
                     "    sxtb  %[weight], %[four]\n"
                     "    muls  %[weight], %[input], %[weight]\n"
                     "    adds  %[b], %[b], %[weight]\n"
                     "    ldrb  %[input], [%[x], #2]\n"
                     "    asrs  %[four], %[four], #8\n"
                     "    sxtb  %[weight], %[four]\n"
                     "    muls  %[weight], %[input], %[weight]\n"
                     "    adds  %[a], %[a], %[weight]\n"
                     "    asrs  %[four], %[four], #8\n"
                     "    muls  %[four], %[input], %[four]\n"
                     "    adds  %[b], %[b], %[four]\n"
                     "    ldm   %[w]!, {%[four]}\n"
                     "    ldrb  %[input], [%[x], #1]\n"
                     "    sxtb  %[weight], %[four]\n"
                     "    muls  %[weight], %[input], %[weight]\n"
                     "    adds  %[a], %[a], %[weight]\n"
                     "    asrs  %[four], %[four], #8\n"
                     "    sxtb  %[weight], %[four]\n"
                     "    muls  %[weight], %[input], %[weight]\n"
                     "    adds  %[b], %[b], %[weight]\n"
                     "    ldrb  %[input], [%[x], #3]\n"
                     "    asrs  %[four], %[four], #8\n"
                     "    sxtb  %[weight], %[four]\n"
                     "    muls  %[weight], %[input], %[weight]\n"
                     "    adds  %[a], %[a], %[weight]\n"
                     "    asrs  %[four], %[four], #8\n"
                     "    muls  %[four], %[input], %[four]\n"
                     "    adds  %[b], %[b], %[four]\n"
                     "    adds  %[x], #4\n"
                     "    cmp   %[w], %[row_end]\n"
                     "    bne   2b\n"
                     "    add   %[x], %[gap]\n"
                     "    cmp   %[w], %[end]\n"
                     "    bne   1b\n"
                     "    mov   %[input], %[rest]\n"
                     "    ldr   %[four], [%[input], #0]\n"
                     "    str   %[a], [%[four], #0]\n"
                     "    str   %[b], [%[four], #4]\n"
                     "    adds  %[four], #8\n"
                     "    str   %[four], [%[input], #0]\n"
                     "    ldr   %[weight], [%[input], #20]\n"
                     "    adds  %[x], %[x], %[weight]\n"
                     "    ldr   %[weight], [%[input], #4]\n"
                     "    cmp   %[four], %[weight]\n"
                     "    bne   0b\n"
                     : [x] "+l"(x), [w] "+l"(w), [a] "=&l"(a), [b] "=&l"(b), [four] "=&l"(four), [input] "=&l"(input),
                       [weight] "=&l"(weight), [row_end] "=&h"(row_end)
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

#endif
