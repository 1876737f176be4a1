/* Which form of the kernels is compiled.
 *
 * KERNELS_DSP 1: the SIMD instructions of Armv7E-M (SMLAD, SXTB16, ...; Cortex-M4 and M7), chosen where the compiler
 * says that the target has them. On any other machine -DKERNELS_EMULATE_DSP compiles the same form with each
 * instruction written in C, which is how the host tests it.
 * KERNELS_LONG_MULTIPLY 1: the target has a 32x32 -> 64 multiply. Armv6-M has not; calling the compiler's library for
 * it costs more than multiplying halves (see fixed_point.h).
 */
#ifndef KERNELS_FORMS_H
#define KERNELS_FORMS_H

#ifndef KERNELS_DSP
#if defined(__ARM_FEATURE_DSP) || defined(KERNELS_EMULATE_DSP)
#define KERNELS_DSP 1
#else
#define KERNELS_DSP 0
#endif
#endif

#ifndef KERNELS_LONG_MULTIPLY
#if defined(__ARM_ARCH_6M__) || !KERNELS_DSP
#define KERNELS_LONG_MULTIPLY 0
#else
#define KERNELS_LONG_MULTIPLY 1
#endif
#endif

/* Before a loop: do not unroll it. The loops here run a few times only or are unrolled as far as it pays; compilers,
 * not knowing that, add prologues and tails that cost more than they save, and flash. */
#if defined(__clang__)
#define KERNELS_NO_UNROLL _Pragma("clang loop unroll(disable) vectorize(disable)")
#elif defined(__GNUC__)
#define KERNELS_NO_UNROLL _Pragma("GCC unroll 1")
#else
#define KERNELS_NO_UNROLL
#endif

#endif
