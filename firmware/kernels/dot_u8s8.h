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

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "weights are laid out for little-endian words");

static inline uint32_t dot_aligned_word(const void *p) {
    uint32_t word;
    __builtin_memcpy(&word, __builtin_assume_aligned(p, 4), 4);
    return word;
}

/* Add the products of `blocks` blocks (at least 1) to *a and *b, modulo 2^32.
 *
 * x: 4 * blocks inputs, any alignment.  w: 8 * blocks bytes of weights, aligned to 4.  Returns the weights that follow.
 */
static inline const int8_t *dot_u8s8(const uint8_t *x, const int8_t *w, int32_t blocks, uint32_t *a, uint32_t *b) {
    uint32_t sum_a = *a, sum_b = *b;
    const int8_t *end = w + blocks * DOT_BLOCK_BYTES;
#if defined(__ARM_ARCH_6M__)
    /* Eight low registers are all that Armv6-M can compute with; left to themselves compilers spill half of this. 5.5
       cycles for a product. A weight is used up by its multiplication, so no product needs a register of its own. */
    uint32_t four, input, weight;
    __asm__("1:  ldm   %[w]!, {%[four]}\n"
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
            "    cmp   %[w], %[end]\n"
            "    bne   1b\n"
            : [x] "+l"(x), [w] "+l"(w), [a] "+l"(sum_a), [b] "+l"(sum_b), [four] "=&l"(four), [input] "=&l"(input),
              [weight] "=&l"(weight)
            : [end] "r"(end)
            : "cc", "memory");
#else
    do {
        uint32_t even = dot_aligned_word(w), odd = dot_aligned_word(w + 4);
#if KERNELS_DSP
        uint32_t four;
        __builtin_memcpy(&four, x, 4); /* Armv7E-M loads unaligned words */
        uint32_t x02 = dsp_uxtb16(four), x13 = dsp_uxtb16_ror8(four);
        sum_a = dsp_smlad(x02, dsp_sxtb16(even), sum_a);
        sum_b = dsp_smlad(x02, dsp_sxtb16_ror8(even), sum_b);
        sum_a = dsp_smlad(x13, dsp_sxtb16(odd), sum_a);
        sum_b = dsp_smlad(x13, dsp_sxtb16_ror8(odd), sum_b);
#else
        sum_a += x[0] * (uint32_t)(int8_t)even + x[2] * (uint32_t)(int8_t)(even >> 16);
        sum_b += x[0] * (uint32_t)(int8_t)(even >> 8) + x[2] * (uint32_t)(int8_t)(even >> 24);
        sum_a += x[1] * (uint32_t)(int8_t)odd + x[3] * (uint32_t)(int8_t)(odd >> 16);
        sum_b += x[1] * (uint32_t)(int8_t)(odd >> 8) + x[3] * (uint32_t)(int8_t)(odd >> 24);
#endif
        x += DOT_TAPS;
        w += DOT_BLOCK_BYTES;
    } while (w != end);
#endif
    *a = sum_a;
    *b = sum_b;
    return w;
}

#endif
