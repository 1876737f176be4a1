/* What the kernel needs of the core: Armv6-M without an MPU, Armv7E-M with one and with an FPU. */
#ifndef RTOS_PORT_H
#define RTOS_PORT_H

#include <stdint.h>

#include "kernel.h"

#if __ARM_ARCH >= 7
#define PORT_GUARD_BYTES 32u /* the smallest region of the MPU */
#else
/* A thread that has come so far is stopped when it is left; what it did before fits in here more often than not. */
#define PORT_GUARD_BYTES 96u
#endif

#define PORT_STACK_FILL 0xC5C5C5C5u

/* Mask interrupts; returns what port_unmask needs to put things back. */
static inline uint32_t port_mask(void) {
    uint32_t before;
    __asm volatile("mrs %0, primask\n\tcpsid i" : "=r"(before)::"memory");
    return before;
}

/* What is pending comes before the next instruction. */
static inline void port_unmask(uint32_t before) { __asm volatile("msr primask, %0\n\tisb" ::"r"(before) : "memory"); }

static inline uint32_t *port_thread_sp(void) {
    uint32_t *sp;
    __asm volatile("mrs %0, psp" : "=r"(sp));
    return sp;
}

/* The lowest priority for PendSV, which switches threads, and for SysTick. */
void port_init(void);

/* Have PendSV run as soon as no other interrupt does. */
void port_request_switch(void);

/* Make a stack look as if `entry` had been interrupted before its first instruction. Returns the stack pointer. */
uint32_t *port_new_stack(uint32_t *end, void (*entry)(void *), void *argument, void (*exit)(void));

/* Let any access to the guard of this thread's stack fault, where the core has an MPU. */
void port_guard_stack(const uint32_t *stack);

/* Go on as a thread on this stack. */
_Noreturn void port_become_thread(const uint32_t *stack_end, void (*entry)(void));

/* Of the kernel, for PendSV: leave the current thread, whose context now ends at `sp`; returns where the next one's
 * does. */
uint32_t *kernel_switch(uint32_t *sp);

/* Of the kernel, for faults: stops the program if the current thread has left its stack. */
void kernel_check_stack(const uint32_t *sp);
_Noreturn void kernel_stack_overflow(void);

#endif
