/* eLCDIF of i.MX RT parts, for RGB panels with separate sync signals. Names as in MIMXRT1062.h of NXP's SDK. */
#ifndef DRIVERS_LCDIF_H
#define DRIVERS_LCDIF_H

#include <stdbool.h>
#include <stdint.h>

#include "common/status.h"

/* Most registers have neighbours that set and clear single bits. */
#define LCDIF_SET 0x4u
#define LCDIF_CLR 0x8u

#define LCDIF_CTRL 0x00u
#define LCDIF_CTRL_RUN (1u << 0)
#define LCDIF_CTRL_MASTER (1u << 5)
#define LCDIF_CTRL_DOTCLK_MODE (1u << 17)
#define LCDIF_CTRL_BYPASS_COUNT (1u << 19)
#define LCDIF_CTRL_CLKGATE (1u << 30)
#define LCDIF_CTRL_SFTRST (1u << 31)
#define LCDIF_CTRL1 0x10u
#define LCDIF_CTRL1_CUR_FRAME_DONE_IRQ (1u << 9)
#define LCDIF_CTRL1_CUR_FRAME_DONE_IRQ_EN (1u << 13)
#define LCDIF_CTRL1_BYTE_PACKING_ALL (0xFu << 16)
#define LCDIF_CTRL2 0x20u
#define LCDIF_CTRL2_OUTSTANDING_16 (4u << 21)
#define LCDIF_TRANSFER_COUNT 0x30u
#define LCDIF_CUR_BUF 0x40u
#define LCDIF_NEXT_BUF 0x50u
#define LCDIF_VDCTRL0 0x70u
#define LCDIF_VDCTRL0_VSYNC_PULSE_WIDTH_UNIT (1u << 20)
#define LCDIF_VDCTRL0_VSYNC_PERIOD_UNIT (1u << 21)
#define LCDIF_VDCTRL0_ENABLE_POL (1u << 24)
#define LCDIF_VDCTRL0_DOTCLK_POL (1u << 25)
#define LCDIF_VDCTRL0_ENABLE_PRESENT (1u << 28)
#define LCDIF_VDCTRL1 0x80u
#define LCDIF_VDCTRL2 0x90u
#define LCDIF_VDCTRL2_HSYNC_PULSE_WIDTH_SHIFT 18
#define LCDIF_VDCTRL3 0xA0u
#define LCDIF_VDCTRL3_HORIZONTAL_WAIT_CNT_SHIFT 16
#define LCDIF_VDCTRL4 0xB0u
#define LCDIF_VDCTRL4_SYNC_SIGNALS_ON (1u << 18)

/* In pixel clocks across and in lines down: what is visible, the sync pulse, and the pauses around what is visible.
 * Sync signals are active low, data enable is active high. */
struct lcdif_timing {
    uint16_t width;
    uint16_t height;
    uint16_t horizontal_sync;
    uint16_t horizontal_back;
    uint16_t horizontal_front;
    uint16_t vertical_sync;
    uint16_t vertical_back;
    uint16_t vertical_front;
};

/* Reset the block, show `frame` (RGB565, width * height) on a bus of 16 lines, and raise an interrupt at the end of
 * every frame. Clocks and pins come before. */
enum status lcdif_start(uintptr_t base, const struct lcdif_timing *timing, const void *frame);

/* What is shown from the end of the current frame on. */
void lcdif_show_next(uintptr_t base, const void *frame);

/* For the interrupt: true if it was the end of a frame. */
bool lcdif_take_frame_done(uintptr_t base);

#endif
