/* Unsigned division for cores without UDIV, under the names of the Arm run-time ABI (IHI 0043, "Integer division
 * functions"). The compilers' libraries have faster and longer ones; here only numbers that are printed and baud rates
 * are divided. The divisor must not be 0. */
#include <stdint.h>

#ifdef __ARM_ARCH_6M__
uint64_t __aeabi_uidivmod(uint32_t dividend, uint32_t divisor);

/* r0: what is left of the dividend, and the quotient so far below it.  r2: remainder.  r3: bits to come. 9 cycles a
 * bit, leading zeros by the byte. Returns the quotient in r0 and the remainder in r1, so that it serves both names. */
__attribute__((naked)) uint64_t __aeabi_uidivmod(uint32_t dividend __attribute__((unused)),
                                                 uint32_t divisor __attribute__((unused))) {
    __asm volatile(".globl __aeabi_uidiv\n"
                   ".thumb_set __aeabi_uidiv, __aeabi_uidivmod\n"
                   "movs r3, #32\n"
                   "1: lsrs r2, r0, #24\n"
                   "bne 2f\n"
                   "lsls r0, r0, #8\n"
                   "subs r3, #8\n"
                   "bne 1b\n"
                   "2: movs r2, #0\n"
                   "cmp r3, #0\n"
                   "beq 5f\n"
                   "3: adds r0, r0, r0\n"
                   "adcs r2, r2\n"
                   "cmp r2, r1\n"
                   "blo 4f\n"
                   "subs r2, r2, r1\n"
                   "adds r0, #1\n"
                   "4: subs r3, #1\n"
                   "bne 3b\n"
                   "5: mov r1, r2\n"
                   "bx lr\n");
}
#endif
