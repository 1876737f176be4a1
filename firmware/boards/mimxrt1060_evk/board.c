/* MIMXRT1060-EVK: debug probe's console on LPUART1 (AD_B0_12 sends, AD_B0_13 receives), user LED, button SW8. */
#include "boards/board.h"

#include "clock.h"
#include "common/config.h"
#include "common/cpu.h"
#include "drivers/ccm.h"
#include "drivers/dwt.h"
#include "drivers/igpio.h"
#include "drivers/iomuxc.h"
#include "drivers/lpuart.h"
#include "drivers/systick.h"
#include "drivers/wdog32.h"
#include "memory_protection.h"
#include "mimxrt1062.h"

#define LED_PIN 9u    /* of GPIO1; lights when low. EVKB and EVKC boards have it on pin 8. */
#define BUTTON_PIN 0u /* of GPIO5, the WAKEUP pad, which is a GPIO after reset; low when pressed */

#define MUX_LPUART1 2u
#define MUX_GPIO 5u
/* 100 kOhm keeper, medium speed, drive strength R0 / 6: the value of NXP's pin_mux.c for these pads. */
#define PAD_DEFAULT 0x10B0u

const char board_name[] = "mimxrt1060_evk";

static const struct lpuart console_uart = {.base = LPUART1_BASE, .map = LPUART_LONG_MAP, .fifo_words = 4};

/* Off again after clock_boot_run, so on after it. */
static const struct ccm_step gates[] = {
    CCM_GATE_ON(5, 12), /* LPUART1 */
    CCM_GATE_ON(1, 13), /* GPIO1 */
    CCM_GATE_ON(1, 15), /* GPIO5 */
    CCM_GATE_ON(4, 1),  /* IOMUXC */
};

static uint8_t rx_bytes[SERIAL_RX_BYTES];
static uint8_t tx_bytes[SERIAL_TX_BYTES];

struct serial board_console = {
    .driver = &lpuart_serial_driver,
    .device = &console_uart,
    .rx = {.data = rx_bytes, .mask = SERIAL_RX_BYTES - 1u},
    .tx = {.data = tx_bytes, .mask = SERIAL_TX_BYTES - 1u},
};

void LPUART1_IRQHandler(void);
void LPUART1_IRQHandler(void) { lpuart_interrupt(&console_uart, &board_console); }

static void set_pin(uint32_t pad, uint32_t mode) {
    iomuxc_set_pin(IOMUXC_SW_MUX_CTL(pad), mode, IOMUXC_SW_PAD_CTL(pad), PAD_DEFAULT);
}

static void init_pins(void) {
    set_pin(IOMUXC_PAD_GPIO_AD_B0_12, MUX_LPUART1);
    set_pin(IOMUXC_PAD_GPIO_AD_B0_13, MUX_LPUART1);
    igpio_output(GPIO1_BASE, LED_PIN, true);
    set_pin(IOMUXC_PAD_GPIO_AD_B0_09, MUX_GPIO);
    igpio_input(GPIO5_BASE, BUTTON_PIN);
}

static enum status init_console(void) {
    const enum status status = lpuart_init(&console_uart, CLOCK_UART_HZ, CONSOLE_BAUD);
    if (status == STATUS_OK) {
        board_console.ready = true;
        nvic_enable(LPUART1_IRQN);
    }
    return status;
}

enum status board_init(const char **what) {
    memory_protection_init();
    *what = "clocks do not start";
    enum status status = clock_boot_run();
    if (status == STATUS_OK) {
        status = ccm_run(CCM_BASE, gates, sizeof gates / sizeof gates[0]);
    }
    if (status == STATUS_OK) {
        init_pins();
        *what = "console not usable";
        status = init_console();
    }
    if (status == STATUS_OK) {
        *what = "no millisecond clock";
        status = systick_start(CLOCK_CORE_HZ);
    }
    if (status == STATUS_OK) {
        *what = "no cycle counter";
        status = dwt_start();
    }
    return status;
}

uint32_t board_core_hz(void) { return CLOCK_CORE_HZ; }

uint32_t board_cycles(void) { return dwt_cycles(); }

void board_led(bool lit) { igpio_write(GPIO1_BASE, LED_PIN, !lit); }

bool board_button(void) { return !igpio_read(GPIO5_BASE, BUTTON_PIN); }

void board_watchdog_refresh(void) {
#if WATCHDOG_REFRESH
    cpu_mask_interrupts();
    wdog32_refresh(RTWDOG_BASE);
    cpu_unmask_interrupts();
#endif
}
