#include "common/config.h"
#include "common/mmio.h"
#include "common/start.h"
#include "drivers/lpc_syscon.h"
#include "drivers/lpc_wwdt.h"
#include "lpc845.h"

/* 600 kHz / 2, of which the watchdog counts a quarter. */
#define WATCHDOG_KHZ 75u

/* The watchdog is off after reset, and nothing else needs care: Reset_Handler has set VTOR. */
void SystemInit(void) {
#if WATCHDOG_REFRESH
    MMIO32(SYSCON_BASE + SYSCON_WDTOSCCTRL) = SYSCON_WDTOSCCTRL_600_KHZ;
    syscon_power_on(SYSCON_BASE, SYSCON_PDRUNCFG_WDTOSC_PD);
    syscon_clock_on(SYSCON_BASE, SYSCON_WWDT);
    lpc_wwdt_enable(WWDT_BASE, WATCHDOG_PERIOD_MS * WATCHDOG_KHZ);
#endif
}
