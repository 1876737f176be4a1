/* Armv7E-M: saturating and parallel arithmetic, atomics. Nothing on Armv6-M. */
#include "check.h"

#if defined(__ARM_FEATURE_DSP) && __ARM_FEATURE_DSP
#include <arm_acle.h>

static void saturating(int32_t a, int32_t b) {
    put((uint32_t)__qadd(a, b));
    put((uint32_t)__qsub(a, b));
    put((uint32_t)__qadd(a, __qadd(b, b)));
    put((uint32_t)__ssat(a, 16));
    put((uint32_t)__ssat(b >> 20, 5));
    put(__usat(a, 16));
    put(__usat(b >> 20, 7));
}

static void parallel(uint32_t a, uint32_t b) {
    put((uint32_t)__sadd16((int16x2_t)a, (int16x2_t)b));
    put((uint32_t)__qadd16((int16x2_t)a, (int16x2_t)b));
    put((uint32_t)__qsub8((int8x4_t)a, (int8x4_t)b));
    put((uint32_t)__uhadd8((uint8x4_t)a, (uint8x4_t)b));
    put((uint32_t)__sxtab16((int16x2_t)a, (int8x4_t)b));
    put(__usad8((uint8x4_t)a, (uint8x4_t)b));
    __usub8((uint8x4_t)a, (uint8x4_t)b); /* GE: bytes where a >= b */
    put((uint32_t)__sel((uint8x4_t)a, (uint8x4_t)b));
    put((uint32_t)__smuad((int16x2_t)a, (int16x2_t)b));
    put((uint32_t)__smlad((int16x2_t)a, (int16x2_t)b, 1000));
    put64((uint64_t)__smlald((int16x2_t)a, (int16x2_t)b, -5ll));
    put((uint32_t)__smlabb((int32_t)a, (int32_t)b, 77));
    put((uint32_t)__smlawt((int32_t)a, (int32_t)b, 5));
}

static uint32_t word;
static uint16_t half;
static uint8_t byte;

static void atomics(uint32_t a) {
    put(__atomic_exchange_n(&word, a, __ATOMIC_SEQ_CST));
    put(__atomic_fetch_add(&word, 0x1234567u, __ATOMIC_SEQ_CST));
    put(__atomic_and_fetch(&word, 0xFF00FFFFu, __ATOMIC_ACQ_REL));
    uint32_t expected = a;
    put((uint32_t)__atomic_compare_exchange_n(&word, &expected, 1, 0, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST));
    put((uint32_t)__atomic_compare_exchange_n(&word, &expected, 2, 0, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST));
    put(word);
    put(__atomic_fetch_add(&half, (uint16_t)a, __ATOMIC_RELAXED));
    put(__atomic_fetch_xor(&byte, (uint8_t)a, __ATOMIC_RELAXED));
    put(half + ((uint32_t)byte << 16));
}

void check_dsp(void) {
    for (uint32_t k = 0; k < operands->integer_count; k++) {
        uint32_t a = (uint32_t)operands->integers[k][0], b = (uint32_t)(operands->integers[k][1] >> 16);
        saturating((int32_t)a, (int32_t)b);
        parallel(a, b);
        atomics(a ^ b);
    }
}
#else
void check_dsp(void) {}
#endif
