/* LPUART of Kinetis and i.MX RT parts. Register and field names as in MIMXRT1062.h and MKE16Z4.h of NXP's SDK. */
#ifndef DRIVERS_LPUART_H
#define DRIVERS_LPUART_H

#include <stdint.h>

#include "common/serial.h"
#include "common/status.h"

/* Offsets from `registers`, where BAUD stands: 0x10 above the base in the long register map (with VERID, PARAM,
 * GLOBAL, PINCFG below it), at the base itself in the short one. */
#define LPUART_LONG_MAP 0x10u
#define LPUART_SHORT_MAP 0x00u

#define LPUART_GLOBAL (-0x08)
#define LPUART_GLOBAL_RST (1u << 1)

#define LPUART_BAUD 0x00
#define LPUART_BAUD_SBR_MAX 0x1FFFu
#define LPUART_BAUD_SBR_MASK 0x00001FFFu
#define LPUART_BAUD_SBNS (1u << 13)
#define LPUART_BAUD_BOTHEDGE (1u << 17)
#define LPUART_BAUD_OSR_SHIFT 24
#define LPUART_BAUD_OSR_MASK (0x1Fu << 24)
#define LPUART_BAUD_M10 (1u << 29)

#define LPUART_STAT 0x04
#define LPUART_STAT_PF (1u << 16)
#define LPUART_STAT_FE (1u << 17)
#define LPUART_STAT_NF (1u << 18)
#define LPUART_STAT_OR (1u << 19)
#define LPUART_STAT_RDRF (1u << 21)
#define LPUART_STAT_TC (1u << 22)
#define LPUART_STAT_TDRE (1u << 23)
/* MA2F, MA1F, PF, FE, NF, OR, IDLE, RXEDGIF, LBKDIF: cleared by writing 1. */
#define LPUART_STAT_CLEARABLE 0xC01FC000u

#define LPUART_CTRL 0x08
#define LPUART_CTRL_RE (1u << 18)
#define LPUART_CTRL_TE (1u << 19)
#define LPUART_CTRL_RIE (1u << 21)
#define LPUART_CTRL_TIE (1u << 23)
#define LPUART_CTRL_PEIE (1u << 24)
#define LPUART_CTRL_FEIE (1u << 25)
#define LPUART_CTRL_NEIE (1u << 26)
#define LPUART_CTRL_ORIE (1u << 27)

#define LPUART_DATA 0x0C
#define LPUART_DATA_FRETSC (1u << 13)
#define LPUART_DATA_PARITYE (1u << 14)
#define LPUART_DATA_NOISY (1u << 15)

/* Long map only. */
#define LPUART_MODIR 0x14
#define LPUART_FIFO 0x18
#define LPUART_FIFO_RXFE (1u << 3)
#define LPUART_FIFO_TXFE (1u << 7)
#define LPUART_FIFO_RXFLUSH (1u << 14)
#define LPUART_FIFO_TXFLUSH (1u << 15)
#define LPUART_WATER 0x1C
#define LPUART_WATER_TXCOUNT_SHIFT 8
#define LPUART_WATER_TXCOUNT_MASK (7u << 8)
#define LPUART_WATER_RXCOUNT_MASK (7u << 24)

struct lpuart {
    uintptr_t base;
    uint32_t map;        /* LPUART_LONG_MAP or LPUART_SHORT_MAP */
    uint32_t fifo_words; /* depth of both FIFOs; 0 without */
};

extern const struct serial_driver lpuart_serial_driver;

/* The BAUD register for 8N1 at `baud`: the oversampling ratio 4..32 and divider 1..8191 that come nearest, the larger
 * ratio of equals, double-edge sampling below 8 as the reference manual demands.
 * Valid for every clock_hz up to 2^32 - 1 and baud 1 to 2^32 / 32 - 1: no product leaves 32 bits.
 * STATUS_UNREACHABLE: the nearest rate is more than 3 % off (NXP's driver draws the line there). */
enum status lpuart_baud_register(uint32_t clock_hz, uint32_t baud, uint32_t *value);

/* Reset the block, 8N1, FIFOs on where present, transmitter, receiver and receive interrupts on.
 * The clock gate and the pins are the board's work and come before. */
enum status lpuart_init(const struct lpuart *uart, uint32_t clock_hz, uint32_t baud);

/* To be called from the interrupt of this UART. */
void lpuart_interrupt(const struct lpuart *uart, struct serial *serial);

#endif
