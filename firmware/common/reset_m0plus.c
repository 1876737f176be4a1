#include "vectors.h"

/* Interrupts off, VTOR and MSP from the table of this image, whoever jumped here. */
__attribute__((naked)) void Reset_Handler(void) {
    __asm volatile("cpsid i\n\t"
                   "ldr   r0, =0xE000ED08\n\t" /* VTOR */
                   "ldr   r1, =__vector_table\n\t"
                   "str   r1, [r0]\n\t"
                   "ldr   r0, [r1]\n\t"
                   "msr   msp, r0\n\t"
                   "ldr   r0, =start_program\n\t"
                   "bx    r0\n\t"
                   ".ltorg");
}
