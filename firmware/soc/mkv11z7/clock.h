#ifndef SOC_MKV11Z7_CLOCK_H
#define SOC_MKV11Z7_CLOCK_H

#include "common/status.h"

/* UART0 runs from the core clock too. */
#define CLOCK_CORE_HZ 75000000u

/* Core 75 MHz, bus and flash 25 MHz: a 10 MHz crystal / 256 * 1920 in the FLL; the same steps and waits as
 * BOARD_BootClockRUN of NXP's FRDM-KV11Z board files. */
enum status clock_boot_run(void);

#endif
