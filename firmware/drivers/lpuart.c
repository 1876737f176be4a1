#include "lpuart.h"

#include "common/mmio.h"

#define RECEIVE_INTERRUPTS (LPUART_CTRL_RIE | LPUART_CTRL_ORIE | LPUART_CTRL_FEIE | LPUART_CTRL_NEIE | LPUART_CTRL_PEIE)
#define LINE_ERRORS (LPUART_STAT_FE | LPUART_STAT_NF | LPUART_STAT_PF)
#define WORD_ERRORS (LPUART_DATA_FRETSC | LPUART_DATA_NOISY | LPUART_DATA_PARITYE)

static uintptr_t register_of(const struct lpuart *uart, int32_t offset) {
    return uart->base + uart->map + (uintptr_t)(intptr_t)offset;
}

static uint32_t distance(uint32_t left, uint32_t right) { return left > right ? left - right : right - left; }

enum status lpuart_baud_register(uint32_t clock_hz, uint32_t baud, uint32_t *value) {
    uint32_t best_error = UINT32_MAX;
    for (uint32_t ratio = 4; ratio <= 32u; ratio++) {
        const uint32_t below = clock_hz / (baud * ratio);
        for (uint32_t divider = below; divider <= below + 1u; divider++) {
            if (divider == 0u || divider > LPUART_BAUD_SBR_MAX) {
                continue;
            }
            const uint32_t error = distance(clock_hz / (ratio * divider), baud);
            if (error <= best_error) {
                best_error = error;
                *value = ((ratio - 1u) << LPUART_BAUD_OSR_SHIFT) | divider | (ratio < 8u ? LPUART_BAUD_BOTHEDGE : 0u);
            }
        }
    }
    return best_error > baud / 100u * 3u ? STATUS_UNREACHABLE : STATUS_OK;
}

enum status lpuart_init(const struct lpuart *uart, uint32_t clock_hz, uint32_t baud) {
    uint32_t baud_register = 0;
    const enum status status = lpuart_baud_register(clock_hz, baud, &baud_register);
    if (status != STATUS_OK) {
        return status;
    }
    if (uart->map == LPUART_LONG_MAP) {
        MMIO32(register_of(uart, LPUART_GLOBAL)) = LPUART_GLOBAL_RST;
        MMIO32(register_of(uart, LPUART_GLOBAL)) = 0;
    } else {
        MMIO32(register_of(uart, LPUART_CTRL)) = 0;
    }
    MMIO32(register_of(uart, LPUART_BAUD)) = baud_register;
    if (uart->fifo_words > 0u) {
        const uintptr_t fifo = register_of(uart, LPUART_FIFO);
        MMIO32(register_of(uart, LPUART_WATER)) = 0; /* an interrupt for every word in, and when the last went out */
        MMIO32(fifo) = MMIO32(fifo) | LPUART_FIFO_TXFE | LPUART_FIFO_RXFE;
        MMIO32(fifo) = MMIO32(fifo) | LPUART_FIFO_TXFLUSH | LPUART_FIFO_RXFLUSH;
    }
    MMIO32(register_of(uart, LPUART_STAT)) = LPUART_STAT_CLEARABLE;
    MMIO32(register_of(uart, LPUART_CTRL)) = LPUART_CTRL_TE | LPUART_CTRL_RE | RECEIVE_INTERRUPTS;
    return STATUS_OK;
}

static bool has_received(const struct lpuart *uart) {
    if (uart->fifo_words > 0u) {
        return (MMIO32(register_of(uart, LPUART_WATER)) & LPUART_WATER_RXCOUNT_MASK) != 0u;
    }
    return (MMIO32(register_of(uart, LPUART_STAT)) & LPUART_STAT_RDRF) != 0u;
}

static bool has_room(const struct lpuart *uart) {
    if (uart->fifo_words > 0u) {
        const uint32_t water = MMIO32(register_of(uart, LPUART_WATER));
        return (water & LPUART_WATER_TXCOUNT_MASK) >> LPUART_WATER_TXCOUNT_SHIFT < uart->fifo_words;
    }
    return (MMIO32(register_of(uart, LPUART_STAT)) & LPUART_STAT_TDRE) != 0u;
}

/* The error flags go first: while OR is set the receiver takes nothing more. */
static void take_errors(const struct lpuart *uart, struct serial *serial) {
    const uint32_t flags = MMIO32(register_of(uart, LPUART_STAT)) & (LINE_ERRORS | LPUART_STAT_OR);
    if (flags == 0u) {
        return;
    }
    MMIO32(register_of(uart, LPUART_STAT)) = flags;
    if ((flags & LPUART_STAT_OR) != 0u) {
        serial_failed(serial, SERIAL_ERROR_OVERRUN);
    }
    if ((flags & LINE_ERRORS) != 0u) {
        serial_failed(serial, SERIAL_ERROR_FRAMING);
    }
}

void lpuart_interrupt(const struct lpuart *uart, struct serial *serial) {
    take_errors(uart, serial);
    while (has_received(uart)) {
        const uint32_t word = MMIO32(register_of(uart, LPUART_DATA));
        if (uart->fifo_words > 0u && (word & WORD_ERRORS) != 0u) {
            serial_failed(serial, SERIAL_ERROR_FRAMING);
        }
        serial_received(serial, (uint8_t)word);
    }
    const uintptr_t control = register_of(uart, LPUART_CTRL);
    if ((MMIO32(control) & LPUART_CTRL_TIE) != 0u) {
        uint8_t byte;
        while (has_room(uart)) {
            if (!serial_next_to_send(serial, &byte)) {
                MMIO32(control) = MMIO32(control) & ~LPUART_CTRL_TIE;
                break;
            }
            MMIO32(register_of(uart, LPUART_DATA)) = byte;
        }
    }
}

static void transmit_interrupt_on(const void *device) {
    const uintptr_t control = register_of(device, LPUART_CTRL);
    MMIO32(control) = MMIO32(control) | LPUART_CTRL_TIE;
}

static void interrupts_off(const void *device) {
    MMIO32(register_of(device, LPUART_CTRL)) = LPUART_CTRL_TE | LPUART_CTRL_RE;
}

static enum status write_polled(const void *device, uint8_t byte) {
    enum status status = mmio_wait(register_of(device, LPUART_STAT), LPUART_STAT_TDRE, LPUART_STAT_TDRE);
    if (status == STATUS_OK) {
        MMIO32(register_of(device, LPUART_DATA)) = byte;
        status = mmio_wait(register_of(device, LPUART_STAT), LPUART_STAT_TC, LPUART_STAT_TC);
    }
    return status;
}

const struct serial_driver lpuart_serial_driver = {
    .transmit_interrupt_on = transmit_interrupt_on,
    .write_polled = write_polled,
    .interrupts_off = interrupts_off,
};
