/* CCM_ANALOG, the PLLs and the oscillator of i.MX RT parts. Names as in MIMXRT1062.h of NXP's SDK. */
#ifndef DRIVERS_CCM_ANALOG_H
#define DRIVERS_CCM_ANALOG_H

#include <stdint.h>

#include "common/status.h"

#define CCM_ANALOG_PLL_ARM 0x000u
#define CCM_ANALOG_PLL_USB2 0x020u
#define CCM_ANALOG_PLL_SYS 0x030u
#define CCM_ANALOG_PLL_SYS_SS 0x040u
#define CCM_ANALOG_PLL_SYS_NUM 0x050u
#define CCM_ANALOG_PLL_SYS_DENOM 0x060u
#define CCM_ANALOG_PLL_AUDIO 0x070u
#define CCM_ANALOG_PLL_VIDEO 0x0A0u
#define CCM_ANALOG_PLL_VIDEO_NUM 0x0B0u
#define CCM_ANALOG_PLL_VIDEO_DENOM 0x0C0u
#define CCM_ANALOG_PLL_ENET 0x0E0u
#define CCM_ANALOG_PFD_528 0x100u
#define CCM_ANALOG_MISC0 0x150u
#define CCM_ANALOG_MISC0_SET 0x154u
#define CCM_ANALOG_MISC0_CLR 0x158u
#define CCM_ANALOG_MISC0_OSC_XTALOK (1u << 15)
#define CCM_ANALOG_MISC0_OSC_XTALOK_EN (1u << 16)
#define CCM_ANALOG_MISC0_XTAL_24M_PWD (1u << 30)
#define CCM_ANALOG_MISC1 0x160u
#define CCM_ANALOG_MISC1_LVDS1_CLK_SEL 0x0000001Fu
#define CCM_ANALOG_MISC2 0x170u
#define CCM_ANALOG_MISC2_AUDIO_DIV_LSB (1u << 15)
#define CCM_ANALOG_MISC2_AUDIO_DIV_MSB (1u << 23)
#define CCM_ANALOG_MISC2_VIDEO_DIV (3u << 30)
#define XTALOSC24M_LOWPWR_CTRL 0x270u
#define XTALOSC24M_LOWPWR_CTRL_RC_OSC_EN (1u << 0)
#define XTALOSC24M_LOWPWR_CTRL_XTALOSC_PWRUP_STAT (1u << 16)
#define XTALOSC24M_LOWPWR_CTRL_CLR 0x278u
#define XTALOSC24M_LOWPWR_CTRL_OSC_SEL (1u << 4)
#define XTALOSC24M_OSC_CONFIG2 0x2C0u
#define XTALOSC24M_OSC_CONFIG2_ENABLE_1M (1u << 16)
#define XTALOSC24M_OSC_CONFIG2_MUX_1M (1u << 17)

/* The same places in all PLL registers. */
#define CCM_ANALOG_PLL_POWERDOWN (1u << 12)
#define CCM_ANALOG_PLL_ENABLE (1u << 13)
#define CCM_ANALOG_PLL_BYPASS_CLK_SRC (3u << 14)
#define CCM_ANALOG_PLL_BYPASS (1u << 16)
#define CCM_ANALOG_PLL_LOCK (1u << 31)
#define CCM_ANALOG_PLL_ARM_DIV_SELECT 0x0000007Fu
#define CCM_ANALOG_PLL_SYS_DIV_SELECT 0x00000001u
#define CCM_ANALOG_PLL_VIDEO_DIV_SELECT 0x0000007Fu
#define CCM_ANALOG_PLL_VIDEO_POST_DIV_SELECT_2 (1u << 19)
#define CCM_ANALOG_PLL_ENET_DIV_SELECT 0x00000003u
#define CCM_ANALOG_PLL_ENET_ENET2_DIV_SELECT 0x0000000Cu
#define CCM_ANALOG_PLL_ENET_ENET2_REF_EN (1u << 20)
#define CCM_ANALOG_PLL_ENET_ENET_25M_REF_EN (1u << 21)

/* Power up the 24 MHz crystal, wait until it is stable, use it. */
enum status ccm_analog_start_crystal(uintptr_t base);

/* 24 MHz * loop / 2; loop: 54..108. */
enum status ccm_analog_start_arm_pll(uintptr_t base, uint32_t loop);

/* 24 MHz * 22, no fraction, no spread spectrum. */
enum status ccm_analog_start_sys_pll(uintptr_t base);

/* Output `pfd` (0..3) of the system PLL: 528 MHz * 18 / fraction; fraction: 12..35. */
void ccm_analog_set_sys_pfd(uintptr_t base, uint32_t pfd, uint32_t fraction);

/* 24 MHz * loop / 8; loop: 27..54. */
enum status ccm_analog_start_video_pll(uintptr_t base, uint32_t loop);

/* Audio, Ethernet and second USB PLL: off, their outputs are the crystal. */
void ccm_analog_bypass_unused(uintptr_t base);

#endif
