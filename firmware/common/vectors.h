/* What every vector table begins with (Armv6-M ARM B1.5.2, Armv7-M ARM B1.5.2). */
#ifndef COMMON_VECTORS_H
#define COMMON_VECTORS_H

#include <stdint.h>

extern uint32_t __StackTop[];

void Reset_Handler(void);
void NMI_Handler(void);
void HardFault_Handler(void);
void MemManage_Handler(void);
void BusFault_Handler(void);
void UsageFault_Handler(void);
void SVC_Handler(void);
void DebugMon_Handler(void);
void PendSV_Handler(void);
void SysTick_Handler(void);

typedef void (*vector)(void);

#define VECTOR_TABLE_SECTION __attribute__((section(".vectors"), used))

#endif
