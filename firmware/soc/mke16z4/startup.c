#include "common/config.h"
#include "common/start.h"
#include "drivers/wdog32.h"
#include "mke16z4.h"

#define LPO_KHZ 128u

/* The watchdog runs after reset and has to be dealt with within 1024 cycles of its 128 kHz clock. */
void SystemInit(void) {
#if WATCHDOG_REFRESH
    wdog32_enable(WDOG_BASE, WATCHDOG_PERIOD_MS * LPO_KHZ);
#else
    wdog32_disable(WDOG_BASE);
#endif
}
