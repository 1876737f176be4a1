#include "clock.h"

#include "drivers/mcg.h"
#include "drivers/sim.h"
#include "mkv11z7.h"

static const struct mcg_fee fll_at_75_mhz = {.range = 2, .frdiv = 3, .drs = 2};

/* Dividers that suit every clock come first, those for 75 MHz last. */
enum status clock_boot_run(void) {
    sim_divide(SIM_BASE, 1, 4);
    const enum status status = mcg_run_from_crystal(MCG_BASE, OSC0_BASE, &fll_at_75_mhz);
    if (status == STATUS_OK) {
        sim_divide(SIM_BASE, 1, 3);
        mmio_update(SIM_BASE + SIM_SOPT1, SIM_SOPT1_OSC32KSEL_MASK, SIM_OSC32KSEL_LPO << SIM_SOPT1_OSC32KSEL_SHIFT);
    }
    return status;
}
