/* MCG-Lite, the clock generator of small Kinetis L and K32 L parts, 8-bit registers. Names as in K32L2B31A.h of NXP's
 * SDK. */
#ifndef DRIVERS_MCGLITE_H
#define DRIVERS_MCGLITE_H

#include <stdint.h>

#include "common/status.h"

#define MCGLITE_C1 0x00u
#define MCGLITE_C1_IRCLKEN (1u << 1)
#define MCGLITE_C2 0x01u
#define MCGLITE_C2_IRCS (1u << 0) /* the slow internal reference runs at 8 MHz, not at 2 */
#define MCGLITE_S 0x06u
#define MCGLITE_S_CLKST_MASK (3u << 2)
#define MCGLITE_SC 0x08u
#define MCGLITE_MC 0x18u
#define MCGLITE_MC_HIRCEN (1u << 7)

/* Core from the 48 MHz internal reference, the 8 MHz one on for peripherals; waits for the change. The clock dividers
 * of the SIM are the caller's work. */
enum status mcglite_run_from_hirc(uintptr_t base);

#endif
