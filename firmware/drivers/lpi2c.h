/* LPI2C of i.MX RT parts as a master that is driven by its interrupt. Names as in MIMXRT1062.h of NXP's SDK. */
#ifndef DRIVERS_LPI2C_H
#define DRIVERS_LPI2C_H

#include <stdint.h>

#include "common/status.h"

#define LPI2C_MCR 0x10u
#define LPI2C_MCR_MEN (1u << 0)
#define LPI2C_MCR_RST (1u << 1)
#define LPI2C_MCR_RTF (1u << 8)
#define LPI2C_MCR_RRF (1u << 9)
#define LPI2C_MSR 0x14u
#define LPI2C_MIER 0x18u
/* The same places in both. */
#define LPI2C_MSR_TDF (1u << 0)
#define LPI2C_MSR_RDF (1u << 1)
#define LPI2C_MSR_SDF (1u << 9)
#define LPI2C_MSR_NDF (1u << 10)
#define LPI2C_MSR_ALF (1u << 11)
#define LPI2C_MSR_FEF (1u << 12)
#define LPI2C_MSR_PLTF (1u << 13)
#define LPI2C_MSR_MBF (1u << 24)
#define LPI2C_MSR_BBF (1u << 25)
#define LPI2C_MSR_CLEARABLE 0x7F00u
#define LPI2C_MCFGR1 0x24u
#define LPI2C_MCFGR2 0x28u
#define LPI2C_MCFGR3 0x2Cu
#define LPI2C_MCCR0 0x48u
#define LPI2C_MFCR 0x58u
#define LPI2C_MFSR 0x5Cu
#define LPI2C_MFSR_TXCOUNT_MASK 0x7u
#define LPI2C_MTDR 0x60u
#define LPI2C_MTDR_SEND (0u << 8)
#define LPI2C_MTDR_RECEIVE (1u << 8)
#define LPI2C_MTDR_STOP (2u << 8)
#define LPI2C_MTDR_START (4u << 8)
#define LPI2C_MRDR 0x70u
#define LPI2C_MRDR_RXEMPTY (1u << 14)
#define LPI2C_FIFO_WORDS 4u

enum lpi2c_state {
    LPI2C_IDLE,
    LPI2C_BUSY,
    LPI2C_DONE,
    LPI2C_NO_ANSWER, /* nobody acknowledged */
    LPI2C_FAILED,    /* arbitration, FIFO or time-out error of the block, or the bus is held by someone else */
};

#define LPI2C_WORDS_MAX 5u

struct lpi2c {
    uintptr_t base;
    volatile enum lpi2c_state state;
    uint16_t words[LPI2C_WORDS_MAX]; /* commands of the transfer */
    uint8_t word_count;
    uint8_t words_sent;
    uint8_t *data;
    uint8_t wanted;
    uint8_t received;
};

/* 400 kHz; clock_hz: 4 MHz to 24 MHz, else STATUS_UNREACHABLE. Clock and pins come before. */
enum status lpi2c_init(struct lpi2c *bus, uint32_t clock_hz);

/* Begin to read `count` bytes (1..255) from register `reg` on of the device with this 7-bit address. The end, good or
 * bad, is in bus->state; `data` belongs to the transfer until then. A transfer that is still going on is given up. */
void lpi2c_read(struct lpi2c *bus, uint8_t address, uint8_t reg, uint8_t *data, uint8_t count);

/* Begin to write one register. */
void lpi2c_write(struct lpi2c *bus, uint8_t address, uint8_t reg, uint8_t value);

/* Give up what goes on. */
void lpi2c_cancel(struct lpi2c *bus);

/* To be called from the interrupt of this block. */
void lpi2c_interrupt(struct lpi2c *bus);

#endif
