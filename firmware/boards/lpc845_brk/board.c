/* LPC845-BRK: debug probe's console on USART0 (PIO0_24 receives, PIO0_25 sends), RGB LED, push button K3. */
#include "boards/board.h"

#include "clock.h"
#include "common/config.h"
#include "common/cpu.h"
#include "drivers/lpc_gpio.h"
#include "drivers/lpc_swm.h"
#include "drivers/lpc_syscon.h"
#include "drivers/lpc_usart.h"
#include "drivers/lpc_wwdt.h"
#include "drivers/systick.h"
#include "lpc845.h"

#define CONSOLE_RX_PIN 24u /* of port 0 */
#define CONSOLE_TX_PIN 25u
#define LED_PORT 1u
#define LED_GREEN_PIN 0u /* lights when low */
#define BUTTON_PORT 0u
#define BUTTON_K3_PIN 4u /* low when pressed; the pull-up is on after a reset */

const char board_name[] = "lpc845_brk";

static const struct lpc_usart console_usart = {.base = USART0_BASE};

static uint8_t rx_bytes[SERIAL_RX_BYTES];
static uint8_t tx_bytes[SERIAL_TX_BYTES];

struct serial board_console = {
    .driver = &lpc_usart_serial_driver,
    .device = &console_usart,
    .rx = {.data = rx_bytes, .mask = SERIAL_RX_BYTES - 1u},
    .tx = {.data = tx_bytes, .mask = SERIAL_TX_BYTES - 1u},
};

void USART0_IRQHandler(void);
void USART0_IRQHandler(void) { lpc_usart_interrupt(&console_usart, &board_console); }

static void init_pins(void) {
    syscon_clock_on(SYSCON_BASE, SYSCON_SWM);
    swm_assign(SWM0_BASE + SWM_PINASSIGN0, SWM_PINASSIGN0_U0_TXD_SHIFT, CONSOLE_TX_PIN);
    swm_assign(SWM0_BASE + SWM_PINASSIGN0, SWM_PINASSIGN0_U0_RXD_SHIFT, CONSOLE_RX_PIN);
    syscon_clock_on(SYSCON_BASE, SYSCON_GPIO0);
    syscon_reset(SYSCON_BASE, SYSCON_GPIO0);
    syscon_clock_on(SYSCON_BASE, SYSCON_GPIO1);
    syscon_reset(SYSCON_BASE, SYSCON_GPIO1);
    lpc_gpio_output(GPIO_BASE, LED_PORT, LED_GREEN_PIN, true);
    lpc_gpio_input(GPIO_BASE, BUTTON_PORT, BUTTON_K3_PIN);
}

static enum status init_console(void) {
    MMIO32(SYSCON_BASE + SYSCON_FCLKSEL0) = SYSCON_FCLKSEL_MAIN_CLK;
    syscon_clock_on(SYSCON_BASE, SYSCON_UART0);
    syscon_reset(SYSCON_BASE, SYSCON_UART0);
    const enum status status = lpc_usart_init(&console_usart, CLOCK_MAIN_HZ, CONSOLE_BAUD);
    if (status == STATUS_OK) {
        board_console.ready = true;
        nvic_enable(USART0_IRQN);
    }
    return status;
}

enum status board_init(const char **what) {
    init_pins();
    *what = "clocks do not start";
    enum status status = clock_boot_fro30m();
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

void board_led(bool lit) { lpc_gpio_write(GPIO_BASE, LED_PORT, LED_GREEN_PIN, !lit); }

bool board_button(void) { return !lpc_gpio_read(GPIO_BASE, BUTTON_PORT, BUTTON_K3_PIN); }

void board_watchdog_refresh(void) {
#if WATCHDOG_REFRESH
    cpu_mask_interrupts();
    lpc_wwdt_refresh(WWDT_BASE);
    cpu_unmask_interrupts();
#endif
}
