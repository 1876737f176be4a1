/* Context switch by PendSV (Armv6-M ARM DDI 0419 B1.5, Armv7-M ARM DDI 0403 B1.5). The core itself saves r0-r3, r12,
 * lr, pc and xPSR on the thread's stack; the rest is saved below them here. */
#include "port.h"

#include "common/cpu.h"
#include "common/fault.h"
#include "common/vectors.h"

#if __ARM_ARCH >= 7
#include "drivers/mpu.h"
#endif

#define SCB_ICSR_PENDSVSET (1u << 28)
/* SysTick and PendSV: neither interrupts the other, and every other interrupt comes first. */
#define SHPR3_BOTH_LOWEST 0xFFFF0000u
#define XPSR_THUMB (1u << 24)
#define EXC_RETURN_THREAD_PSP 0xFFFFFFFDu

void port_init(void) { MMIO32(SCB_SHPR3) = MMIO32(SCB_SHPR3) | SHPR3_BOTH_LOWEST; }

void port_request_switch(void) {
    MMIO32(SCB_ICSR) = SCB_ICSR_PENDSVSET;
    cpu_dsb();
}

#if __ARM_ARCH >= 7
#define SCB_CFSR_MSTKERR (1u << 4)
#define SCB_CFSR_MMARVALID (1u << 7)
#define SCB_MMFAR 0xE000ED34u
#define GUARD_REGION 15u /* of overlapping regions the highest number counts */

/* With lazy stacking the core only keeps room for s0-s15; the first of these stores makes it save them. */
__attribute__((naked)) void PendSV_Handler(void) {
    __asm volatile(".fpu   fpv5-d16\n\t" /* nothing else here is compiled for it */
                   "mrs    r0, psp\n\t"
                   "tst    lr, #0x10\n\t"
                   "it     eq\n\t"
                   "vstmdbeq r0!, {s16-s31}\n\t"
                   "stmdb  r0!, {r4-r11, lr}\n\t"
                   "bl     kernel_switch\n\t"
                   "ldmia  r0!, {r4-r11, lr}\n\t"
                   "tst    lr, #0x10\n\t"
                   "it     eq\n\t"
                   "vldmiaeq r0!, {s16-s31}\n\t"
                   "msr    psp, r0\n\t"
                   "bx     lr\n\t");
}

void port_guard_stack(const uint32_t *stack) {
    MMIO32(MPU_RBAR) = (uint32_t)(uintptr_t)stack | MPU_RBAR_VALID | GUARD_REGION;
    MMIO32(MPU_RASR) = MPU_SIZE(5) | MPU_RASR_XN | MPU_AP_NONE | MPU_NORMAL | MPU_RASR_ENABLE;
    cpu_dsb();
    cpu_isb();
}

void port_memory_fault(void);

/* An access to the guard, by the thread or while the core pushed a frame onto its stack. */
__attribute__((used)) void port_memory_fault(void) {
    const uint32_t flags = MMIO32(SCB_CFSR);
    const uintptr_t guard = (uintptr_t)thread_current()->stack;
    const uintptr_t address = MMIO32(SCB_MMFAR);
    const bool in_guard = (flags & SCB_CFSR_MMARVALID) != 0u && address - guard < PORT_GUARD_BYTES;
    if ((flags & SCB_CFSR_MSTKERR) != 0u || in_guard) {
        kernel_stack_overflow();
    }
}

__attribute__((naked)) void MemManage_Handler(void) {
    __asm volatile("push  {r3, lr}\n\t"
                   "bl    port_memory_fault\n\t"
                   "pop   {r3, lr}\n\t"
                   "ldr   r0, =fault_entry\n\t"
                   "bx    r0\n\t"
                   ".ltorg");
}
#else

__attribute__((naked)) void PendSV_Handler(void) {
    __asm volatile("mrs   r0, psp\n\t"
                   "subs  r0, #32\n\t"
                   "mov   r1, r0\n\t"
                   "stmia r1!, {r4-r7}\n\t"
                   "mov   r4, r8\n\t"
                   "mov   r5, r9\n\t"
                   "mov   r6, r10\n\t"
                   "mov   r7, r11\n\t"
                   "stmia r1!, {r4-r7}\n\t"
                   "bl    kernel_switch\n\t"
                   "mov   r1, r0\n\t"
                   "adds  r1, #16\n\t"
                   "ldmia r1!, {r4-r7}\n\t"
                   "mov   r8, r4\n\t"
                   "mov   r9, r5\n\t"
                   "mov   r10, r6\n\t"
                   "mov   r11, r7\n\t"
                   "msr   psp, r1\n\t"
                   "ldmia r0!, {r4-r7}\n\t"
                   "ldr   r0, =0xFFFFFFFD\n\t"
                   "bx    r0\n\t"
                   ".ltorg");
}

void port_guard_stack(const uint32_t *stack) { (void)stack; }
#endif

uint32_t *port_new_stack(uint32_t *end, void (*entry)(void *), void *argument, void (*exit)(void)) {
    uint32_t *sp = end;
    *--sp = XPSR_THUMB;
    *--sp = (uint32_t)(uintptr_t)entry & ~1u;
    *--sp = (uint32_t)(uintptr_t)exit;
    for (uint32_t i = 0; i < 4u; i++) {
        *--sp = 0; /* r12, r3, r2, r1 */
    }
    *--sp = (uint32_t)(uintptr_t)argument; /* r0 */
#if __ARM_ARCH >= 7
    *--sp = EXC_RETURN_THREAD_PSP;
#endif
    for (uint32_t i = 0; i < 8u; i++) {
        *--sp = 0;
    }
    return sp;
}

/* r0: end of the stack, r1: where to go on. The main stack begins anew: nothing returns to who called. */
__attribute__((naked)) void port_become_thread(__attribute__((unused)) const uint32_t *stack_end,
                                               __attribute__((unused)) void (*entry)(void)) {
    __asm volatile("msr   psp, r0\n\t"
                   "movs  r2, #2\n\t"
                   "msr   control, r2\n\t"
                   "isb\n\t"
                   "ldr   r2, =__StackTop\n\t"
                   "msr   msp, r2\n\t"
                   "cpsie i\n\t"
                   "bx    r1\n\t"
                   ".ltorg");
}
