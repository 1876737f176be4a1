/* SYSCON of the LPC84x: clocks, power, resets; and the flash access time. Names as in LPC845.h of NXP's SDK. */
#ifndef DRIVERS_LPC_SYSCON_H
#define DRIVERS_LPC_SYSCON_H

#include <stdint.h>

#include "common/status.h"

#define SYSCON_WDTOSCCTRL 0x024u
#define SYSCON_WDTOSCCTRL_600_KHZ (1u << 5) /* FREQSEL; DIVSEL 0 divides it by 2 */
#define SYSCON_FROOSCCTRL 0x028u
#define SYSCON_FROOSCCTRL_FRO_DIRECT (1u << 17)
#define SYSCON_FRODIRECTCLKUEN 0x030u
#define SYSCON_MAINCLKPLLSEL 0x048u
#define SYSCON_MAINCLKPLLUEN 0x04Cu
#define SYSCON_MAINCLKSEL 0x050u
#define SYSCON_MAINCLKUEN 0x054u
#define SYSCON_SYSAHBCLKDIV 0x058u
#define SYSCON_EXTCLKSEL 0x074u
#define SYSCON_SYSAHBCLKCTRL0 0x080u
#define SYSCON_PRESETCTRL0 0x088u
#define SYSCON_FCLKSEL0 0x090u /* USART0 */
#define SYSCON_FCLKSEL_MAIN_CLK 1u
#define SYSCON_PDRUNCFG 0x238u
#define SYSCON_PDRUNCFG_FROOUT_PD (1u << 0)
#define SYSCON_PDRUNCFG_FRO_PD (1u << 1)
#define SYSCON_PDRUNCFG_SYSOSC_PD (1u << 5)
#define SYSCON_PDRUNCFG_WDTOSC_PD (1u << 6)

/* Bits of SYSAHBCLKCTRL0 and, apart from SWM and IOCON, of PRESETCTRL0. */
#define SYSCON_GPIO0 6u
#define SYSCON_SWM 7u
#define SYSCON_UART0 14u
#define SYSCON_WWDT 17u
#define SYSCON_IOCON 18u
#define SYSCON_GPIO1 20u

#define FLASH_CTRL_FLASHCFG 0x10u
#define FLASH_CTRL_FLASHCFG_FLASHTIM_MASK 3u

void syscon_clock_on(uintptr_t base, uint32_t bit);
/* Put a block into its reset state and take it out again. */
void syscon_reset(uintptr_t base, uint32_t bit);
void syscon_power_on(uintptr_t base, uint32_t bits);

/* Main clock, and with it the core, straight from the internal oscillator FRO as its trimming routine in ROM sets it
 * up. rom_routine: its address.  khz: 18000, 24000 or 30000. */
enum status syscon_run_from_fro(uintptr_t base, uintptr_t rom_routine, uint32_t khz);

/* Clocks of the core that a read of the flash takes, 1 to 3. */
void flash_access_clocks(uintptr_t flash_ctrl, uint32_t clocks);

#endif
