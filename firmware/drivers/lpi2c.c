#include "lpi2c.h"

#include "common/mmio.h"

#define BUS_HZ 400000u
#define SCL_LATENCY 2u /* clocks between the pin and the counter without filters (RM, "SCL period") */
#define COUNT_MAX 63u
#define ERRORS (LPI2C_MSR_NDF | LPI2C_MSR_ALF | LPI2C_MSR_FEF | LPI2C_MSR_PLTF)

enum status lpi2c_init(struct lpi2c *bus, uint32_t clock_hz) {
    /* A period is (CLKLO + 1) + (CLKHI + 1) + latency clocks; two thirds of it low, since a device may hold SCL low for
     * 1.3 us at least but high for 0.6 us only (I2C specification UM10204, fast mode). */
    const uint32_t period = clock_hz / BUS_HZ;
    const uint32_t low = (period - SCL_LATENCY) * 2u / 3u;
    const uint32_t high = period - SCL_LATENCY - low;
    if (clock_hz < 4000000u || clock_hz > 24000000u || low - 1u > COUNT_MAX) {
        return STATUS_UNREACHABLE;
    }
    const uintptr_t base = bus->base;
    MMIO32(base + LPI2C_MCR) = LPI2C_MCR_RST;
    MMIO32(base + LPI2C_MCR) = 0;
    MMIO32(base + LPI2C_MCFGR1) = 0; /* no prescaler, STOP on command only, open drain */
    MMIO32(base + LPI2C_MCFGR2) = 0;
    MMIO32(base + LPI2C_MCFGR3) = 0;
    MMIO32(base + LPI2C_MCCR0) = ((low / 2u) << 24) | (high << 16) | ((high - 1u) << 8) | (low - 1u);
    MMIO32(base + LPI2C_MFCR) = 0; /* ask for words when none is left, tell of every byte */
    MMIO32(base + LPI2C_MIER) = 0;
    MMIO32(base + LPI2C_MCR) = LPI2C_MCR_MEN;
    bus->state = LPI2C_IDLE;
    return STATUS_OK;
}

static void finish(struct lpi2c *bus, enum lpi2c_state state) {
    MMIO32(bus->base + LPI2C_MIER) = 0;
    bus->state = state;
}

void lpi2c_cancel(struct lpi2c *bus) {
    finish(bus, LPI2C_FAILED);
    MMIO32(bus->base + LPI2C_MCR) = LPI2C_MCR_MEN | LPI2C_MCR_RTF | LPI2C_MCR_RRF;
    MMIO32(bus->base + LPI2C_MTDR) = LPI2C_MTDR_STOP;
}

/* The commands are in place. */
static void begin(struct lpi2c *bus, uint8_t *data, uint8_t wanted) {
    const uintptr_t base = bus->base;
    if (bus->state == LPI2C_BUSY) {
        lpi2c_cancel(bus);
    }
    if ((MMIO32(base + LPI2C_MSR) & (LPI2C_MSR_BBF | LPI2C_MSR_MBF)) == LPI2C_MSR_BBF) {
        finish(bus, LPI2C_FAILED);
        return;
    }
    bus->words_sent = 0;
    bus->data = data;
    bus->wanted = wanted;
    bus->received = 0;
    bus->state = LPI2C_BUSY;
    MMIO32(base + LPI2C_MSR) = LPI2C_MSR_CLEARABLE;
    MMIO32(base + LPI2C_MIER) = LPI2C_MSR_TDF | LPI2C_MSR_RDF | LPI2C_MSR_SDF | ERRORS;
}

void lpi2c_read(struct lpi2c *bus, uint8_t address, uint8_t reg, uint8_t *data, uint8_t count) {
    bus->words[0] = (uint16_t)(LPI2C_MTDR_START | ((uint32_t)address << 1));
    bus->words[1] = (uint16_t)(LPI2C_MTDR_SEND | reg);
    bus->words[2] = (uint16_t)(LPI2C_MTDR_START | ((uint32_t)address << 1) | 1u);
    bus->words[3] = (uint16_t)(LPI2C_MTDR_RECEIVE | (uint32_t)(count - 1));
    bus->words[4] = LPI2C_MTDR_STOP;
    bus->word_count = 5;
    begin(bus, data, count);
}

void lpi2c_write(struct lpi2c *bus, uint8_t address, uint8_t reg, uint8_t value) {
    bus->words[0] = (uint16_t)(LPI2C_MTDR_START | ((uint32_t)address << 1));
    bus->words[1] = (uint16_t)(LPI2C_MTDR_SEND | reg);
    bus->words[2] = (uint16_t)(LPI2C_MTDR_SEND | value);
    bus->words[3] = LPI2C_MTDR_STOP;
    bus->word_count = 4;
    begin(bus, 0, 0);
}

static void send_words(struct lpi2c *bus) {
    const uintptr_t base = bus->base;
    while (bus->words_sent < bus->word_count &&
           (MMIO32(base + LPI2C_MFSR) & LPI2C_MFSR_TXCOUNT_MASK) < LPI2C_FIFO_WORDS) {
        MMIO32(base + LPI2C_MTDR) = bus->words[bus->words_sent++];
    }
    if (bus->words_sent == bus->word_count) {
        mmio_update(base + LPI2C_MIER, LPI2C_MSR_TDF, 0);
    }
}

static void take_bytes(struct lpi2c *bus) {
    uint32_t word;
    while (((word = MMIO32(bus->base + LPI2C_MRDR)) & LPI2C_MRDR_RXEMPTY) == 0u) {
        if (bus->received < bus->wanted) {
            bus->data[bus->received++] = (uint8_t)word;
        }
    }
}

static void fail(struct lpi2c *bus, uint32_t flags) {
    MMIO32(bus->base + LPI2C_MSR) = flags & ERRORS;
    MMIO32(bus->base + LPI2C_MCR) = LPI2C_MCR_MEN | LPI2C_MCR_RTF | LPI2C_MCR_RRF;
    finish(bus, (flags & LPI2C_MSR_NDF) != 0u ? LPI2C_NO_ANSWER : LPI2C_FAILED);
}

void lpi2c_interrupt(struct lpi2c *bus) {
    const uint32_t flags = MMIO32(bus->base + LPI2C_MSR);
    if (bus->state != LPI2C_BUSY) {
        finish(bus, bus->state);
        return;
    }
    take_bytes(bus);
    if ((flags & ERRORS) != 0u) {
        fail(bus, flags);
    } else if ((flags & LPI2C_MSR_SDF) != 0u && bus->words_sent == bus->word_count) {
        MMIO32(bus->base + LPI2C_MSR) = LPI2C_MSR_SDF;
        finish(bus, bus->received == bus->wanted ? LPI2C_DONE : LPI2C_FAILED);
    } else if ((flags & LPI2C_MSR_TDF) != 0u) {
        send_words(bus);
    }
}
