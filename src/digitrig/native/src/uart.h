/* What all UART models share: the line from the host, sampled at the receiver's own bit times, and what the board sent.
 *
 * The sender's bytes are a queue; its bit time may differ from the receiver's, which then gets the characters and
 * framing errors that it would get on a wire. The sender waits until the receiver is enabled and clocked.
 */
#ifndef DIGITRIG_INTERNAL_UART_H
#define DIGITRIG_INTERNAL_UART_H

#include "device.h"

/* Format and rate of the UART as it is set up now. A bit lasts num / den seconds; num = 0: no clock. */
typedef struct dr_frame {
    uint64_t num, den;
    uint32_t data_bits; /* with the parity bit */
    uint32_t stop_bits;
    bool parity, odd;
} dr_frame;

/* First member of every UART model's state. */
typedef struct dr_uart {
    uint64_t head_start_ps; /* when the first queued byte began or begins on the line */
    uint64_t edge_ps;       /* falling edge of the start bit being received */
    uint64_t line_free_ps;  /* the sender may not start earlier */
    uint32_t receiving, shifting, shift_word;
} dr_uart;

enum { DR_UART_EVENT_TX = 0, DR_UART_EVENT_RX = 1, DR_UART_EVENT_IDLE = 2 };
enum { DR_UART_PRIORITY = 10 };
enum { DR_UART_FRAMING = 1u, DR_UART_PARITY = 2u };

#define DR_FIFO_WORDS 64u

/* Words that wait to be sent or to be read by the firmware. */
typedef struct dr_fifo {
    uint32_t count;
    uint16_t words[DR_FIFO_WORDS];
} dr_fifo;

/* Add a word behind the others. False, and nothing done, when `depth` words wait already. */
bool dr_fifo_put(dr_fifo *f, uint32_t depth, uint32_t word);
/* Take the oldest word; there must be one. */
uint32_t dr_fifo_take(dr_fifo *f);

/* Duration of half bits, rounded down; 0 while the UART has no clock or divider. */
uint64_t dr_uart_ps(const dr_frame *f, uint64_t half_bits);
static inline uint32_t dr_uart_frame_bits(const dr_frame *f) { return 1 + f->data_bits + f->stop_bits; }

/* Find the registers at these offsets (0xFF: the part has none, index ~0u) and have the model called for them. */
dr_status dr_uart_registers(dr_board *b, dr_device *d, const uint8_t *offsets, uint32_t *index, uint32_t count);
/* The value behind one of them; *absent, which is 0, where the part has none. */
uint32_t *dr_uart_register(dr_device *d, uint32_t index, uint32_t *absent);
dr_status dr_uart_create(dr_board *b, dr_device *d);
void dr_uart_destroy(dr_device *d);
/* The transmitter takes a word: DR_UART_EVENT_TX comes when its last stop bit has left. False if it cannot start. */
bool dr_uart_shift(dr_board *b, dr_device *d, const dr_frame *f, uint32_t word);
/* The same with the oldest word of a FIFO, if it has one. */
void dr_uart_shift_next(dr_board *b, dr_device *d, const dr_frame *f, dr_fifo *fifo);
/* In DR_UART_EVENT_TX: the word that has left, without parity bit; given to the host unless `loop`. */
uint32_t dr_uart_sent(dr_board *b, dr_device *d, const dr_frame *f, bool loop);
/* Start receiving if a byte waits on the line; DR_UART_EVENT_RX comes in the middle of its stop bit. */
void dr_uart_listen(dr_board *b, dr_device *d, const dr_frame *f, bool enabled);
/* In DR_UART_EVENT_RX: the word without parity bit, errors in *errors; goes on with the next byte, or schedules
 * DR_UART_EVENT_IDLE after idle_bits when the line falls silent. */
uint32_t dr_uart_received(dr_board *b, dr_device *d, const dr_frame *f, uint32_t idle_bits, uint32_t *errors);
/* The receiver is switched off: the byte under way is lost for it. */
void dr_uart_deafen(dr_board *b, dr_device *d, const dr_frame *f);
/* Both directions stop at once; the host's queue stays. */
void dr_uart_abort(dr_board *b, dr_device *d);

size_t dr_uart_extra_bytes(const dr_device *d);
void dr_uart_save_extra(const dr_device *d, void *data);
bool dr_uart_load_extra(dr_device *d, const void *data, size_t bytes);

#endif
