/* MCG, the clock generator of Kinetis parts with FLL, 8-bit registers. Names as in MKV11Z7.h of NXP's SDK. */
#ifndef DRIVERS_MCG_H
#define DRIVERS_MCG_H

#include <stdint.h>

#include "common/status.h"

#define MCG_C1 0x0u
#define MCG_C1_IRCLKEN (1u << 1)
#define MCG_C1_FRDIV_SHIFT 3
#define MCG_C2 0x1u
#define MCG_C2_IRCS (1u << 0)
#define MCG_C2_EREFS (1u << 2)
#define MCG_C2_RANGE_SHIFT 4
#define MCG_C4 0x3u
#define MCG_C4_DRST_DRS_SHIFT 5
#define MCG_C4_DRST_DRS_MASK (3u << 5)
#define MCG_C4_DMX32 (1u << 7)
#define MCG_S 0x6u
#define MCG_S_IRCST (1u << 0)
#define MCG_S_OSCINIT0 (1u << 1)
#define MCG_S_CLKST_MASK (3u << 2)
#define MCG_S_IREFST (1u << 4)

struct mcg_fee {
    uint32_t range; /* C2.RANGE: 0 for 32 kHz crystals, 1 up to 8 MHz, 2 up to 32 MHz */
    uint32_t frdiv; /* C1.FRDIV: the crystal is divided by 1 << frdiv, 32 times that from range 1 on */
    uint32_t drs;   /* C4.DRST_DRS: the FLL multiplies by 640, 1280, 1920, 2560 */
};

/* Start the crystal oscillator at `osc`, switch the FLL to it and the core to the FLL, choose the FLL's range, and wait
 * for each. Ends with the slow internal reference on for peripherals.
 * The divided crystal must be 31.25 to 39.0625 kHz, and the clock dividers of the SIM such that the core bears the
 * result. */
enum status mcg_run_from_crystal(uintptr_t mcg, uintptr_t osc, const struct mcg_fee *fee);

#endif
