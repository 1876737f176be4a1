#include "quick_s8.h"
#include "dsp.h"

#ifdef __ARM_ARCH_6M__
/* 30 cycles for an output, 19 for one that is the minimum. Seven low registers are in use, which compilers do not
 * manage without the stack. */
#define QUICK_OUTPUTS                                                                                                  \
    "1: ldm %[sums]!, {%[x]}\n"                                                                                        \
    "ldm %[bias]!, {%[low]}\n"                                                                                         \
    "adds %[x], %[x], %[low]\n"                                                                                        \
    "ble 3f\n"                                                                                                         \
    "lsrs %[value], %[x], #18\n"                                                                                       \
    "bne 2f\n"                                                                                                         \
    "ldr %[low], [%[scale], #0]\n"                                                                                     \
    "lsrs %[value], %[low], #16\n"                                                                                     \
    "muls %[value], %[x], %[value]\n"                                                                                  \
    "uxth %[low], %[low]\n"                                                                                            \
    "muls %[low], %[x], %[low]\n"                                                                                      \
    "lsrs %[low], %[low], #14\n"                                                                                       \
    "adds %[value], %[value], %[low]\n"                                                                                \
    "ldr %[x], [%[scale], #4]\n"                                                                                       \
    "adds %[value], %[value], %[x]\n"                                                                                  \
    "mov %[low], %[shift]\n"                                                                                           \
    "lsrs %[value], %[value], %[low]\n"                                                                                \
    "add %[value], %[minimum]\n"                                                                                       \
    "cmp %[value], %[maximum]\n"                                                                                       \
    "ble 4f\n"                                                                                                         \
    "2: mov %[value], %[maximum]\n"                                                                                    \
    "b 4f\n"                                                                                                           \
    "3: mov %[value], %[minimum]\n"                                                                                    \
    "4: strb %[value], [%[output]]\n"                                                                                  \
    "adds %[output], #1\n"                                                                                             \
    "add %[scale], %[step]\n"                                                                                          \
    "cmp %[sums], %[end]\n"                                                                                            \
    "bne 1b\n"
#endif

#ifdef __ARM_FEATURE_DSP
#define UNUSED __attribute__((unused))
/* clang-format off */
/* r1: sums.  r4: bias.  r5: scale.  r3: step.  r12: output.  r0: shift.  lr, r11: least and greatest output. */
#define QUICK_TWO(offset)                                                                                              \
    "ldrd r6, r7, [r1, #" #offset " * 4]\n"                                                                            \
    "ldrd r8, r9, [r4, #" #offset " * 4]\n"                                                                            \
    "add r6, r8\n add r7, r9\n"                                                                                        \
    "ldrd r8, r10, [r5]\n"                                                                                             \
    "usat r6, #18, r6\n add r5, r3\n"                                                                                  \
    "ldrd r9, r2, [r5]\n"                                                                                              \
    "add r5, r3\n lsr r3, r8, #16\n"                                                                                   \
    "usat r7, #18, r7\n mla r10, r6, r3, r10\n"                                                                        \
    "uxth r8, r8\n lsr r3, r9, #16\n"                                                                                  \
    "uxth r9, r9\n mul r8, r6, r8\n"                                                                                   \
    "mla r2, r7, r3, r2\n add r10, r10, r8, lsr #14\n"                                                                 \
    "mul r9, r7, r9\n lsr r10, r10, r0\n"                                                                              \
    "add r10, lr\n add r2, r2, r9, lsr #14\n"                                                                          \
    "lsr r2, r2, r0\n cmp r10, r11\n"                                                                                  \
    "it gt\n movgt r10, r11\n"                                                                                         \
    "add r2, lr\n strb r10, [r12, #" #offset "]\n"                                                                     \
    "cmp r2, r11\n it gt\n movgt r2, r11\n"                                                                            \
    "strb r2, [r12, #" #offset " + 1]\n"

/* Two outputs in 20 cycles on Cortex-M7: the steps of one fill the time that those of the other take. What is out of
 * range is brought into it, instead of a branch. There is no loop: the branch at its end would not be foreseen. */
__attribute__((naked)) void quick_s8(const struct quick_s8 *q UNUSED, const int32_t *sums UNUSED,
                                     int32_t channel UNUSED, int32_t count UNUSED, int8_t *output UNUSED) {
    __asm__ volatile(
        ".syntax unified\n"
        "push {r2-r11, lr}\n"
        "ldrd r4, r5, [r0]\n"
        "ldrsh r3, [r0, #10]\n ldr r12, [sp, #44]\n"
        "ldrsb lr, [r0, #12]\n add r4, r4, r2, lsl #2\n"
        "ldrsb r11, [r0, #13]\n mla r5, r2, r3, r5\n"
        "ldrsh r0, [r0, #8]\n str r3, [sp]\n"
        QUICK_TWO(0)
        "ldrd r3, r2, [sp]\n"
        "cmp r2, #2\n"
        "beq 1f\n"
        QUICK_TWO(2)
        "1:\n"
        "pop {r2-r11, pc}\n");
}
/* clang-format on */
#else
#ifndef __ARM_ARCH_6M__
static int8_t output_of(const struct quick_s8 *q, int32_t accumulator, const int32_t *scale) {
    const int32_t most = (1 << QUICK_BITS) - 1;
    const uint32_t halves = (uint32_t)scale[0], rounding = (uint32_t)scale[1];
    const uint32_t x = accumulator < 0 ? 0 : accumulator > most ? (uint32_t)most : (uint32_t)accumulator;
    const uint32_t low = (x * (halves & 0xFFFFu)) >> QUICK_HALF;
    const int32_t value = (int32_t)((x * (halves >> 16) + low + rounding) >> q->shift) + q->minimum;
    return (int8_t)(value < q->maximum ? value : q->maximum);
}
#endif

void quick_s8(const struct quick_s8 *q, const int32_t *sums, int32_t channel, int32_t count, int8_t *output) {
    const int32_t *bias = q->bias + channel;
    const int32_t step = q->step, *scale = q->scale + step / 4 * channel;
#ifdef __ARM_ARCH_6M__
    const int32_t shift = q->shift, minimum = q->minimum, maximum = q->maximum;
    const int32_t *const end = sums + count;
    uint32_t x, low, value;
    __asm__ volatile(
        QUICK_OUTPUTS
        : [sums] "+l"(sums), [bias] "+l"(bias), [scale] "+l"(scale), [output] "+l"(output), [x] "=&l"(x),
          [low] "=&l"(low), [value] "=&l"(value)
        : [shift] "h"(shift), [minimum] "h"(minimum), [maximum] "h"(maximum), [end] "h"(end), [step] "h"(step)
        : "cc", "memory");
#else
    for (int32_t i = 0; i < count; i++) {
        output[i] = output_of(q, sums[i] + bias[i], scale + step / 4 * i);
    }
#endif
}
#endif
