#include "uart.h"

#include "common/mmio.h"

#define LINE_ERRORS (UART_S1_FE | UART_S1_NF | UART_S1_PF)
#define RECEIVED (UART_S1_RDRF | UART_S1_OR | LINE_ERRORS)

static uint32_t distance(uint32_t left, uint32_t right) { return left > right ? left - right : right - left; }

enum status uart_divider_for(uint32_t clock_hz, uint32_t baud, bool fraction, struct uart_divider *divider) {
    uint32_t parts = clock_hz * 2u / baud; /* 32nds of the divider */
    if (!fraction) {
        parts = (parts + 16u) & ~31u;
    }
    divider->sbr = parts / 32u;
    divider->brfa = parts % 32u;
    if (divider->sbr == 0u || divider->sbr > UART_SBR_MAX) {
        return STATUS_UNREACHABLE;
    }
    return distance(clock_hz * 2u / parts, baud) > baud / 100u * 3u ? STATUS_UNREACHABLE : STATUS_OK;
}

enum status uart_init(const struct uart *uart, uint32_t clock_hz, uint32_t baud) {
    const bool has_fifo = uart->fifo_words > 0u;
    struct uart_divider divider;
    const enum status status = uart_divider_for(clock_hz, baud, has_fifo, &divider);
    if (status != STATUS_OK) {
        return status;
    }
    MMIO8(uart->base + UART_C2) = 0; /* what follows may be changed only while both directions are off */
    MMIO8(uart->base + UART_BDH) = (uint8_t)(divider.sbr >> 8);
    MMIO8(uart->base + UART_BDL) = (uint8_t)divider.sbr; /* takes effect with this write */
    MMIO8(uart->base + UART_C1) = 0;                     /* 8 bits, no parity */
    if (has_fifo) {
        MMIO8(uart->base + UART_C4) = (uint8_t)divider.brfa;
        MMIO8(uart->base + UART_TWFIFO) = 0; /* TDRE when the last word has left the FIFO */
        MMIO8(uart->base + UART_RWFIFO) = 1; /* RDRF from the first word on */
        MMIO8(uart->base + UART_PFIFO) = (uint8_t)(MMIO8(uart->base + UART_PFIFO) | UART_PFIFO_TXFE | UART_PFIFO_RXFE);
        MMIO8(uart->base + UART_CFIFO) = UART_CFIFO_TXFLUSH | UART_CFIFO_RXFLUSH;
    }
    MMIO8(uart->base + UART_C3) = UART_C3_ORIE | UART_C3_FEIE | UART_C3_NEIE | UART_C3_PEIE;
    MMIO8(uart->base + UART_C2) = UART_C2_TE | UART_C2_RE | UART_C2_RIE;
    return STATUS_OK;
}

/* A read of D that found the FIFO empty sets RXUF and leaves the FIFO's pointers wrong, hence the flush. */
static void end_underflow(const struct uart *uart) {
    if (uart->fifo_words > 0u && (MMIO8(uart->base + UART_SFIFO) & UART_SFIFO_RXUF) != 0u) {
        MMIO8(uart->base + UART_CFIFO) = UART_CFIFO_RXFLUSH;
        MMIO8(uart->base + UART_SFIFO) = UART_SFIFO_RXUF;
    }
}

/* Flags of S1 go by the read of S1 followed by that of D, error flags too. */
static bool receive(const struct uart *uart, struct serial *serial) {
    const uint32_t flags = MMIO8(uart->base + UART_S1);
    if ((flags & RECEIVED) == 0u) {
        return false;
    }
    const uint8_t byte = MMIO8(uart->base + UART_D);
    if ((flags & UART_S1_OR) != 0u) {
        serial_failed(serial, SERIAL_ERROR_OVERRUN);
    }
    if ((flags & LINE_ERRORS) != 0u) {
        serial_failed(serial, SERIAL_ERROR_FRAMING);
    }
    if ((flags & UART_S1_RDRF) != 0u) {
        serial_received(serial, byte);
    } else {
        end_underflow(uart);
    }
    return true;
}

/* S1 is read before every write of D: that is how TDRE is cleared. */
static bool has_room(const struct uart *uart) {
    const bool empty = (MMIO8(uart->base + UART_S1) & UART_S1_TDRE) != 0u;
    return uart->fifo_words > 0u ? MMIO8(uart->base + UART_TCFIFO) < uart->fifo_words : empty;
}

void uart_interrupt(const struct uart *uart, struct serial *serial) {
    while (receive(uart, serial)) {
    }
    const uintptr_t control = uart->base + UART_C2;
    if ((MMIO8(control) & UART_C2_TIE) != 0u) {
        uint8_t byte;
        while (has_room(uart)) {
            if (!serial_next_to_send(serial, &byte)) {
                MMIO8(control) = (uint8_t)(MMIO8(control) & ~UART_C2_TIE);
                break;
            }
            MMIO8(uart->base + UART_D) = byte;
        }
    }
}

static void transmit_interrupt_on(const void *device) {
    const uintptr_t control = ((const struct uart *)device)->base + UART_C2;
    MMIO8(control) = (uint8_t)(MMIO8(control) | UART_C2_TIE);
}

static void interrupts_off(const void *device) {
    const struct uart *uart = device;
    MMIO8(uart->base + UART_C3) = 0;
    MMIO8(uart->base + UART_C2) = UART_C2_TE | UART_C2_RE;
}

static enum status write_polled(const void *device, uint8_t byte) {
    const struct uart *uart = device;
    enum status status = mmio_wait8(uart->base + UART_S1, UART_S1_TDRE, UART_S1_TDRE);
    if (status == STATUS_OK) {
        MMIO8(uart->base + UART_D) = byte;
        status = mmio_wait8(uart->base + UART_S1, UART_S1_TC, UART_S1_TC);
    }
    return status;
}

const struct serial_driver uart_serial_driver = {
    .transmit_interrupt_on = transmit_interrupt_on,
    .write_polled = write_polled,
    .interrupts_off = interrupts_off,
};
