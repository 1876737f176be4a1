#ifndef SOC_K32L2B31A_CLOCK_H
#define SOC_K32L2B31A_CLOCK_H

#include "common/status.h"

#define CLOCK_CORE_HZ 48000000u
/* The fast internal reference; LPUART0 runs from it. */
#define CLOCK_IRC48M_HZ 48000000u

/* Core 48 MHz, bus and flash 24 MHz from the internal reference HIRC; the same steps and waits as BOARD_BootClockRUN of
 * NXP's FRDM-K32L2B board files. */
enum status clock_boot_run(void);

#endif
