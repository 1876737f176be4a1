/* FRDM-KE16Z: OpenSDA console on LPUART0 (PTB0 receives, PTB1 sends), RGB LED, push buttons SW2 and SW3. */
#include "boards/board.h"

#include "clock.h"
#include "common/config.h"
#include "common/cpu.h"
#include "drivers/gpio.h"
#include "drivers/lpuart.h"
#include "drivers/pcc.h"
#include "drivers/port.h"
#include "drivers/systick.h"
#include "drivers/wdog32.h"
#include "mke16z4.h"

#define CONSOLE_RX_PIN 0u
#define CONSOLE_TX_PIN 1u
#define LED_GREEN_PIN 4u  /* of port B; lights when low */
#define BUTTON_SW3_PIN 2u /* of port D; low when pressed. SW2 is the NMI pin as well, so it is left alone. */

const char board_name[] = "frdm_ke16z";

static const struct lpuart console_uart = {.base = LPUART0_BASE, .map = LPUART_LONG_MAP, .fifo_words = 4};

static uint8_t rx_bytes[SERIAL_RX_BYTES];
static uint8_t tx_bytes[SERIAL_TX_BYTES];

struct serial board_console = {
    .driver = &lpuart_serial_driver,
    .device = &console_uart,
    .rx = {.data = rx_bytes, .mask = SERIAL_RX_BYTES - 1u},
    .tx = {.data = tx_bytes, .mask = SERIAL_TX_BYTES - 1u},
};

void LPUART0_IRQHandler(void);
void LPUART0_IRQHandler(void) { lpuart_interrupt(&console_uart, &board_console); }

static enum status init_pins(void) {
    enum status status = pcc_enable(PCC_PORTB);
    if (status == STATUS_OK) {
        status = pcc_enable(PCC_PORTD);
    }
    if (status == STATUS_OK) {
        port_set_mux(PORTB_BASE, CONSOLE_RX_PIN, PORT_MUX_ALT2);
        port_set_mux(PORTB_BASE, CONSOLE_TX_PIN, PORT_MUX_ALT2);
        gpio_output(GPIOB_BASE, LED_GREEN_PIN, true);
        port_set_mux(PORTB_BASE, LED_GREEN_PIN, PORT_MUX_GPIO);
        gpio_input(GPIOD_BASE, BUTTON_SW3_PIN);
        port_set_mux_pulled_up(PORTD_BASE, BUTTON_SW3_PIN, PORT_MUX_GPIO);
    }
    return status;
}

static enum status init_console(void) {
    enum status status = pcc_enable(PCC_LPUART0);
    if (status == STATUS_OK) {
        status = lpuart_init(&console_uart, CLOCK_SOSC_HZ, CONSOLE_BAUD);
    }
    if (status == STATUS_OK) {
        board_console.ready = true;
        nvic_enable(LPUART0_IRQN);
    }
    return status;
}

enum status board_init(const char **what) {
    *what = "pins not reachable";
    enum status status = init_pins();
    if (status == STATUS_OK) {
        *what = "clocks do not start";
        status = clock_boot_run();
    }
    if (status == STATUS_OK) {
        *what = "console not usable";
        status = init_console();
    }
    if (status == STATUS_OK) {
        *what = "no millisecond clock";
        status = systick_start(CLOCK_CORE_HZ);
    }
    return status;
}

uint32_t board_core_hz(void) { return CLOCK_CORE_HZ; }

uint32_t board_cycles(void) { return systick_cycles(); }

void board_led(bool lit) { gpio_write(GPIOB_BASE, LED_GREEN_PIN, !lit); }

bool board_button(void) { return !gpio_read(GPIOD_BASE, BUTTON_SW3_PIN); }

void board_watchdog_refresh(void) {
#if WATCHDOG_REFRESH
    cpu_mask_interrupts();
    wdog32_refresh(WDOG_BASE);
    cpu_unmask_interrupts();
#endif
}
