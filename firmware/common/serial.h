/* A serial line with buffers on both sides, whatever UART is below it. */
#ifndef COMMON_SERIAL_H
#define COMMON_SERIAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ring.h"
#include "status.h"

/* What may have gone wrong with a received character. */
#define SERIAL_ERROR_OVERRUN 1u /* one was lost: no room in the UART or in the receive ring */
#define SERIAL_ERROR_FRAMING 2u /* stop bit, noise or parity: most likely another baud rate */

/* What a UART driver gives to this layer. */
struct serial_driver {
    void (*transmit_interrupt_on)(const void *device);
    enum status (*write_polled)(const void *device, uint8_t byte);
    void (*interrupts_off)(const void *device);
};

struct serial {
    const struct serial_driver *driver;
    const void *device;
    struct ring rx;
    struct ring tx;
    volatile uint32_t errors; /* SERIAL_ERROR_*, set by the interrupt, taken by serial_take_errors */
    bool ready;               /* set by the board once the UART is set up */
};

/* For the UART interrupt. */
void serial_received(struct serial *serial, uint8_t byte);
void serial_failed(struct serial *serial, uint32_t errors);
bool serial_next_to_send(struct serial *serial, uint8_t *byte);

/* For the program. */
bool serial_read(struct serial *serial, uint8_t *byte);
uint32_t serial_take_errors(struct serial *serial);

/* Queue bytes; sleeps while the ring is full. STATUS_TIMEOUT: no room for SERIAL_TX_TIMEOUT_MS, the rest is dropped. */
enum status serial_write(struct serial *serial, const char *data, size_t length);

/* For the fault handler: no interrupts, no ring; first what is still queued, then `data`. */
void serial_write_polled(struct serial *serial, const char *data, size_t length);

#endif
