#include <stdint.h>

#include "common/config.h"
#include "common/start.h"
#include "common/vectors.h"
#include "drivers/wdog32.h"
#include "mke16z4.h"

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

/* The watchdog runs after reset and has to be dealt with within 1024 cycles of its 128 kHz clock. */
void SystemInit(void) {
#if WATCHDOG_REFRESH
    wdog32_enable(WDOG_BASE, WATCHDOG_CYCLES);
#else
    wdog32_disable(WDOG_BASE);
#endif
}
