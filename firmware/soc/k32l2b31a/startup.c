#include "common/config.h"
#include "common/cpu.h"
#include "common/start.h"
#include "drivers/cop.h"
#include "k32l2b31a.h"

#define BOOT_ROM_INTERRUPTS ((1u << PORTA_IRQN) | (1u << I2C0_IRQN))

/* Pins that a deep sleep before the reset has frozen, the watchdog, and the interrupts that the boot ROM, where it ran,
 * has left on. */
void SystemInit(void) {
    const uint8_t power = MMIO8(PMC_BASE + PMC_REGSC);
    if ((power & PMC_REGSC_ACKISO) != 0u) {
        MMIO8(PMC_BASE + PMC_REGSC) = power;
    }
#if WATCHDOG_REFRESH
    cop_enable(COP_BASE);
#else
    cop_disable(COP_BASE);
#endif
    MMIO32(NVIC_ICER0) = BOOT_ROM_INTERRUPTS;
    MMIO32(NVIC_ICPR0) = BOOT_ROM_INTERRUPTS;
}
