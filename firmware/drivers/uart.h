/* The 8-bit UART of Kinetis parts, with and without FIFO. Register and field names as in MKE02Z4.h and MKV11Z7.h of
 * NXP's SDK. */
#ifndef DRIVERS_UART_H
#define DRIVERS_UART_H

#include <stdbool.h>
#include <stdint.h>

#include "common/serial.h"
#include "common/status.h"

#define UART_BDH 0x00u
#define UART_BDL 0x01u
#define UART_SBR_MAX 0x1FFFu

#define UART_C1 0x02u
#define UART_C2 0x03u
#define UART_C2_RE (1u << 2)
#define UART_C2_TE (1u << 3)
#define UART_C2_RIE (1u << 5)
#define UART_C2_TIE (1u << 7)

#define UART_S1 0x04u
#define UART_S1_PF (1u << 0)
#define UART_S1_FE (1u << 1)
#define UART_S1_NF (1u << 2)
#define UART_S1_OR (1u << 3)
#define UART_S1_RDRF (1u << 5)
#define UART_S1_TC (1u << 6)
#define UART_S1_TDRE (1u << 7)

#define UART_C3 0x06u
#define UART_C3_PEIE (1u << 0)
#define UART_C3_FEIE (1u << 1)
#define UART_C3_NEIE (1u << 2)
#define UART_C3_ORIE (1u << 3)

#define UART_D 0x07u

/* With a FIFO only. */
#define UART_C4 0x0Au
#define UART_PFIFO 0x10u
#define UART_PFIFO_RXFE (1u << 3)
#define UART_PFIFO_TXFE (1u << 7)
#define UART_CFIFO 0x11u
#define UART_CFIFO_RXFLUSH (1u << 6)
#define UART_CFIFO_TXFLUSH (1u << 7)
#define UART_SFIFO 0x12u
#define UART_SFIFO_RXUF (1u << 0)
#define UART_TWFIFO 0x13u
#define UART_TCFIFO 0x14u
#define UART_RWFIFO 0x15u

struct uart {
    uintptr_t base;
    uint32_t fifo_words; /* depth of both FIFOs; 0 on parts that have none, and no fraction of the divider either */
};

struct uart_divider {
    uint32_t sbr;  /* 1..8191 */
    uint32_t brfa; /* 32nds, 0..31 */
};

extern const struct serial_driver uart_serial_driver;

/* The divider for 16 samples a bit that comes nearest to `baud`: clock / (16 * (sbr + brfa / 32)); with `fraction` the
 * 32nds are rounded down, as in NXP's driver, without it sbr is rounded to the nearest.
 * Valid for clock_hz up to 2^31 - 1 and baud 1 to 2^26: no product leaves 32 bits.
 * STATUS_UNREACHABLE: the nearest rate is more than 3 % off, or the divider does not fit. */
enum status uart_divider_for(uint32_t clock_hz, uint32_t baud, bool fraction, struct uart_divider *divider);

/* 8N1, FIFOs on where present, transmitter, receiver and receive interrupts on.
 * The clock gate and the pins are the board's work and come before. */
enum status uart_init(const struct uart *uart, uint32_t clock_hz, uint32_t baud);

/* To be called from the interrupt of this UART. */
void uart_interrupt(const struct uart *uart, struct serial *serial);

#endif
