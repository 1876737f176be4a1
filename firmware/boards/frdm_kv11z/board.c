/* FRDM-KV11Z: OpenSDA console on UART0 (PTB16 receives, PTB17 sends), RGB LED, push buttons SW2 and SW3. */
#include "boards/board.h"

#include "clock.h"
#include "common/config.h"
#include "common/cpu.h"
#include "drivers/gpio.h"
#include "drivers/port.h"
#include "drivers/sim.h"
#include "drivers/systick.h"
#include "drivers/uart.h"
#include "drivers/wdog_unlock16.h"
#include "mkv11z7.h"

#define CONSOLE_RX_PIN 16u /* of port B */
#define CONSOLE_TX_PIN 17u
#define LED_GREEN_PIN 29u /* of port E; lights when low */
#define BUTTON_SW2_PIN 0u /* of port B; low when pressed. SW3 is the NMI pin as well, so it is left alone. */

const char board_name[] = "frdm_kv11z";

static const struct uart console_uart = {.base = UART0_BASE, .fifo_words = 8};

static uint8_t rx_bytes[SERIAL_RX_BYTES];
static uint8_t tx_bytes[SERIAL_TX_BYTES];

struct serial board_console = {
    .driver = &uart_serial_driver,
    .device = &console_uart,
    .rx = {.data = rx_bytes, .mask = SERIAL_RX_BYTES - 1u},
    .tx = {.data = tx_bytes, .mask = SERIAL_TX_BYTES - 1u},
};

void UART0_IRQHandler(void);
void UART0_IRQHandler(void) { uart_interrupt(&console_uart, &board_console); }

static void init_pins(void) {
    sim_clock_on(SIM_BASE + SIM_SCGC5, SIM_SCGC5_PORTB);
    sim_clock_on(SIM_BASE + SIM_SCGC5, SIM_SCGC5_PORTE);
    port_set_mux(PORTB_BASE, CONSOLE_RX_PIN, PORT_MUX_ALT3);
    port_set_mux(PORTB_BASE, CONSOLE_TX_PIN, PORT_MUX_ALT3);
    mmio_update(SIM_BASE + SIM_SOPT5, SIM_SOPT5_UART0_SOURCES, 0);
    gpio_output(GPIOE_BASE, LED_GREEN_PIN, true);
    port_set_mux(PORTE_BASE, LED_GREEN_PIN, PORT_MUX_GPIO);
    gpio_input(GPIOB_BASE, BUTTON_SW2_PIN);
    port_set_mux_pulled_up(PORTB_BASE, BUTTON_SW2_PIN, PORT_MUX_GPIO);
}

static enum status init_console(void) {
    sim_clock_on(SIM_BASE + SIM_SCGC4, SIM_SCGC4_UART0);
    const enum status status = uart_init(&console_uart, CLOCK_CORE_HZ, CONSOLE_BAUD);
    if (status == STATUS_OK) {
        board_console.ready = true;
        nvic_enable(UART0_IRQN);
    }
    return status;
}

enum status board_init(const char **what) {
    init_pins();
    *what = "clocks do not start";
    enum status status = clock_boot_run();
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

void board_led(bool lit) { gpio_write(GPIOE_BASE, LED_GREEN_PIN, !lit); }

bool board_button(void) { return !gpio_read(GPIOB_BASE, BUTTON_SW2_PIN); }

void board_watchdog_refresh(void) {
#if WATCHDOG_REFRESH
    cpu_mask_interrupts();
    wdog_refresh(WDOG_BASE);
    cpu_unmask_interrupts();
#endif
}
