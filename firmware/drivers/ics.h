/* ICS, the clock generator of Kinetis KE0x parts, 8-bit registers. Names as in MKE02Z4.h of NXP's SDK. */
#ifndef DRIVERS_ICS_H
#define DRIVERS_ICS_H

#include <stdint.h>

#include "common/status.h"

#define ICS_C1 0x0u
#define ICS_C1_IRCLKEN (1u << 1)
#define ICS_C1_IREFS (1u << 2)
#define ICS_C1_RDIV_SHIFT 3
#define ICS_C1_CLKS_MASK (3u << 6)
#define ICS_C2 0x1u
#define ICS_C2_BDIV_SHIFT 5
#define ICS_S 0x4u
#define ICS_S_CLKST_MASK (3u << 2)
#define ICS_S_IREFST (1u << 4)
#define ICS_S_LOCK (1u << 6)
#define ICS_S_LOLS (1u << 7)

/* Start the crystal oscillator at `osc` and wait until it is stable. control: what OSC_CR is set to. */
enum status ics_start_crystal(uintptr_t osc, uint32_t control);

/* FEE: the FLL multiplies a crystal's clock, divided by 32 << rdiv (high range), by 1024; divided by 1 << bdiv for the
 * core. Waits for each change and for the lock, then clears the loss-of-lock flag.
 * The divided crystal must be 31.25 to 39.0625 kHz. rdiv, bdiv: 0..7. */
enum status ics_run_from_crystal(uintptr_t ics, uint32_t rdiv, uint32_t bdiv);

#endif
