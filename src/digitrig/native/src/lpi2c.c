/* LPI2C, master side: command FIFO, receive FIFO, flags, interrupt, and the time that bits take on the wires.
 *
 * i.MX RT1060 reference manual, chapter LPI2C. The register table comes from the host, offsets select the behaviour
 * here. What is on the bus is the host's: DR_HOOK_BUS asks the addressed target for every byte. parameters[0]: depth of
 * both FIFOs in words. A hidden register at the end of the table tells which wires something outside holds low.
 *
 * An error flag (NDF, ALF, FEF, PLTF) keeps the master from taking another command until software clears it; after a
 * NACK it ends the transfer with a STOP by itself. NDF is shown when that STOP is over, so that software that starts
 * again at once does not take its SDF for its own. A STOP without a transfer takes its time and sets SDF.
 */
#include "device.h"

#include <string.h>

#define MAX_FIFO 16u

/* clang-format off */
enum { R_MCR, R_MSR, R_MIER, R_MCFGR0, R_MCFGR1, R_MCFGR2, R_MCFGR3, R_MDMR, R_MCCR0, R_MCCR1, R_MFCR, R_MFSR, R_MTDR,
       R_MRDR, R_COUNT };
/* clang-format on */
static const uint32_t offsets[R_COUNT] = {0x10, 0x14, 0x18, 0x20, 0x24, 0x28, 0x2C,
                                          0x40, 0x48, 0x50, 0x58, 0x5C, 0x60, 0x70};

enum { MCR_MEN = 1u << 0, MCR_RST = 1u << 1, MCR_RTF = 1u << 8, MCR_RRF = 1u << 9 };
enum {
    MSR_TDF = 1u << 0,
    MSR_RDF = 1u << 1,
    MSR_EPF = 1u << 8,
    MSR_SDF = 1u << 9,
    MSR_NDF = 1u << 10,
    MSR_ALF = 1u << 11,
    MSR_FEF = 1u << 12,
    MSR_PLTF = 1u << 13,
    MSR_DMF = 1u << 14,
    MSR_MBF = 1u << 24,
    MSR_BBF = 1u << 25
};
#define MSR_ERRORS ((uint32_t)MSR_NDF | MSR_ALF | MSR_FEF | MSR_PLTF)
#define MSR_LIVE ((uint32_t)MSR_TDF | MSR_RDF | MSR_MBF | MSR_BBF)
enum { MCFGR1_AUTOSTOP = 1u << 8, MCFGR1_IGNACK = 1u << 9, MCFGR1_TIMECFG = 1u << 10 };
enum { MCFGR0_RDMO = 1u << 9 };
enum { RXEMPTY = 1u << 14 };
enum { CMD_SEND, CMD_RECEIVE, CMD_STOP, CMD_DISCARD, CMD_START, CMD_START_NACK, CMD_FAST, CMD_FAST_NACK };
enum { PHASE_IDLE, PHASE_START, PHASE_SEND, PHASE_RECEIVE, PHASE_STOP, PHASE_ORPHAN };
enum { EVENT_PHASE, EVENT_PIN_LOW, EVENT_WIRES };
enum { WIRE_SDA = 1u, WIRE_SCL = 2u };
#define ORPHAN_CYCLES 4u /* until a word without START is noticed: drivers clear a flag first, then empty the FIFO */
#define LOWEST_MASTER_OFFSET 0x14u
#define FIRST_SLAVE_OFFSET 0x110u

typedef struct lpi2c {
    uint32_t index[R_COUNT], wires; /* where the registers are in the table */
    uint32_t tx_count, rx_count;
    uint32_t phase, owned; /* owned: between START and STOP */
    uint32_t reading;      /* the last address had its read bit set */
    uint32_t data;         /* byte, or command and byte, of this phase */
    uint32_t remaining, discard;
    uint32_t stop_due, nack;  /* after an error; nack: NDF is shown when that STOP is over */
    uint32_t fast;            /* timing of MCCR1 */
    uint32_t words, previous; /* received since START, and the last of them */
    uint32_t low;             /* the clock has been low since the event was scheduled */
    uint16_t tx[MAX_FIFO];
    uint8_t rx[MAX_FIFO];
} lpi2c;

static uint32_t get(dr_device *d, int which) { return d->values[((lpi2c *)d->state)->index[which]]; }
static void set(dr_device *d, int which, uint32_t value) { d->values[((lpi2c *)d->state)->index[which]] = value; }
static uint32_t wires(dr_device *d) { return d->values[((lpi2c *)d->state)->wires]; }
static void flag(dr_device *d, uint32_t flags) { set(d, R_MSR, get(d, R_MSR) | flags); }

/* ------------------------------------------------------------------ outputs */
static void update(dr_board *b, dr_device *d) {
    lpi2c *s = d->state;
    uint32_t water = get(d, R_MFCR), msr = get(d, R_MSR) & ~MSR_LIVE;
    msr |= s->tx_count <= (water & 0xFu) ? MSR_TDF : 0;
    msr |= s->rx_count > (water >> 16 & 0xFu) ? MSR_RDF : 0;
    bool busy = s->owned || (s->phase != PHASE_IDLE && s->phase != PHASE_ORPHAN);
    msr |= busy ? MSR_MBF : 0;
    msr |= busy || wires(d) ? MSR_BBF : 0;
    set(d, R_MSR, msr);
    set(d, R_MFSR, s->tx_count | s->rx_count << 16);
    set(d, R_MRDR, s->rx_count ? s->rx[0] : RXEMPTY);
    dr_device_line(b, d, 0, (msr & get(d, R_MIER)) != 0);
}

/* ------------------------------------------------------------------ time */
static uint32_t prescale(dr_device *d) { return get(d, R_MCFGR1) & 7u; }

static uint32_t timing_field(dr_device *d, uint32_t shift) {
    lpi2c *s = d->state;
    return (get(d, s->fast ? R_MCCR1 : R_MCCR0) >> shift & 0x3Fu) + 1u;
}

/* One bit in prescaled cycles: CLKLO + CLKHI + 2 + (2 + FILTSCL) >> PRESCALE. */
static uint32_t bit_cycles(dr_device *d) {
    return timing_field(d, 0) + timing_field(d, 8) + ((2u + (get(d, R_MCFGR2) >> 16 & 0xFu)) >> prescale(d));
}

static void schedule(dr_board *b, dr_device *d, uint32_t event, uint64_t cycles) {
    unsigned __int128 ps = (unsigned __int128)(cycles << prescale(d)) * 1000000000000ull;
    uint64_t hz = d->wire.clock_hz;
    dr_schedule(b, d->index, event, (uint64_t)((ps + hz - 1) / hz), 0);
}

static void begin(dr_board *b, dr_device *d, uint32_t phase, uint32_t data) {
    lpi2c *s = d->state;
    uint64_t bit = bit_cycles(d), hold = timing_field(d, 16), cycles = 9 * bit;
    if (phase == PHASE_START) { /* a repeated START also needs its set-up time */
        cycles += s->owned ? 2 * hold : hold;
        if (s->owned) {
            flag(d, MSR_EPF);
        }
    } else if (phase == PHASE_STOP) {
        cycles = bit + hold;
    }
    s->phase = phase;
    s->data = data;
    s->low = 0;
    dr_cancel_event(b, d->index, EVENT_PIN_LOW);
    schedule(b, d, EVENT_PHASE, cycles);
}

/* The clock stays low because nobody can go on; PINLOW counts that in 256 prescaled cycles, 0 = never. */
static void stall(dr_board *b, dr_device *d) {
    lpi2c *s = d->state;
    uint32_t limit = get(d, R_MCFGR3) >> 8 & 0xFFFu;
    bool sda_counts = get(d, R_MCFGR1) & MCFGR1_TIMECFG;
    bool low = s->owned || wires(d) & WIRE_SCL || (sda_counts && wires(d) & WIRE_SDA);
    if (low && limit && !s->low) {
        s->low = 1;
        schedule(b, d, EVENT_PIN_LOW, (uint64_t)limit * 256u);
    }
}

/* ------------------------------------------------------------------ commands */
static uint32_t pop(lpi2c *s) {
    uint32_t word = s->tx[0];
    s->tx_count--;
    memmove(&s->tx[0], &s->tx[1], s->tx_count * sizeof s->tx[0]);
    return word;
}

/* A word without a transfer that it could belong to, unless it was thrown away in the meantime. */
static void orphan(dr_device *d) {
    lpi2c *s = d->state;
    uint32_t code = s->tx[0] >> 8 & 7u;
    if (s->tx_count && code < CMD_START && code != CMD_STOP) {
        pop(s);
        flag(d, MSR_FEF);
    }
}

/* Take the next command. Returns true if it was one that takes no time, so that there may be another. */
static bool command(dr_board *b, dr_device *d) {
    lpi2c *s = d->state;
    uint32_t code = s->tx[0] >> 8 & 7u, data = s->tx[0] & 0xFFu;
    if (code >= CMD_START) {
        if (!s->owned && wires(d)) { /* busy: somebody else's */
            stall(b, d);
            return false;
        }
        s->fast = code >= CMD_FAST;
        begin(b, d, PHASE_START, pop(s));
        return false;
    }
    if (code != CMD_STOP && !s->owned) {
        s->phase = PHASE_ORPHAN;
        schedule(b, d, EVENT_PHASE, ORPHAN_CYCLES);
        return false;
    }
    pop(s);
    if (code == CMD_STOP) {
        begin(b, d, PHASE_STOP, 0);
    } else if (code == CMD_SEND) {
        begin(b, d, PHASE_SEND, data);
    } else {
        s->remaining = data + 1u;
        s->discard = code == CMD_DISCARD;
        return true;
    }
    return false;
}

static void go_on(dr_board *b, dr_device *d) {
    lpi2c *s = d->state;
    bool again = true;
    while (again && s->phase == PHASE_IDLE && get(d, R_MCR) & MCR_MEN && d->wire.clock_hz) {
        again = false;
        if (s->owned && wires(d) & WIRE_SCL) {
            stall(b, d);
        } else if (s->stop_due) {
            begin(b, d, PHASE_STOP, 0);
        } else if (get(d, R_MSR) & MSR_ERRORS) {
            break;
        } else if (s->remaining && !s->discard && s->rx_count == d->parameters[0]) {
            stall(b, d);
        } else if (s->remaining) {
            begin(b, d, PHASE_RECEIVE, 0);
        } else if (s->tx_count) {
            again = command(b, d);
        } else if (s->owned && get(d, R_MCFGR1) & MCFGR1_AUTOSTOP) {
            begin(b, d, PHASE_STOP, 0);
        } else {
            stall(b, d);
        }
    }
    update(b, d);
}

/* ------------------------------------------------------------------ what happened on the wires */
static uint32_t ask(dr_board *b, dr_device *d, dr_bus_operation operation, uint32_t value, uint32_t without_host) {
    return b->hook ? dr_call_hook(b, DR_HOOK_BUS, d->index, operation, 1, value, 0, 0) : without_host;
}

/* A master that sends a 1 while the data line is low has lost the bus. */
static bool arbitration_lost(dr_device *d, uint32_t byte) {
    lpi2c *s = d->state;
    if (!(wires(d) & WIRE_SDA) || byte == 0) {
        return false;
    }
    flag(d, MSR_ALF);
    s->owned = s->remaining = s->reading = 0;
    return true;
}

static void acknowledged(dr_device *d, bool ack, bool wanted) {
    lpi2c *s = d->state;
    if (ack != wanted && !(get(d, R_MCFGR1) & MCFGR1_IGNACK)) {
        s->stop_due = s->nack = 1;
        s->remaining = 0;
    }
}

static void addressed(dr_board *b, dr_device *d) {
    lpi2c *s = d->state;
    uint32_t code = s->data >> 8 & 7u, byte = s->data & 0xFFu;
    s->owned = 1;
    if (!arbitration_lost(d, byte)) {
        s->reading = byte & 1u;
        s->words = s->previous = 0;
        acknowledged(d, ask(b, d, DR_BUS_START, byte, 0) != 0, code == CMD_START || code == CMD_FAST);
    }
}

/* MCFGR1.MATCFG: which received words set DMF. */
static bool matches(dr_device *d, uint32_t byte) {
    const lpi2c *s = d->state;
    uint32_t mode = get(d, R_MCFGR1) >> 16 & 7u, m0 = get(d, R_MDMR) & 0xFFu, m1 = get(d, R_MDMR) >> 16 & 0xFFu;
    switch (mode) {
    case 2: /* the first is one of the two */
        return s->words == 0 && (byte == m0 || byte == m1);
    case 3: /* any is */
        return byte == m0 || byte == m1;
    case 4: /* the first two are the two */
        return s->words == 1 && s->previous == m0 && byte == m1;
    case 5: /* any two in a row are */
        return s->words > 0 && s->previous == m0 && byte == m1;
    case 6: /* the first, under the mask MATCH1 */
        return s->words == 0 && (byte & m1) == (m0 & m1);
    case 7: /* any, under the mask */
        return (byte & m1) == (m0 & m1);
    default:
        return false;
    }
}

static void received(dr_board *b, dr_device *d) {
    lpi2c *s = d->state;
    uint32_t byte = s->reading ? ask(b, d, DR_BUS_RECEIVE, 0, 0xFFu) : 0xFFu;
    byte = wires(d) & WIRE_SDA ? 0 : byte;
    flag(d, matches(d, byte) ? MSR_DMF : 0);
    s->words++;
    s->previous = byte;
    bool unwanted = get(d, R_MCFGR0) & MCFGR0_RDMO && !(get(d, R_MSR) & MSR_DMF);
    if (!s->discard && !unwanted) {
        s->rx[s->rx_count++] = (uint8_t)byte;
    }
    s->remaining--;
}

static void stopped(dr_board *b, dr_device *d) {
    lpi2c *s = d->state;
    if (s->owned) {
        ask(b, d, DR_BUS_STOP, 0, 0);
    }
    flag(d, (uint32_t)MSR_SDF | MSR_EPF | (s->nack ? MSR_NDF : 0));
    s->owned = s->reading = s->remaining = s->stop_due = s->nack = s->fast = 0;
}

static void phase_done(dr_board *b, dr_device *d) {
    lpi2c *s = d->state;
    uint32_t phase = s->phase;
    s->phase = PHASE_IDLE;
    if (phase == PHASE_START) {
        addressed(b, d);
    } else if (phase == PHASE_SEND && !arbitration_lost(d, s->data)) {
        acknowledged(d, ask(b, d, DR_BUS_SEND, s->data, 0) != 0, true);
    } else if (phase == PHASE_RECEIVE) {
        received(b, d);
    } else if (phase == PHASE_STOP) {
        stopped(b, d);
    } else if (phase == PHASE_ORPHAN) {
        orphan(d);
    }
}

static void event(dr_board *b, dr_device *d, uint32_t number) {
    lpi2c *s = d->state;
    if (number == EVENT_PHASE) {
        phase_done(b, d);
    } else if (number == EVENT_PIN_LOW) {
        flag(d, MSR_PLTF);
        s->remaining = s->low = 0;
    } else if (!wires(d) && s->low) { /* EVENT_WIRES: the host has let go */
        s->low = 0;
        dr_cancel_event(b, d->index, EVENT_PIN_LOW);
    }
    go_on(b, d);
}

/* ------------------------------------------------------------------ registers */
static void abandon(dr_board *b, dr_device *d) {
    lpi2c *s = d->state;
    if (s->owned) {
        ask(b, d, DR_BUS_STOP, 0, 0);
    }
    dr_cancel_event(b, d->index, EVENT_PHASE);
    dr_cancel_event(b, d->index, EVENT_PIN_LOW);
    s->tx_count = s->rx_count = s->phase = s->owned = s->reading = 0;
    s->remaining = s->stop_due = s->nack = s->fast = s->low = 0;
}

static void reset_master(dr_board *b, dr_device *d) {
    abandon(b, d);
    for (uint32_t i = 0; i < d->register_count; i++) {
        const dr_register *r = &d->registers[i];
        if (!(r->flags & DR_REG_HIDDEN) && r->offset >= LOWEST_MASTER_OFFSET && r->offset < FIRST_SLAVE_OFFSET) {
            d->values[i] = r->reset;
        }
    }
}

static void write_control(dr_board *b, dr_device *d, uint32_t value) {
    lpi2c *s = d->state;
    s->tx_count = value & MCR_RTF ? 0 : s->tx_count;
    s->rx_count = value & MCR_RRF ? 0 : s->rx_count;
    set(d, R_MCR, value & ~((uint32_t)MCR_RTF | MCR_RRF));
    if (value & MCR_RST) {
        reset_master(b, d);
    }
}

static void write(dr_board *b, dr_device *d, uint32_t index, uint32_t value, uint32_t old, uint32_t written) {
    lpi2c *s = d->state;
    (void)old;
    if (index == s->index[R_MCR]) {
        write_control(b, d, value);
    } else if (index == s->index[R_MTDR]) {
        set(d, R_MTDR, 0);
        if (s->tx_count < d->parameters[0] && !(get(d, R_MCR) & MCR_RST)) { /* a word for a full FIFO is lost */
            s->tx[s->tx_count++] = (uint16_t)(written & 0x7FFu);
        }
    }
    go_on(b, d);
}

static uint32_t read(dr_board *b, dr_device *d, uint32_t index, uint32_t stored) {
    lpi2c *s = d->state;
    if (index == s->index[R_MRDR] && s->rx_count) {
        s->rx_count--;
        memmove(&s->rx[0], &s->rx[1], s->rx_count);
        go_on(b, d);
    }
    return stored;
}

static dr_status create(dr_board *b, dr_device *d) {
    lpi2c *s = d->state;
    if (d->parameters[0] == 0 || d->parameters[0] > MAX_FIFO) {
        return dr_fail(b, DR_ERR_ARGUMENT, "%s: FIFO of %u words; must be 1 to %u", d->name, d->parameters[0],
                       MAX_FIFO);
    }
    for (uint32_t i = 0; i < R_COUNT; i++) {
        s->index[i] = dr_register_at(d, offsets[i]);
        if (s->index[i] == ~0u) {
            return dr_fail(b, DR_ERR_ARGUMENT, "%s: no register at offset 0x%x", d->name, offsets[i]);
        }
    }
    s->wires = ~0u;
    for (uint32_t i = 0; i < d->register_count; i++) {
        s->wires = s->wires == ~0u && d->registers[i].flags & DR_REG_HIDDEN ? i : s->wires;
    }
    return s->wires == ~0u ? dr_fail(b, DR_ERR_ARGUMENT, "%s: no hidden register for the wires", d->name) : DR_OK;
}

static void reset(dr_board *b, dr_device *d) {
    abandon(b, d);
    update(b, d);
}

static void destroy(dr_device *d) { (void)d; }

const dr_model dr_lpi2c_model = {
    .state_bytes = sizeof(lpi2c),
    .create = create,
    .destroy = destroy,
    .reset = reset,
    .read = read,
    .write = write,
    .event = event,
    .clock_changed = go_on,
};
