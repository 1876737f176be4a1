#include "common/config.h"
#include "common/start.h"
#include "drivers/wdog_unlock16.h"
#include "mkv11z7.h"

/* The watchdog runs after reset and can be changed within 256 bus clocks after it is unlocked. */
void SystemInit(void) {
#if WATCHDOG_REFRESH
    wdog_enable(WDOG_BASE, WATCHDOG_PERIOD_MS);
#else
    wdog_disable(WDOG_BASE);
#endif
}
