#include "ccm_analog.h"

#include "common/mmio.h"

#define VIDEO_DIV_BY_4 (3u << 30)
#define ENET_50_MHZ 1u

enum status ccm_analog_start_crystal(uintptr_t base) {
    mmio_update(base + XTALOSC24M_OSC_CONFIG2, XTALOSC24M_OSC_CONFIG2_ENABLE_1M, XTALOSC24M_OSC_CONFIG2_ENABLE_1M);
    mmio_update(base + XTALOSC24M_OSC_CONFIG2, XTALOSC24M_OSC_CONFIG2_MUX_1M, 0);

    MMIO32(base + CCM_ANALOG_MISC0_CLR) = CCM_ANALOG_MISC0_XTAL_24M_PWD;
    enum status status = mmio_wait(base + XTALOSC24M_LOWPWR_CTRL, XTALOSC24M_LOWPWR_CTRL_XTALOSC_PWRUP_STAT,
                                   XTALOSC24M_LOWPWR_CTRL_XTALOSC_PWRUP_STAT);
    if (status == STATUS_OK) {
        MMIO32(base + CCM_ANALOG_MISC0_SET) = CCM_ANALOG_MISC0_OSC_XTALOK_EN;
        status = mmio_wait(base + CCM_ANALOG_MISC0, CCM_ANALOG_MISC0_OSC_XTALOK, CCM_ANALOG_MISC0_OSC_XTALOK);
        MMIO32(base + CCM_ANALOG_MISC0_CLR) = CCM_ANALOG_MISC0_OSC_XTALOK_EN;
    }
    mmio_update(base + XTALOSC24M_LOWPWR_CTRL, XTALOSC24M_LOWPWR_CTRL_RC_OSC_EN, XTALOSC24M_LOWPWR_CTRL_RC_OSC_EN);
    MMIO32(base + XTALOSC24M_LOWPWR_CTRL_CLR) = XTALOSC24M_LOWPWR_CTRL_OSC_SEL;
    return status;
}

/* A PLL is set up while its users get the crystal instead (source 0 of the bypass). */
static void bypass(uintptr_t pll) {
    mmio_update(pll, CCM_ANALOG_PLL_BYPASS_CLK_SRC | CCM_ANALOG_PLL_BYPASS, CCM_ANALOG_PLL_BYPASS);
}

static enum status wait_for_lock_and_use(uintptr_t pll) {
    const enum status status = mmio_wait(pll, CCM_ANALOG_PLL_LOCK, CCM_ANALOG_PLL_LOCK);
    if (status == STATUS_OK) {
        mmio_update(pll, CCM_ANALOG_PLL_BYPASS, 0);
    }
    return status;
}

enum status ccm_analog_start_arm_pll(uintptr_t base, uint32_t loop) {
    const uintptr_t pll = base + CCM_ANALOG_PLL_ARM;
    bypass(pll);
    mmio_update(pll, CCM_ANALOG_PLL_ARM_DIV_SELECT | CCM_ANALOG_PLL_POWERDOWN | CCM_ANALOG_PLL_ENABLE,
                CCM_ANALOG_PLL_ENABLE | loop);
    return wait_for_lock_and_use(pll);
}

enum status ccm_analog_start_sys_pll(uintptr_t base) {
    const uintptr_t pll = base + CCM_ANALOG_PLL_SYS;
    bypass(pll);
    mmio_update(pll, CCM_ANALOG_PLL_SYS_DIV_SELECT | CCM_ANALOG_PLL_POWERDOWN | CCM_ANALOG_PLL_ENABLE,
                CCM_ANALOG_PLL_ENABLE | CCM_ANALOG_PLL_SYS_DIV_SELECT);
    MMIO32(base + CCM_ANALOG_PLL_SYS_NUM) = 0;
    MMIO32(base + CCM_ANALOG_PLL_SYS_DENOM) = 1;
    MMIO32(base + CCM_ANALOG_PLL_SYS_SS) = 0;
    return wait_for_lock_and_use(pll);
}

/* The output is gated while its fraction changes. */
void ccm_analog_set_sys_pfd(uintptr_t base, uint32_t pfd, uint32_t fraction) {
    const uint32_t fraction_and_gate = 0xBFu << (8u * pfd);
    mmio_update(base + CCM_ANALOG_PFD_528, fraction_and_gate, 0x80u << (8u * pfd));
    mmio_update(base + CCM_ANALOG_PFD_528, fraction_and_gate, fraction << (8u * pfd));
}

enum status ccm_analog_start_video_pll(uintptr_t base, uint32_t loop) {
    const uintptr_t pll = base + CCM_ANALOG_PLL_VIDEO;
    mmio_update(pll, CCM_ANALOG_PLL_ENABLE, 0);
    bypass(pll);
    MMIO32(base + CCM_ANALOG_PLL_VIDEO_NUM) = 0;
    MMIO32(base + CCM_ANALOG_PLL_VIDEO_DENOM) = 1;
    mmio_update(base + CCM_ANALOG_MISC2, CCM_ANALOG_MISC2_VIDEO_DIV, VIDEO_DIV_BY_4);
    mmio_update(pll,
                CCM_ANALOG_PLL_VIDEO_DIV_SELECT | CCM_ANALOG_PLL_POWERDOWN | CCM_ANALOG_PLL_ENABLE |
                    CCM_ANALOG_PLL_VIDEO_POST_DIV_SELECT_2,
                CCM_ANALOG_PLL_ENABLE | CCM_ANALOG_PLL_VIDEO_POST_DIV_SELECT_2 | loop);
    return wait_for_lock_and_use(pll);
}

void ccm_analog_bypass_unused(uintptr_t base) {
    const uintptr_t audio = base + CCM_ANALOG_PLL_AUDIO;
    const uintptr_t ethernet = base + CCM_ANALOG_PLL_ENET;
    const uintptr_t usb2 = base + CCM_ANALOG_PLL_USB2;

    MMIO32(audio) = CCM_ANALOG_PLL_POWERDOWN;
    mmio_update(audio, CCM_ANALOG_PLL_BYPASS, CCM_ANALOG_PLL_BYPASS);
    mmio_update(base + CCM_ANALOG_MISC2, CCM_ANALOG_MISC2_AUDIO_DIV_LSB | CCM_ANALOG_MISC2_AUDIO_DIV_MSB, 0);
    mmio_update(audio, CCM_ANALOG_PLL_ENABLE, CCM_ANALOG_PLL_ENABLE);

    MMIO32(ethernet) = CCM_ANALOG_PLL_POWERDOWN;
    mmio_update(ethernet, CCM_ANALOG_PLL_BYPASS, CCM_ANALOG_PLL_BYPASS);
    mmio_update(ethernet, CCM_ANALOG_PLL_ENET_DIV_SELECT | CCM_ANALOG_PLL_ENET_ENET2_DIV_SELECT, ENET_50_MHZ);
    const uint32_t outputs =
        CCM_ANALOG_PLL_ENABLE | CCM_ANALOG_PLL_ENET_ENET2_REF_EN | CCM_ANALOG_PLL_ENET_ENET_25M_REF_EN;
    mmio_update(ethernet, outputs, outputs);

    MMIO32(usb2) = 0;
    mmio_update(usb2, CCM_ANALOG_PLL_BYPASS, CCM_ANALOG_PLL_BYPASS);
    mmio_update(usb2, CCM_ANALOG_PLL_ENABLE, CCM_ANALOG_PLL_ENABLE);
}
