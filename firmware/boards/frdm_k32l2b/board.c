/* FRDM-K32L2B: OpenSDA console on LPUART0 (PTA1 receives, PTA2 sends), a red and a green LED, push buttons SW1 and SW3.
 */
#include "boards/board.h"

#include "clock.h"
#include "common/config.h"
#include "common/cpu.h"
#include "drivers/cop.h"
#include "drivers/gpio.h"
#include "drivers/lpuart.h"
#include "drivers/port.h"
#include "drivers/sim.h"
#include "drivers/systick.h"
#include "k32l2b31a.h"

#define CONSOLE_RX_PIN 1u /* of port A */
#define CONSOLE_TX_PIN 2u
#define LED_GREEN_PIN 5u  /* of port D; lights when low */
#define BUTTON_SW3_PIN 3u /* of port C; low when pressed. SW1 is the NMI pin as well, so it is left alone. */

const char board_name[] = "frdm_k32l2b";

static const struct lpuart console_uart = {.base = LPUART0_BASE, .map = LPUART_SHORT_MAP, .fifo_words = 0};

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

static void init_pins(void) {
    sim_clock_on(SIM_BASE + SIM_SCGC5, SIM_SCGC5_PORTA);
    sim_clock_on(SIM_BASE + SIM_SCGC5, SIM_SCGC5_PORTC);
    sim_clock_on(SIM_BASE + SIM_SCGC5, SIM_SCGC5_PORTD);
    port_set_mux(PORTA_BASE, CONSOLE_RX_PIN, PORT_MUX_ALT2);
    port_set_mux(PORTA_BASE, CONSOLE_TX_PIN, PORT_MUX_ALT2);
    mmio_update(SIM_BASE + SIM_SOPT5, SIM_SOPT5_LPUART0_SOURCES, 0);
    gpio_output(GPIOD_BASE, LED_GREEN_PIN, true);
    port_set_mux(PORTD_BASE, LED_GREEN_PIN, PORT_MUX_GPIO);
    gpio_input(GPIOC_BASE, BUTTON_SW3_PIN);
    port_set_mux_pulled_up(PORTC_BASE, BUTTON_SW3_PIN, PORT_MUX_GPIO);
}

static enum status init_console(void) {
    mmio_update(SIM_BASE + SIM_SOPT2, SIM_SOPT2_LPUART0SRC_MASK, SIM_LPUART0SRC_IRC48M << SIM_SOPT2_LPUART0SRC_SHIFT);
    sim_clock_on(SIM_BASE + SIM_SCGC5, SIM_SCGC5_LPUART0);
    const enum status status = lpuart_init(&console_uart, CLOCK_IRC48M_HZ, CONSOLE_BAUD);
    if (status == STATUS_OK) {
        board_console.ready = true;
        nvic_enable(LPUART0_IRQN);
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

void board_led(bool lit) { gpio_write(GPIOD_BASE, LED_GREEN_PIN, !lit); }

bool board_button(void) { return !gpio_read(GPIOC_BASE, BUTTON_SW3_PIN); }

void board_watchdog_refresh(void) {
#if WATCHDOG_REFRESH
    cpu_mask_interrupts();
    cop_refresh(COP_BASE);
    cpu_unmask_interrupts();
#endif
}
