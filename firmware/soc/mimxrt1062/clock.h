#ifndef SOC_MIMXRT1062_CLOCK_H
#define SOC_MIMXRT1062_CLOCK_H

#include "common/status.h"

#define CLOCK_CORE_HZ 600000000u
/* PLL3 / 6: what the LPUARTs run from. */
#define CLOCK_UART_HZ 80000000u

/* Core and AHB 600 MHz, IPG 150 MHz, PERCLK 75 MHz; the same registers, values and waits as BOARD_BootClockRUN of
 * NXP's board files for an image that runs from FlexSPI flash: PLL3 and the FlexSPI clock are left as the boot ROM set
 * them, since they feed the flash that this code is read from. */
enum status clock_boot_run(void);

#endif
