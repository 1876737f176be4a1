/* The few instructions of the Cortex-M that C has no words for, and the registers every Cortex-M has.
 * Names and addresses: Armv6-M ARM (DDI 0419) and Armv7-M ARM (DDI 0403), system control space. */
#ifndef COMMON_CPU_H
#define COMMON_CPU_H

#include <stdint.h>

#include "mmio.h"

#define NVIC_ISER0 0xE000E100u
#define NVIC_ICER0 0xE000E180u
#define NVIC_ICPR0 0xE000E280u
#define NVIC_IPR0 0xE000E400u
#define SCB_ICSR 0xE000ED04u
#define SCB_ICSR_PENDSTCLR (1u << 25)
#define SCB_ICSR_PENDSVCLR (1u << 27)
#define SCB_VTOR 0xE000ED08u
#define SCB_AIRCR 0xE000ED0Cu
#define SCB_AIRCR_SYSRESETREQ_WITH_KEY 0x05FA0004u
#define SCB_CCR 0xE000ED14u
#define SCB_CCR_DIV_0_TRP (1u << 4)
#define SCB_CCR_DC (1u << 16)
#define SCB_CCR_IC (1u << 17)
#define SCB_SHPR3 0xE000ED20u
#define SCB_SHCSR 0xE000ED24u
#define SCB_CFSR 0xE000ED28u
#define SCB_HFSR 0xE000ED2Cu
#define SCB_CPACR 0xE000ED88u
#define SCB_CPACR_CP10_CP11 0x00F00000u
#define SCB_DEMCR 0xE000EDFCu
#define SCB_DEMCR_TRCENA (1u << 24)

static inline void cpu_wait_for_interrupt(void) { __asm volatile("dsb\n\twfi" ::: "memory"); }

static inline void cpu_mask_interrupts(void) { __asm volatile("cpsid i" ::: "memory"); }

static inline void cpu_unmask_interrupts(void) { __asm volatile("cpsie i" ::: "memory"); }

static inline void cpu_dsb(void) { __asm volatile("dsb" ::: "memory"); }

static inline void cpu_isb(void) { __asm volatile("isb" ::: "memory"); }

/* Exception number that is being handled; 0 in thread mode. */
static inline uint32_t cpu_exception_number(void) {
    uint32_t ipsr;
    __asm volatile("mrs %0, ipsr" : "=r"(ipsr));
    return ipsr & 0x1FFu;
}

/* irq: external interrupt number, 0 for the first one after SysTick. */
static inline void nvic_enable(uint32_t irq) { MMIO32(NVIC_ISER0 + 4u * (irq / 32u)) = 1u << (irq % 32u); }

#endif
