/* The Armv7E-M SIMD instructions that the kernels use (DDI 0403E, A7.7), or the same in C.
 *
 * A word holds two signed 16-bit lanes or four 8-bit lanes, the first in the lowest bits.
 */
#ifndef KERNELS_DSP_H
#define KERNELS_DSP_H

#include "forms.h"
#include <stdint.h>

#if KERNELS_DSP

/* UXTB16: bytes 0 and 2, zero-extended. Compilers find the instruction for it, or an equally short one. */
static inline uint32_t dsp_uxtb16(uint32_t x) { return x & 0x00FF00FFu; }

/* UXTB16 with ROR #8: bytes 1 and 3, zero-extended. */
static inline uint32_t dsp_uxtb16_ror8(uint32_t x) { return (x >> 8) & 0x00FF00FFu; }

#ifdef __ARM_FEATURE_DSP

#include <arm_acle.h>

/* Folds into the rotation that SXTB16 and UXTB16 have. */
static inline uint32_t dsp_ror8(uint32_t x) { return (x >> 8) | (x << 24); }

/* SXTB16: bytes 0 and 2, sign-extended to lanes 0 and 1. */
static inline uint32_t dsp_sxtb16(uint32_t x) { return (uint32_t)__sxtb16((int8x4_t)x); }

/* SXTB16 with ROR #8: bytes 1 and 3, sign-extended. */
static inline uint32_t dsp_sxtb16_ror8(uint32_t x) { return (uint32_t)__sxtb16((int8x4_t)dsp_ror8(x)); }

/* SMLAD: sum of both lane products, added to the accumulator modulo 2^32 (the Q flag is not looked at). */
static inline uint32_t dsp_smlad(uint32_t x, uint32_t y, uint32_t sum) {
    return (uint32_t)__smlad((int16x2_t)x, (int16x2_t)y, (int32_t)sum);
}

/* SSUB8 then SEL: the greater of each of four signed bytes. */
static inline uint32_t dsp_max_s8x4(uint32_t x, uint32_t y) {
    (void)__ssub8((int8x4_t)x, (int8x4_t)y);
    return __sel(x, y);
}

#else /* emulation */

static inline uint32_t dsp_lanes(int32_t low, int32_t high) {
    return ((uint32_t)low & 0xFFFFu) | ((uint32_t)high << 16);
}

static inline uint32_t dsp_sxtb16(uint32_t x) { return dsp_lanes((int8_t)x, (int8_t)(x >> 16)); }

static inline uint32_t dsp_sxtb16_ror8(uint32_t x) { return dsp_lanes((int8_t)(x >> 8), (int8_t)(x >> 24)); }

static inline uint32_t dsp_smlad(uint32_t x, uint32_t y, uint32_t sum) {
    int32_t low = (int32_t)(int16_t)x * (int16_t)y;
    int32_t high = (int32_t)(int16_t)(x >> 16) * (int16_t)(y >> 16);
    return sum + (uint32_t)low + (uint32_t)high;
}

/* SMLABT: the lower lane of x times the upper one of y, added to the accumulator modulo 2^32. */
static inline uint32_t dsp_smlabt(uint32_t x, uint32_t y, uint32_t sum) {
    return sum + (uint32_t)((int32_t)(int16_t)x * (int16_t)(y >> 16));
}

static inline uint32_t dsp_max_s8x4(uint32_t x, uint32_t y) {
    uint32_t r = 0;
    for (unsigned shift = 0; shift < 32; shift += 8) {
        int8_t a = (int8_t)(x >> shift), b = (int8_t)(y >> shift);
        r |= (uint32_t)(uint8_t)(a > b ? a : b) << shift;
    }
    return r;
}

#endif

#endif /* KERNELS_DSP */

#endif
