#include "common/config.h"
#include "common/start.h"
#include "drivers/wdog8.h"
#include "mke02z4.h"

/* The watchdog runs after reset and has to be dealt with within 4 cycles of its 1 kHz clock. */
void SystemInit(void) {
#if WATCHDOG_REFRESH
    wdog8_enable(WDOG_BASE, WATCHDOG_PERIOD_MS);
#else
    wdog8_disable(WDOG_BASE);
#endif
}
