/* USART of the LPC8xx parts. Register and field names as in LPC845.h of NXP's SDK. */
#ifndef DRIVERS_LPC_USART_H
#define DRIVERS_LPC_USART_H

#include <stdint.h>

#include "common/serial.h"
#include "common/status.h"

#define LPC_USART_CFG 0x00u
#define LPC_USART_CFG_ENABLE (1u << 0)
#define LPC_USART_CFG_DATALEN_8 (1u << 2)

#define LPC_USART_STAT 0x08u
#define LPC_USART_STAT_RXRDY (1u << 0)
#define LPC_USART_STAT_TXRDY (1u << 2)
#define LPC_USART_STAT_TXIDLE (1u << 3)
#define LPC_USART_STAT_OVERRUNINT (1u << 8)
#define LPC_USART_STAT_FRAMERRINT (1u << 13)
#define LPC_USART_STAT_PARITYERRINT (1u << 14)
#define LPC_USART_STAT_RXNOISEINT (1u << 15)

#define LPC_USART_INTENSET 0x0Cu /* bit positions as in STAT */
#define LPC_USART_INTENCLR 0x10u
#define LPC_USART_RXDAT 0x14u
#define LPC_USART_TXDAT 0x1Cu
#define LPC_USART_BRG 0x20u
#define LPC_USART_BRG_MAX 0xFFFFu
#define LPC_USART_INTSTAT 0x24u
#define LPC_USART_OSR 0x28u

struct lpc_usart {
    uintptr_t base;
};

struct lpc_usart_divider {
    uint32_t osr; /* register value: samples per bit - 1 */
    uint32_t brg; /* register value: divider - 1 */
};

extern const struct serial_driver lpc_usart_serial_driver;

/* The register values that come nearest to `baud` with 9 to 16 samples a bit, the larger number of equals, as NXP's
 * driver chooses: clock / ((osr + 1) * (brg + 1)).
 * Valid for every clock_hz and baud 1 to 2^28 - 1: no product leaves 32 bits.
 * STATUS_UNREACHABLE: the nearest rate is more than 3 % off. */
enum status lpc_usart_divider_for(uint32_t clock_hz, uint32_t baud, struct lpc_usart_divider *divider);

/* 8N1, receive interrupts on. Clock gate, reset and pins are the board's work and come before. */
enum status lpc_usart_init(const struct lpc_usart *usart, uint32_t clock_hz, uint32_t baud);

/* To be called from the interrupt of this USART. */
void lpc_usart_interrupt(const struct lpc_usart *usart, struct serial *serial);

#endif
