/* RK043FN02H-CT on the MIMXRT1060-EVK: LCD of 480 x 272 on the eLCDIF, FT5406 on LPI2C1. Timings: data sheet of the
 * panel, as in NXP's elcdif and touch examples. */
#include "boards/panel.h"

#include "common/cpu.h"
#include "drivers/cache.h"
#include "drivers/ccm.h"
#include "drivers/ft5406.h"
#include "drivers/igpio.h"
#include "drivers/iomuxc.h"
#include "drivers/lcdif.h"
#include "drivers/lpi2c.h"
#include "mimxrt1062.h"

#define PIXELS (PANEL_WIDTH * PANEL_HEIGHT)

#define RESET_PIN 2u      /* of GPIO1: the LCD's enable and the touch controller's reset, which is active low */
#define BACKLIGHT_PIN 31u /* of GPIO2, on when high */

#define MUX_LCDIF 0u
#define MUX_LPI2C1 3u
#define MUX_GPIO 5u
#define MUX_SION (1u << 4) /* the pin is read although it sends: an I2C master watches its own lines */
#define PAD_LCD 0x1B0B0u   /* keeper of 100 kOhm, hysteresis, fast, drive strength R0 / 6: as in NXP's pin_mux.c */
#define PAD_I2C 0xD8B0u    /* open drain, pull-up of 22 kOhm */
#define PAD_GPIO 0x10B0u
#define LPI2C_CLOCK_HZ 10000000u

/* Pixel clock: video PLL, 93 MHz as clock_boot_run leaves it, / 5 / 2 = 9.3 MHz, hence 60.6 frames a second. I2C: PLL3,
 * 480 MHz, / 8 / 6 = 10 MHz. */
static const struct ccm_step clocks[] = {
    CCM_SET(CSCDR2, LCDIF_PRE_CLK_SEL, 2),
    CCM_SET(CSCDR2, LCDIF_PRED, 4),
    CCM_SET(CBCMR, LCDIF_PODF, 1),
    CCM_SET(CSCDR2, LPI2C_CLK_PODF, 5),
    CCM_GATE_ON(2, 14), /* LCD */
    CCM_GATE_ON(3, 5),  /* LCD pixel */
    CCM_GATE_ON(2, 3),  /* LPI2C1 */
    CCM_GATE_ON(0, 15), /* GPIO2 */
};

static const struct lcdif_timing timing = {
    .width = PANEL_WIDTH,
    .height = PANEL_HEIGHT,
    .horizontal_sync = 41,
    .horizontal_back = 8,
    .horizontal_front = 4,
    .vertical_sync = 10,
    .vertical_back = 2,
    .vertical_front = 4,
};

/* In OCRAM: the LCD controller does not reach the tightly coupled memories. Cache lines are 32 bytes. */
__attribute__((section(".ocram.frames"), aligned(64))) static uint16_t frames[2][PIXELS];

static uint32_t back = 1; /* index of the frame that is not shown */
static volatile bool change_asked;
static volatile uint32_t refreshes;

static struct lpi2c bus = {.base = LPI2C1_BASE};
static uint8_t report[FT5406_REPORT_BYTES];
static struct ft5406_finger finger;
static bool asked;

static void take_frame_done(void) {
    if (lcdif_take_frame_done(LCDIF_BASE)) {
        refreshes = refreshes + 1u;
        if (change_asked) {
            back ^= 1u;
            change_asked = false;
        }
    }
}

void LCDIF_IRQHandler(void);
void LCDIF_IRQHandler(void) {
    take_frame_done();
    cpu_dsb(); /* the flag is cleared before the handler is left, or it would be entered once more */
}

void LPI2C1_IRQHandler(void);
void LPI2C1_IRQHandler(void) {
    lpi2c_interrupt(&bus);
    cpu_dsb();
}

static void set_pin(uint32_t pad, uint32_t mode, uint32_t setting) {
    iomuxc_set_pin(IOMUXC_SW_MUX_CTL(pad), mode, IOMUXC_SW_PAD_CTL(pad), setting);
}

static void init_pins(void) {
    for (uint32_t pad = IOMUXC_PAD_GPIO_B0_00; pad <= IOMUXC_PAD_GPIO_B1_03; pad++) {
        set_pin(pad, MUX_LCDIF, PAD_LCD); /* clock, enable, both syncs, 16 data lines, in this order */
    }
    set_pin(IOMUXC_PAD_GPIO_AD_B1_00, MUX_LPI2C1 | MUX_SION, PAD_I2C);
    set_pin(IOMUXC_PAD_GPIO_AD_B1_01, MUX_LPI2C1 | MUX_SION, PAD_I2C);
    MMIO32(IOMUXC_LPI2C1_SCL_SELECT_INPUT) = 1; /* the pads above */
    MMIO32(IOMUXC_LPI2C1_SDA_SELECT_INPUT) = 1;
    igpio_output(GPIO1_BASE, RESET_PIN, false);
    set_pin(IOMUXC_PAD_GPIO_AD_B0_02, MUX_GPIO, PAD_GPIO);
    igpio_output(GPIO2_BASE, BACKLIGHT_PIN, false);
    set_pin(IOMUXC_PAD_GPIO_B1_15, MUX_GPIO, PAD_GPIO);
}

static void blacken(void) {
    for (uint32_t i = 0; i < PIXELS; i++) {
        frames[0][i] = 0;
        frames[1][i] = 0;
    }
    cache_clean_data(frames, sizeof frames);
}

enum status panel_init(const char **what) {
    *what = "clocks of the LCD do not start";
    enum status status = ccm_run(CCM_BASE, clocks, sizeof clocks / sizeof clocks[0]);
    if (status == STATUS_OK) {
        init_pins();
        blacken();
        *what = "LCD controller does not start";
        status = lcdif_start(LCDIF_BASE, &timing, frames[back ^ 1u]);
    }
    if (status == STATUS_OK) {
        nvic_enable(LCDIF_IRQN);
        igpio_write(GPIO1_BASE, RESET_PIN, true);
        igpio_write(GPIO2_BASE, BACKLIGHT_PIN, true);
        *what = "I2C clock does not fit";
        status = lpi2c_init(&bus, LPI2C_CLOCK_HZ);
        nvic_enable(LPI2C1_IRQN);
    }
    return status;
}

const uint16_t *panel_front(void) { return frames[back ^ 1u]; }

uint16_t *panel_back(void) { return frames[back]; }

void panel_show(int32_t first_row, int32_t rows) {
    cache_clean_data(&frames[back][first_row * PANEL_WIDTH], (uint32_t)(rows * PANEL_WIDTH) * sizeof(uint16_t));
    cpu_mask_interrupts();
    lcdif_show_next(LCDIF_BASE, frames[back]);
    take_frame_done(); /* a frame that has ended before this is not the one to wait for */
    change_asked = true;
    cpu_unmask_interrupts();
}

bool panel_is_shown(void) { return !change_asked; }

uint32_t panel_refreshes(void) { return refreshes; }

void panel_touch_ask(void) {
    asked = true;
    lpi2c_read(&bus, FT5406_ADDRESS, FT5406_TD_STATUS, report, FT5406_REPORT_BYTES);
}

/* The controller's x runs down the screen, its y across. */
enum panel_touch panel_touch_take(int32_t *x, int32_t *y) {
    if (!asked || bus.state == LPI2C_BUSY) {
        return PANEL_TOUCH_WAITING;
    }
    asked = false;
    if (bus.state != LPI2C_DONE) {
        finger.down = false;
        return PANEL_TOUCH_SILENT;
    }
    ft5406_follow(&finger, report);
    *x = finger.y;
    *y = finger.x;
    return finger.down ? PANEL_TOUCH_DOWN : PANEL_TOUCH_UP;
}
