/* Traces: every exception prints a record of the machine's state; a scenario says what its handlers do. */
#ifndef TRACE_H
#define TRACE_H

#include "../semihosting.h"

#include <stdbool.h>
#include <stdint.h>

#define REG(address) (*(volatile uint32_t *)(address))
#define ISER REG(0xE000E100)
#define ICER REG(0xE000E180)
#define ISPR REG(0xE000E200)
#define ICPR REG(0xE000E280)
#define IABR REG(0xE000E300)
#define IPR(n) REG(0xE000E400 + 4 * (n))
#define ICSR REG(0xE000ED04)
#define VTOR REG(0xE000ED08)
#define AIRCR REG(0xE000ED0C)
#define SCR REG(0xE000ED10)
#define CCR REG(0xE000ED14)
#define SHPR1 REG(0xE000ED18)
#define SHPR2 REG(0xE000ED1C)
#define SHPR3 REG(0xE000ED20)
#define SHCSR REG(0xE000ED24)
#define CFSR REG(0xE000ED28)
#define HFSR REG(0xE000ED2C)
#define MMFAR REG(0xE000ED34)
#define BFAR REG(0xE000ED38)
#define CPACR REG(0xE000ED88)
#define MPU_TYPE REG(0xE000ED90)
#define MPU_CTRL REG(0xE000ED94)
#define MPU_RNR REG(0xE000ED98)
#define MPU_RBAR REG(0xE000ED9C)
#define MPU_RASR REG(0xE000EDA0)
#define STIR REG(0xE000EF00)
#define FPCCR REG(0xE000EF34)
#define FPCAR REG(0xE000EF38)
#define FPDSCR REG(0xE000EF3C)
#define NMIPENDSET (1u << 31)
#define PENDSVSET (1u << 28)
#define FAULTS_ENABLED 0x70000u

enum { HARD_FAULT = 3, MEM_MANAGE = 4, BUS_FAULT = 5, USAGE_FAULT = 6, SVCALL = 11, PENDSV = 14, IRQ0 = 16 };

/* Registers of the interrupted code: the stacked ones at `frame`, r8-r11, r4-r7 as the entry code saved them. */
typedef struct state {
    uint32_t exception, exc_return, msp;
    uint32_t *frame; /* r0-r3, r12, lr, pc, xpsr; NULL if it does not lie in memory */
    uint32_t *saved; /* pad, r8, r9, r10, r11, r4, r5, r6, r7 */
} state;

typedef void handler(state *s);

/* Start a scenario: masks, priorities, faults and handlers as after reset, all interrupts off. */
void begin(const char *name);
void on(uint32_t exception, handler *function);
void set_priority(uint32_t exception, uint32_t value);
/* A line of the scenario's own. */
void note(const char *what, uint32_t value);
void note_fp(const char *what, uint32_t value); /* and FPCCR */
void note2(const char *what, uint32_t first, uint32_t second);

/* Go on after the instruction that faulted. */
void skip2(state *s);
void skip4(state *s);
/* Go on at the address that lies in r6 (fetch faults have no way back of their own). */
void to_r6(state *s);

#define GET(name)                                                                                                      \
    ({                                                                                                                 \
        uint32_t value_;                                                                                               \
        __asm__ volatile("mrs %0, " #name : "=r"(value_)::"memory");                                                   \
        value_;                                                                                                        \
    })
#define SET(name, value) __asm__ volatile("msr " #name ", %0\n isb" ::"r"((uint32_t)(value)) : "memory")
#define MASKED(statement)                                                                                              \
    do { /* whatever becomes pending is taken right after the cpsie, and nowhere else */                               \
        __asm__ volatile("cpsid i" ::: "memory");                                                                      \
        statement;                                                                                                     \
        __asm__ volatile("dsb\n cpsie i\n isb" ::: "memory");                                                          \
    } while (0)

/* Nothing holds an NMI back: it is taken somewhere before the loop's second round, and its handler steps over the loop.
 */
#define PEND_NMI() __asm__ volatile("str %0, [%1]\n b ." ::"r"(NMIPENDSET), "r"(&ICSR) : "memory")

extern uint32_t process_stack[128];

void scenarios_common(void);
void scenarios_v7(void);
void scenarios_fault(void);
void scenarios_mpu(void);
void scenarios_fp(void);

#endif
