#include "clock.h"

#include "common/mmio.h"
#include "drivers/ics.h"
#include "drivers/osc.h"
#include "mke02z4.h"

#define RDIV_256 3u
#define BDIV_1 0u

/* The bus is halved first, so that it never runs at more than its 20 MHz. */
enum status clock_boot_run(void) {
    MMIO32(SIM_BUSDIV) = 1;
    const enum status status = ics_start_crystal(OSC_BASE, OSC_CR_OSCEN | OSC_CR_OSCOS | OSC_CR_RANGE);
    return status == STATUS_OK ? ics_run_from_crystal(ICS_BASE, RDIV_256, BDIV_1) : status;
}
