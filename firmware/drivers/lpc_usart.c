#include "lpc_usart.h"

#include "common/mmio.h"

#define LINE_ERRORS (LPC_USART_STAT_FRAMERRINT | LPC_USART_STAT_PARITYERRINT | LPC_USART_STAT_RXNOISEINT)
#define ERRORS (LINE_ERRORS | LPC_USART_STAT_OVERRUNINT)

static uint32_t distance(uint32_t left, uint32_t right) { return left > right ? left - right : right - left; }

enum status lpc_usart_divider_for(uint32_t clock_hz, uint32_t baud, struct lpc_usart_divider *divider) {
    uint32_t best_error = UINT32_MAX;
    for (uint32_t samples = 16; samples >= 9u; samples--) {
        const uint32_t below = clock_hz / (baud * samples);
        for (uint32_t divide = below; divide <= below + 1u; divide++) {
            if (divide == 0u || divide - 1u > LPC_USART_BRG_MAX) {
                continue;
            }
            const uint32_t error = distance(clock_hz / (samples * divide), baud);
            if (error < best_error) {
                best_error = error;
                divider->osr = samples - 1u;
                divider->brg = divide - 1u;
            }
        }
    }
    return best_error > baud / 100u * 3u ? STATUS_UNREACHABLE : STATUS_OK;
}

enum status lpc_usart_init(const struct lpc_usart *usart, uint32_t clock_hz, uint32_t baud) {
    struct lpc_usart_divider divider = {0, 0};
    const enum status status = lpc_usart_divider_for(clock_hz, baud, &divider);
    if (status != STATUS_OK) {
        return status;
    }
    MMIO32(usart->base + LPC_USART_OSR) = divider.osr;
    MMIO32(usart->base + LPC_USART_BRG) = divider.brg;
    MMIO32(usart->base + LPC_USART_CFG) = LPC_USART_CFG_ENABLE | LPC_USART_CFG_DATALEN_8;
    MMIO32(usart->base + LPC_USART_INTENSET) = LPC_USART_STAT_RXRDY | ERRORS;
    return STATUS_OK;
}

static void take_errors(const struct lpc_usart *usart, struct serial *serial, uint32_t flags) {
    MMIO32(usart->base + LPC_USART_STAT) = flags & ERRORS;
    if ((flags & LPC_USART_STAT_OVERRUNINT) != 0u) {
        serial_failed(serial, SERIAL_ERROR_OVERRUN);
    }
    if ((flags & LINE_ERRORS) != 0u) {
        serial_failed(serial, SERIAL_ERROR_FRAMING);
    }
}

void lpc_usart_interrupt(const struct lpc_usart *usart, struct serial *serial) {
    uint32_t flags = MMIO32(usart->base + LPC_USART_STAT);
    while ((flags & (ERRORS | LPC_USART_STAT_RXRDY)) != 0u) {
        if ((flags & ERRORS) != 0u) {
            take_errors(usart, serial, flags);
        }
        if ((flags & LPC_USART_STAT_RXRDY) != 0u) {
            serial_received(serial, (uint8_t)MMIO32(usart->base + LPC_USART_RXDAT));
        }
        flags = MMIO32(usart->base + LPC_USART_STAT);
    }
    if ((MMIO32(usart->base + LPC_USART_INTENSET) & LPC_USART_STAT_TXRDY) != 0u &&
        (flags & LPC_USART_STAT_TXRDY) != 0u) {
        uint8_t byte;
        if (serial_next_to_send(serial, &byte)) {
            MMIO32(usart->base + LPC_USART_TXDAT) = byte;
        } else {
            MMIO32(usart->base + LPC_USART_INTENCLR) = LPC_USART_STAT_TXRDY;
        }
    }
}

static uintptr_t base_of(const void *device) { return ((const struct lpc_usart *)device)->base; }

static void transmit_interrupt_on(const void *device) {
    MMIO32(base_of(device) + LPC_USART_INTENSET) = LPC_USART_STAT_TXRDY;
}

static void interrupts_off(const void *device) {
    MMIO32(base_of(device) + LPC_USART_INTENCLR) = LPC_USART_STAT_RXRDY | LPC_USART_STAT_TXRDY | ERRORS;
}

static enum status write_polled(const void *device, uint8_t byte) {
    const uintptr_t base = base_of(device);
    enum status status = mmio_wait(base + LPC_USART_STAT, LPC_USART_STAT_TXRDY, LPC_USART_STAT_TXRDY);
    if (status == STATUS_OK) {
        MMIO32(base + LPC_USART_TXDAT) = byte;
        status = mmio_wait(base + LPC_USART_STAT, LPC_USART_STAT_TXIDLE, LPC_USART_STAT_TXIDLE);
    }
    return status;
}

const struct serial_driver lpc_usart_serial_driver = {
    .transmit_interrupt_on = transmit_interrupt_on,
    .write_polled = write_polled,
    .interrupts_off = interrupts_off,
};
