#include "clock.h"

#include "drivers/mcglite.h"
#include "drivers/sim.h"
#include "k32l2b31a.h"

/* Dividers that suit every clock come first, those for 48 MHz last. */
enum status clock_boot_run(void) {
    sim_divide(SIM_BASE, 2, 4);
    const enum status status = mcglite_run_from_hirc(MCG_BASE);
    if (status == STATUS_OK) {
        sim_divide(SIM_BASE, 1, 2);
        mmio_update(SIM_BASE + SIM_SOPT1, SIM_SOPT1_OSC32KSEL_MASK, 0);
    }
    return status;
}
