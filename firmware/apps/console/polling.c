#include "polling.h"

#include "boards/board.h"
#include "common/cpu.h"
#include "drivers/systick.h"
#include "protocol.h"

/* Each byte gets its own time: one of them may start an inference, and the next ones are much later then. */
void polling_take_serial(void) {
    uint8_t byte;
    const uint32_t errors = serial_take_errors(&board_console);
    if (errors != 0u) {
        protocol_line_error(errors, systick_ms());
    }
    while (serial_read(&board_console, &byte)) {
        protocol_byte(byte, systick_ms());
    }
}

/* The test and WFI stand together under masked interrupts: an interrupt in between ends the WFI at once. */
void polling_sleep(uint32_t now_ms) {
    cpu_mask_interrupts();
    if (ring_is_empty(&board_console.rx) && board_console.errors == 0u && systick_ms() == now_ms) {
        cpu_wait_for_interrupt();
    }
    cpu_unmask_interrupts();
}
