#ifndef SOC_MKE02Z4_CLOCK_H
#define SOC_MKE02Z4_CLOCK_H

#include "common/status.h"

#define CLOCK_CORE_HZ 40000000u
/* Bus and flash; UARTs run from it. */
#define CLOCK_BUS_HZ 20000000u

/* Core 40 MHz, bus 20 MHz: a 10 MHz crystal / 256 * 1024 in the FLL; the same steps and waits as BOARD_BootClockRUN of
 * NXP's FRDM-KE02Z40M board files. */
enum status clock_boot_run(void);

#endif
