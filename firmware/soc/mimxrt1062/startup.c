#include <stdint.h>

#include "common/config.h"
#include "common/cpu.h"
#include "common/start.h"
#include "common/vectors.h"
#include "drivers/cache.h"
#include "drivers/systick.h"
#include "drivers/wdog16.h"
#include "drivers/wdog32.h"
#include "mimxrt1062.h"

#define RTC_HZ 32768u

/* Interrupts off, VTOR and MSP from the table of this image, and the FPU on before any C code, which may use it. */
__attribute__((naked)) void Reset_Handler(void) {
    __asm volatile("cpsid i\n\t"
                   "ldr   r0, =0xE000ED08\n\t" /* VTOR */
                   "ldr   r1, =__vector_table\n\t"
                   "str   r1, [r0]\n\t"
                   "ldr   r2, [r1]\n\t"
                   "msr   msp, r2\n\t"
                   "ldr   r0, =0xE000ED88\n\t" /* CPACR: full access to CP10 and CP11 */
                   "ldr   r1, [r0]\n\t"
                   "orr   r1, r1, #0x00F00000\n\t"
                   "str   r1, [r0]\n\t"
                   "dsb\n\t"
                   "isb\n\t"
                   "ldr   r0, =start_program\n\t"
                   "bx    r0\n\t"
                   ".ltorg");
}

/* The boot ROM may leave SysTick on. */
void SystemInit(void) {
    wdog16_disable(WDOG1_BASE);
    wdog16_disable(WDOG2_BASE);
#if WATCHDOG_REFRESH
    wdog32_enable(RTWDOG_BASE, WATCHDOG_PERIOD_MS * RTC_HZ / 1000u);
#else
    wdog32_disable(RTWDOG_BASE);
#endif
    if ((MMIO32(SYST_CSR) & SYST_CSR_ENABLE) != 0u) {
        MMIO32(SYST_CSR) = MMIO32(SYST_CSR) & ~SYST_CSR_ENABLE;
    }
    cache_enable_instruction();
}
