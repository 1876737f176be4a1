#ifndef SOC_MKE16Z4_CLOCK_H
#define SOC_MKE16Z4_CLOCK_H

#include "common/status.h"

#define CLOCK_CORE_HZ 48000000u
/* SOSCDIV2: what ADC0, LPI2C0 and LPUART0 run from. */
#define CLOCK_SOSC_HZ 8000000u

/* Core 48 MHz, bus and flash 24 MHz from the low-power FLL; the same steps and waits as BOARD_BootClockRUN of
 * NXP's FRDM-KE16Z board files. */
enum status clock_boot_run(void);

#endif
