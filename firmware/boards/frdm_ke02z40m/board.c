/* FRDM-KE02Z40M: OpenSDA console on UART1 (PTC6 receives, PTC7 sends), RGB LED, no push button. */
#include "boards/board.h"

#include "clock.h"
#include "common/config.h"
#include "common/cpu.h"
#include "drivers/gpio.h"
#include "drivers/systick.h"
#include "drivers/uart.h"
#include "drivers/wdog8.h"
#include "mke02z4.h"

#define LED_GREEN_BIT 26u /* of GPIOB: PTH2; lights when low */

const char board_name[] = "frdm_ke02z40m";

static const struct uart console_uart = {.base = UART1_BASE, .fifo_words = 0};

static uint8_t rx_bytes[SERIAL_RX_BYTES];
static uint8_t tx_bytes[SERIAL_TX_BYTES];

struct serial board_console = {
    .driver = &uart_serial_driver,
    .device = &console_uart,
    .rx = {.data = rx_bytes, .mask = SERIAL_RX_BYTES - 1u},
    .tx = {.data = tx_bytes, .mask = SERIAL_TX_BYTES - 1u},
};

void UART1_IRQHandler(void);
void UART1_IRQHandler(void) { uart_interrupt(&console_uart, &board_console); }

/* Pins of the console need nothing: UART1 is joined to PTC6 and PTC7 after a reset. */
static enum status init_console(void) {
    MMIO32(SIM_SCGC) = MMIO32(SIM_SCGC) | (1u << SIM_SCGC_UART1);
    const enum status status = uart_init(&console_uart, CLOCK_BUS_HZ, CONSOLE_BAUD);
    if (status == STATUS_OK) {
        board_console.ready = true;
        nvic_enable(UART1_IRQN);
    }
    return status;
}

enum status board_init(const char **what) {
    gpio_output(GPIOB_BASE, LED_GREEN_BIT, true);
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

void board_led(bool lit) { gpio_write(GPIOB_BASE, LED_GREEN_BIT, !lit); }

bool board_button(void) { return false; }

void board_watchdog_refresh(void) {
#if WATCHDOG_REFRESH
    cpu_mask_interrupts();
    wdog8_refresh(WDOG_BASE);
    cpu_unmask_interrupts();
#endif
}
