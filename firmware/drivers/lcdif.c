#include "lcdif.h"

#include "common/mmio.h"

static enum status reset(uintptr_t base) {
    MMIO32(base + LCDIF_CTRL + LCDIF_CLR) = LCDIF_CTRL_SFTRST;
    MMIO32(base + LCDIF_CTRL + LCDIF_CLR) = LCDIF_CTRL_CLKGATE;
    MMIO32(base + LCDIF_CTRL + LCDIF_SET) = LCDIF_CTRL_SFTRST; /* the block closes its gate when it is reset */
    const enum status status = mmio_wait(base + LCDIF_CTRL, LCDIF_CTRL_CLKGATE, LCDIF_CTRL_CLKGATE);
    MMIO32(base + LCDIF_CTRL + LCDIF_CLR) = LCDIF_CTRL_SFTRST;
    MMIO32(base + LCDIF_CTRL + LCDIF_CLR) = LCDIF_CTRL_CLKGATE;
    return status;
}

static void set_timing(uintptr_t base, const struct lcdif_timing *timing) {
    const uint32_t across =
        (uint32_t)timing->width + timing->horizontal_sync + timing->horizontal_back + timing->horizontal_front;
    const uint32_t down =
        (uint32_t)timing->height + timing->vertical_sync + timing->vertical_back + timing->vertical_front;
    MMIO32(base + LCDIF_TRANSFER_COUNT) = ((uint32_t)timing->height << 16) | timing->width;
    MMIO32(base + LCDIF_VDCTRL0) = LCDIF_VDCTRL0_ENABLE_PRESENT | LCDIF_VDCTRL0_VSYNC_PERIOD_UNIT |
                                   LCDIF_VDCTRL0_VSYNC_PULSE_WIDTH_UNIT | LCDIF_VDCTRL0_ENABLE_POL |
                                   LCDIF_VDCTRL0_DOTCLK_POL | timing->vertical_sync;
    MMIO32(base + LCDIF_VDCTRL1) = down;
    MMIO32(base + LCDIF_VDCTRL2) =
        ((uint32_t)timing->horizontal_sync << LCDIF_VDCTRL2_HSYNC_PULSE_WIDTH_SHIFT) | across;
    MMIO32(base + LCDIF_VDCTRL3) =
        ((uint32_t)(timing->horizontal_sync + timing->horizontal_back) << LCDIF_VDCTRL3_HORIZONTAL_WAIT_CNT_SHIFT) |
        (uint32_t)(timing->vertical_sync + timing->vertical_back);
    MMIO32(base + LCDIF_VDCTRL4) = LCDIF_VDCTRL4_SYNC_SIGNALS_ON | timing->width;
}

enum status lcdif_start(uintptr_t base, const struct lcdif_timing *timing, const void *frame) {
    const enum status status = reset(base);
    if (status != STATUS_OK) {
        return status;
    }
    MMIO32(base + LCDIF_CTRL) = LCDIF_CTRL_DOTCLK_MODE | LCDIF_CTRL_BYPASS_COUNT | LCDIF_CTRL_MASTER;
    MMIO32(base + LCDIF_CTRL1) = LCDIF_CTRL1_BYTE_PACKING_ALL;
    MMIO32(base + LCDIF_CTRL2) = LCDIF_CTRL2_OUTSTANDING_16;
    set_timing(base, timing);
    MMIO32(base + LCDIF_CUR_BUF) = (uint32_t)(uintptr_t)frame;
    MMIO32(base + LCDIF_NEXT_BUF) = (uint32_t)(uintptr_t)frame;
    MMIO32(base + LCDIF_CTRL1 + LCDIF_SET) = LCDIF_CTRL1_CUR_FRAME_DONE_IRQ_EN;
    MMIO32(base + LCDIF_CTRL + LCDIF_SET) = LCDIF_CTRL_DOTCLK_MODE | LCDIF_CTRL_RUN;
    return STATUS_OK;
}

void lcdif_show_next(uintptr_t base, const void *frame) { MMIO32(base + LCDIF_NEXT_BUF) = (uint32_t)(uintptr_t)frame; }

bool lcdif_take_frame_done(uintptr_t base) {
    if ((MMIO32(base + LCDIF_CTRL1) & LCDIF_CTRL1_CUR_FRAME_DONE_IRQ) == 0u) {
        return false;
    }
    MMIO32(base + LCDIF_CTRL1 + LCDIF_CLR) = LCDIF_CTRL1_CUR_FRAME_DONE_IRQ;
    return true;
}
