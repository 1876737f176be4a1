#include "serial.h"

#include "config.h"
#include "cpu.h"
#include "drivers/systick.h"

void serial_received(struct serial *serial, uint8_t byte) {
    if (!ring_put(&serial->rx, byte)) {
        serial_failed(serial, SERIAL_ERROR_OVERRUN);
    }
}

void serial_failed(struct serial *serial, uint32_t errors) { serial->errors = serial->errors | errors; }

bool serial_next_to_send(struct serial *serial, uint8_t *byte) { return ring_get(&serial->tx, byte); }

bool serial_read(struct serial *serial, uint8_t *byte) { return ring_get(&serial->rx, byte); }

uint32_t serial_take_errors(struct serial *serial) {
    if (serial->errors == 0u) {
        return 0u;
    }
    cpu_mask_interrupts();
    const uint32_t errors = serial->errors;
    serial->errors = 0u;
    cpu_unmask_interrupts();
    return errors;
}

/* Sleep until there is room. The test and WFI stand together under masked interrupts, so that an interrupt between
 * them ends the WFI instead of being missed. */
static enum status wait_for_room(struct serial *serial) {
    const uint32_t start = systick_ms();
    while (ring_is_full(&serial->tx)) {
        if (systick_ms() - start > SERIAL_TX_TIMEOUT_MS) {
            return STATUS_TIMEOUT;
        }
        cpu_mask_interrupts();
        if (ring_is_full(&serial->tx)) {
            cpu_wait_for_interrupt();
        }
        cpu_unmask_interrupts();
    }
    return STATUS_OK;
}

enum status serial_write(struct serial *serial, const char *data, size_t length) {
    for (size_t i = 0; i < length; i++) {
        if (!ring_put(&serial->tx, (uint8_t)data[i])) {
            serial->driver->transmit_interrupt_on(serial->device);
            if (wait_for_room(serial) != STATUS_OK) {
                return STATUS_TIMEOUT;
            }
            (void)ring_put(&serial->tx, (uint8_t)data[i]);
        }
    }
    serial->driver->transmit_interrupt_on(serial->device);
    return STATUS_OK;
}

void serial_write_polled(struct serial *serial, const char *data, size_t length) {
    uint8_t byte;
    serial->driver->interrupts_off(serial->device);
    while (serial_next_to_send(serial, &byte)) {
        if (serial->driver->write_polled(serial->device, byte) != STATUS_OK) {
            return;
        }
    }
    for (size_t i = 0; i < length; i++) {
        if (serial->driver->write_polled(serial->device, (uint8_t)data[i]) != STATUS_OK) {
            return;
        }
    }
}
