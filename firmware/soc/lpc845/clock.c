#include "clock.h"

#include "drivers/lpc_syscon.h"
#include "lpc845.h"

/* NXP's board code leaves the flash at the three clocks of the reset; the clock driver of the SDK has a call of its own
 * for the access time, which takes one clock up to 24 MHz and two above. */
#define FLASH_CLOCKS_AT_30_MHZ 2u

enum status clock_boot_fro30m(void) {
    const enum status status = syscon_run_from_fro(SYSCON_BASE, ROM_SET_FRO_FREQUENCY, CLOCK_MAIN_HZ / 1000u);
    if (status == STATUS_OK) {
        flash_access_clocks(FLASH_CTRL_BASE, FLASH_CLOCKS_AT_30_MHZ);
    }
    return status;
}
