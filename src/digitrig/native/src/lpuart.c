/* LPUART: FIFOs, bit times, flags and interrupt in virtual time. Registers as in the KE1xZ and i.MX RT1060 reference
 * manuals (chapter LPUART); the register table itself comes from the host, offsets select the behaviour here.
 *
 * parameters[0]: 0 = registers start at 0x10 behind VERID, PARAM, GLOBAL, PINCFG; 1 = they start at 0 (no FIFO).
 * parameters[1]: FIFO depth in words (1 = none).
 * The line into the board is sampled at the receiver's own bit times, so a sender with another baud rate gives the
 * characters and framing errors that it gives on a wire. The sender waits until the receiver is enabled and clocked.
 */
#include "device.h"

#include <stdlib.h>
#include <string.h>

#define MAX_FIFO 64u
#define PS_PER_S 1000000000000ull
#define CHUNK 4096u

enum {
    R_VERID,
    R_PARAM,
    R_GLOBAL,
    R_PINCFG,
    R_BAUD,
    R_STAT,
    R_CTRL,
    R_DATA,
    R_MATCH,
    R_MODIR,
    R_FIFO,
    R_WATER,
    R_COUNT
};

enum { /* STAT */
       STAT_PF = 1u << 16,
       STAT_FE = 1u << 17,
       STAT_NF = 1u << 18,
       STAT_OR = 1u << 19,
       STAT_IDLE = 1u << 20,
       STAT_RDRF = 1u << 21,
       STAT_TC = 1u << 22,
       STAT_TDRE = 1u << 23,
       STAT_RAF = 1u << 24
};
enum { /* CTRL */
       CTRL_PT = 1u << 0,
       CTRL_PE = 1u << 1,
       CTRL_M = 1u << 4,
       CTRL_RSRC = 1u << 5,
       CTRL_LOOPS = 1u << 7,
       CTRL_M7 = 1u << 11,
       CTRL_RE = 1u << 18,
       CTRL_TE = 1u << 19,
       CTRL_ILIE = 1u << 20,
       CTRL_RIE = 1u << 21,
       CTRL_TCIE = 1u << 22,
       CTRL_TIE = 1u << 23,
       CTRL_PEIE = 1u << 24,
       CTRL_FEIE = 1u << 25,
       CTRL_NEIE = 1u << 26,
       CTRL_ORIE = 1u << 27
};
enum { /* FIFO */
       FIFO_RXFE = 1u << 3,
       FIFO_TXFE = 1u << 7,
       FIFO_RXUFE = 1u << 8,
       FIFO_TXOFE = 1u << 9,
       FIFO_RXFLUSH = 1u << 14,
       FIFO_TXFLUSH = 1u << 15,
       FIFO_RXUF = 1u << 16,
       FIFO_TXOF = 1u << 17,
       FIFO_RXEMPT = 1u << 22,
       FIFO_TXEMPT = 1u << 23
};
enum { DATA_RXEMPT = 1u << 12, DATA_FRETSC = 1u << 13, DATA_PARITYE = 1u << 14 };
enum { EVENT_TX = 0, EVENT_RX = 1, EVENT_IDLE = 2 };
enum { PRIORITY_UART = 10 };

typedef struct lpuart {
    uint32_t index[R_COUNT]; /* register index, ~0u where the map has none */
    uint32_t tx_count, rx_count, shifting, shift_word, receiving;
    uint16_t tx[MAX_FIFO], rx[MAX_FIFO]; /* rx: data and DATA_* flags, 16 bits */
    uint32_t absent;                     /* stands for registers that the short map lacks: always 0 */
    uint64_t head_start_ps;              /* when the first queued byte began or begins on the line */
    uint64_t edge_ps;                    /* falling edge of the start bit being received */
    uint64_t line_free_ps;               /* the sender may not start earlier */
} lpuart;

typedef struct line_byte { /* one byte of the sender */
    uint64_t bit_ps;       /* 0: the receiver's rate when the byte starts */
    uint32_t gap_bits;
    uint8_t byte;
} line_byte;

typedef struct lpuart_extra {
    line_byte *queue; /* snapshot data */
    uint32_t head, count, capacity;
    uint8_t *out; /* history: what the board has sent, until the host takes it */
    uint64_t *out_ps;
    uint32_t out_head, out_count, out_capacity;
    int32_t stop_byte; /* the host's wish, no state of the board */
} lpuart_extra;

static uint32_t *value(dr_device *d, int which) {
    lpuart *u = d->state;
    if (u->index[which] == ~0u) {
        u->absent = 0;
        return &u->absent;
    }
    return &d->values[u->index[which]];
}

static uint32_t get(dr_device *d, int which) { return *value(d, which); }

static uint32_t depth(dr_device *d, uint32_t enable_bit) { return get(d, R_FIFO) & enable_bit ? d->parameters[1] : 1u; }

/* ------------------------------------------------------------------ bit times and frames */
static uint64_t bits_ps(dr_device *d, uint64_t half_bits) {
    uint32_t baud = get(d, R_BAUD);
    uint32_t osr = baud >> 24 & 0x1Fu, sbr = baud & 0x1FFFu;
    osr = osr < 3 ? 15 : osr; /* 0..2 select 16x oversampling */
    if (sbr == 0 || d->wire.clock_hz == 0) {
        return 0;
    }
    unsigned __int128 ticks = (unsigned __int128)half_bits * (osr + 1u) * sbr;
    return (uint64_t)(ticks * PS_PER_S / (2u * (unsigned __int128)d->wire.clock_hz));
}

static uint32_t data_bits(dr_device *d) { /* including the parity bit */
    uint32_t ctrl = get(d, R_CTRL);
    if (get(d, R_BAUD) & 1u << 29) {
        return 10;
    }
    return ctrl & CTRL_M ? 9 : ctrl & CTRL_M7 ? 7 : 8;
}

static uint32_t stop_bits(dr_device *d) { return get(d, R_BAUD) & 1u << 13 ? 2 : 1; }
static uint32_t frame_bits(dr_device *d) { return 1 + data_bits(d) + stop_bits(d); }

static uint32_t with_parity(dr_device *d, uint32_t word) {
    uint32_t ctrl = get(d, R_CTRL), bits = data_bits(d);
    word &= (1u << bits) - 1u;
    if (ctrl & CTRL_PE) {
        word &= (1u << (bits - 1)) - 1u;
        uint32_t odd = (uint32_t)__builtin_popcount(word) & 1u;
        word |= (odd ^ (ctrl & CTRL_PT)) << (bits - 1);
    }
    return word;
}

/* ------------------------------------------------------------------ outputs: recomputed from state after any change */
static uint32_t status(dr_device *d) {
    lpuart *u = d->state;
    uint32_t stat = get(d, R_STAT) & ~((uint32_t)STAT_RDRF | STAT_TC | STAT_TDRE | STAT_RAF);
    uint32_t water = get(d, R_WATER);
    uint32_t tx_water = get(d, R_FIFO) & FIFO_TXFE ? water & 0xFFu : 0;
    uint32_t rx_water = get(d, R_FIFO) & FIFO_RXFE ? water >> 16 & 0xFFu : 0;
    stat |= u->tx_count <= tx_water ? STAT_TDRE : 0;
    stat |= u->tx_count == 0 && !u->shifting ? STAT_TC : 0;
    stat |= u->rx_count > rx_water ? STAT_RDRF : 0;
    stat |= u->receiving ? STAT_RAF : 0;
    return stat;
}

static void update(dr_board *b, dr_device *d) {
    uint32_t stat = status(d), ctrl = get(d, R_CTRL), fifo = get(d, R_FIFO);
    /* the enables lie at their flags' places for TDRE..IDLE; PE, FE, NE, OR enables are 8 higher than the flags */
    uint32_t on = stat & ctrl & (STAT_TDRE | STAT_TC | STAT_RDRF | STAT_IDLE);
    on |= stat & ctrl >> 8 & (STAT_PF | STAT_FE | STAT_NF | STAT_OR);
    on |= fifo & fifo << 8 & (FIFO_RXUF | FIFO_TXOF);
    dr_device_line(b, d, 0, on != 0);
}

/* ------------------------------------------------------------------ transmitter */
static void load_shifter(dr_board *b, dr_device *d) {
    lpuart *u = d->state;
    uint64_t frame = bits_ps(d, 2u * frame_bits(d));
    if (u->shifting || u->tx_count == 0 || !(get(d, R_CTRL) & CTRL_TE) || frame == 0) {
        return;
    }
    u->shift_word = with_parity(d, u->tx[0]);
    u->tx_count--;
    memmove(&u->tx[0], &u->tx[1], u->tx_count * sizeof u->tx[0]);
    u->shifting = 1;
    dr_schedule_at(b, d->index, EVENT_TX, dr_device_now(b) + frame, PRIORITY_UART);
}

static void push_rx(dr_device *d, uint32_t word);

static void keep_output(dr_board *b, dr_device *d, uint8_t byte) {
    lpuart_extra *x = d->extra;
    if (x->out_count == x->out_capacity) {
        uint32_t capacity = x->out_capacity + CHUNK;
        uint8_t *out = realloc(x->out, capacity);
        x->out = out ? out : x->out;
        uint64_t *out_ps = realloc(x->out_ps, capacity * sizeof *out_ps);
        x->out_ps = out_ps ? out_ps : x->out_ps;
        if (!out || !out_ps) {
            dr_fail(b, DR_ERR_MEMORY, "no host memory for the output of %s", d->name);
            dr_stop_run(b, DR_STOP_HOST, 0);
            return;
        }
        x->out_capacity = capacity;
    }
    x->out[x->out_count] = byte;
    x->out_ps[x->out_count++] = dr_device_now(b);
}

static void sent(dr_board *b, dr_device *d) {
    lpuart *u = d->state;
    uint32_t parity = get(d, R_CTRL) & CTRL_PE ? 1 : 0;
    uint32_t word = u->shift_word & ((1u << (data_bits(d) - parity)) - 1u);
    u->shifting = 0;
    if (get(d, R_CTRL) & CTRL_LOOPS) {
        push_rx(d, word);
    } else {
        keep_output(b, d, (uint8_t)word);
        int32_t stop_byte = ((lpuart_extra *)d->extra)->stop_byte;
        if (stop_byte >= 0 && (word & 0xFFu) == (uint32_t)stop_byte) {
            dr_stop_run(b, DR_STOP_BYTE, word);
        }
    }
    load_shifter(b, d);
}

/* ------------------------------------------------------------------ receiver */
static void push_rx(dr_device *d, uint32_t word) {
    lpuart *u = d->state;
    if (u->rx_count >= depth(d, FIFO_RXFE) || get(d, R_STAT) & STAT_OR) {
        *value(d, R_STAT) |= STAT_OR; /* lost; nothing more is stored until OR has been cleared */
        return;
    }
    u->rx[u->rx_count++] = (uint16_t)word;
}

static line_byte *queued(lpuart_extra *x, uint32_t i) { return &x->queue[x->head + i]; }

static uint64_t sender_bit(dr_device *d, line_byte *q) {
    if (q->bit_ps == 0) {
        q->bit_ps = bits_ps(d, 2);
    }
    return q->bit_ps;
}

static uint64_t byte_ps(dr_device *d, line_byte *q) { return sender_bit(d, q) * (frame_bits(d) + q->gap_bits); }

static uint32_t bit_level(dr_device *d, uint32_t word, uint32_t bit) { /* bit 0 is the start bit */
    return bit == 0 ? 0u : bit <= data_bits(d) ? word >> (bit - 1) & 1u : 1u;
}

/* Level of the line at a time; bytes that ended before it are dropped when `drop` is set. */
static uint32_t line_level(dr_device *d, uint64_t at_ps, bool drop) {
    lpuart *u = d->state;
    lpuart_extra *x = d->extra;
    uint64_t start = u->head_start_ps;
    for (uint32_t i = 0; i < x->count; i++) {
        line_byte *q = queued(x, i);
        uint64_t end = start + byte_ps(d, q);
        if (at_ps < end) {
            if (at_ps < start) {
                return 1;
            }
            uint64_t bit = (at_ps - start) / sender_bit(d, q);
            uint32_t word = with_parity(d, q->byte);
            return bit_level(d, word, (uint32_t)bit);
        }
        start = end;
        if (drop) {
            x->head++;
            x->count--;
            i--;
            u->head_start_ps = u->line_free_ps = start;
        }
    }
    return 1;
}

/* First falling edge at or after a time, DR_NEVER if the queue holds none. */
static uint64_t next_edge(dr_device *d, uint64_t from_ps) {
    lpuart *u = d->state;
    lpuart_extra *x = d->extra;
    uint64_t start = u->head_start_ps;
    uint32_t before = 1;
    for (uint32_t i = 0; i < x->count; i++) {
        line_byte *q = queued(x, i);
        uint64_t bit_ps = sender_bit(d, q);
        uint32_t word = with_parity(d, q->byte);
        for (uint32_t bit = 0; bit < frame_bits(d); bit++) {
            uint32_t level = bit_level(d, word, bit);
            if (before && !level && start + bit * bit_ps >= from_ps) {
                return start + bit * bit_ps;
            }
            before = level;
        }
        before = q->gap_bits ? 1 : before;
        start += byte_ps(d, q);
    }
    return DR_NEVER;
}

static void listen(dr_board *b, dr_device *d) {
    lpuart *u = d->state;
    lpuart_extra *x = d->extra;
    if (u->receiving || x->count == 0 || !(get(d, R_CTRL) & CTRL_RE) || bits_ps(d, 2) == 0) {
        return;
    }
    uint64_t now = dr_device_now(b);
    u->head_start_ps = u->line_free_ps > now ? u->line_free_ps : now;
    u->edge_ps = u->head_start_ps;
    u->receiving = 1;
    dr_cancel_event(b, d->index, EVENT_IDLE);
    dr_schedule_at(b, d->index, EVENT_RX, u->edge_ps + bits_ps(d, 2u * data_bits(d) + 3u), PRIORITY_UART);
}

/* The middle of the stop bit: the character is complete. */
static void received(dr_board *b, dr_device *d) {
    lpuart *u = d->state;
    lpuart_extra *x = d->extra;
    uint32_t bits = data_bits(d), word = 0;
    line_byte *first = queued(x, 0);
    if (sender_bit(d, first) == bits_ps(d, 2) && u->edge_ps == u->head_start_ps) {
        word = with_parity(d, first->byte); /* same rate: no need to sample */
    } else {
        for (uint32_t i = 0; i < bits; i++) {
            word |= line_level(d, u->edge_ps + bits_ps(d, 2u * i + 3u), false) << i;
        }
    }
    uint64_t stop_ps = u->edge_ps + bits_ps(d, 2u * bits + 3u);
    uint32_t flags = 0;
    if (!line_level(d, stop_ps, true)) {
        flags |= DATA_FRETSC;
        *value(d, R_STAT) |= STAT_FE;
    }
    if (get(d, R_CTRL) & CTRL_PE) {
        if (word != with_parity(d, word)) {
            flags |= DATA_PARITYE;
            *value(d, R_STAT) |= STAT_PF;
        }
        word &= (1u << (bits - 1)) - 1u;
    }
    push_rx(d, word | flags);
    u->edge_ps = next_edge(d, stop_ps);
    if (u->edge_ps != DR_NEVER) {
        line_level(d, u->edge_ps, true);
        dr_schedule_at(b, d->index, EVENT_RX, u->edge_ps + bits_ps(d, 2u * bits + 3u), PRIORITY_UART);
        return;
    }
    if (x->count) { /* the rest of the last byte holds no edge: it ends without being seen */
        u->line_free_ps = u->head_start_ps;
        for (uint32_t i = 0; i < x->count; i++) {
            u->line_free_ps += byte_ps(d, queued(x, i));
        }
    }
    x->head = x->count = 0;
    u->receiving = 0;
    uint32_t idle_bits = frame_bits(d) << (get(d, R_CTRL) >> 8 & 7u);
    dr_schedule_at(b, d->index, EVENT_IDLE, stop_ps + bits_ps(d, 2u * idle_bits), PRIORITY_UART);
}

static uint32_t pop_rx(dr_device *d) {
    lpuart *u = d->state;
    if (u->rx_count == 0) {
        if (get(d, R_FIFO) & FIFO_RXFE) {
            *value(d, R_FIFO) |= FIFO_RXUF;
        }
        return DATA_RXEMPT;
    }
    uint32_t word = u->rx[0];
    u->rx_count--;
    memmove(&u->rx[0], &u->rx[1], u->rx_count * sizeof u->rx[0]);
    return word;
}

/* ------------------------------------------------------------------ the model's entry points */
static void abort_line(dr_board *b, dr_device *d) {
    lpuart *u = d->state;
    dr_cancel_device(b, d->index);
    u->tx_count = u->rx_count = u->shifting = u->receiving = 0;
}

static uint32_t lpuart_read(dr_board *b, dr_device *d, uint32_t index, uint32_t stored) {
    lpuart *u = d->state;
    if (index == u->index[R_STAT]) {
        return status(d);
    }
    if (index == u->index[R_DATA]) {
        uint32_t word = pop_rx(d);
        update(b, d);
        return word;
    }
    if (index == u->index[R_FIFO]) {
        stored &= ~((uint32_t)FIFO_RXEMPT | (uint32_t)FIFO_TXEMPT);
        return stored | (u->rx_count ? 0 : FIFO_RXEMPT) | (u->tx_count ? 0 : FIFO_TXEMPT);
    }
    if (index == u->index[R_WATER]) {
        return (stored & 0x00FF00FFu) | u->tx_count << 8 | u->rx_count << 24;
    }
    return stored;
}

static void write_data(dr_device *d, uint32_t word) {
    lpuart *u = d->state;
    if (u->tx_count < depth(d, FIFO_TXFE)) {
        u->tx[u->tx_count++] = (uint16_t)(word & 0x3FFu);
    } else if (get(d, R_FIFO) & FIFO_TXFE) {
        *value(d, R_FIFO) |= FIFO_TXOF;
    } else {
        u->tx[0] = (uint16_t)(word & 0x3FFu); /* without FIFO the buffer is overwritten */
    }
}

static void write_control(dr_board *b, dr_device *d, uint32_t now, uint32_t old) {
    lpuart *u = d->state;
    if (old & ~now & CTRL_RE) { /* the receiver is switched off: the character under way is lost */
        dr_cancel_event(b, d->index, EVENT_RX);
        if (u->receiving) {
            line_level(d, dr_device_now(b), true);
        }
        u->receiving = 0;
    }
}

static void lpuart_reset(dr_board *b, dr_device *d);

static void lpuart_write(dr_board *b, dr_device *d, uint32_t index, uint32_t now, uint32_t old, uint32_t written) {
    lpuart *u = d->state;
    if (index == u->index[R_GLOBAL] && now & 2u) { /* RST: everything but GLOBAL goes to its reset value */
        for (uint32_t i = 0; i < d->register_count; i++) {
            d->values[i] = i == index ? now : d->registers[i].reset;
        }
        abort_line(b, d);
    } else if (index == u->index[R_DATA]) {
        d->values[index] = old;
        write_data(d, written);
    } else if (index == u->index[R_CTRL]) {
        write_control(b, d, now, old);
    } else if (index == u->index[R_FIFO]) {
        u->rx_count = written & FIFO_RXFLUSH ? 0 : u->rx_count;
        u->tx_count = written & FIFO_TXFLUSH ? 0 : u->tx_count;
        d->values[index] &= ~((uint32_t)FIFO_RXFLUSH | (uint32_t)FIFO_TXFLUSH);
    }
    load_shifter(b, d);
    listen(b, d);
    update(b, d);
}

static void lpuart_event(dr_board *b, dr_device *d, uint32_t number) {
    if (number == EVENT_TX) {
        sent(b, d);
    } else if (number == EVENT_RX) {
        received(b, d);
        listen(b, d);
    } else if (get(d, R_CTRL) & CTRL_RE) {
        *value(d, R_STAT) |= STAT_IDLE;
    }
    update(b, d);
}

static void lpuart_clock_changed(dr_board *b, dr_device *d) {
    load_shifter(b, d);
    listen(b, d);
}

static void lpuart_reset(dr_board *b, dr_device *d) { abort_line(b, d); }

static dr_status lpuart_create(dr_board *b, dr_device *d) {
    lpuart *u = d->state;
    if (d->parameters[0] > 1 || d->parameters[1] == 0 || d->parameters[1] > MAX_FIFO) {
        return dr_fail(b, DR_ERR_ARGUMENT, "%s: register map %u or FIFO depth %u out of range", d->name,
                       d->parameters[0], d->parameters[1]);
    }
    static const uint8_t offsets[2][R_COUNT] = {
        {0x00, 0x04, 0x08, 0x0C, 0x10, 0x14, 0x18, 0x1C, 0x20, 0x24, 0x28, 0x2C},
        {0xFF, 0xFF, 0xFF, 0xFF, 0x00, 0x04, 0x08, 0x0C, 0x10, 0xFF, 0xFF, 0xFF}};
    for (uint32_t i = 0; i < R_COUNT; i++) {
        uint32_t offset = offsets[d->parameters[0]][i];
        u->index[i] = offset == 0xFF ? ~0u : dr_register_at(d, offset);
        if (offset != 0xFF && u->index[i] == ~0u) {
            return dr_fail(b, DR_ERR_ARGUMENT, "%s: the register table lacks offset 0x%02x", d->name, offset);
        }
        if (u->index[i] != ~0u) {
            d->registers[u->index[i]].flags |= DR_REG_HOOK_READ | DR_REG_HOOK_WRITE;
        }
    }
    lpuart_extra *x = d->extra = calloc(1, sizeof(lpuart_extra));
    if (!x) {
        return dr_fail(b, DR_ERR_MEMORY, "no host memory for %s", d->name);
    }
    x->stop_byte = -1;
    return DR_OK;
}

static void lpuart_destroy(dr_device *d) {
    lpuart_extra *x = d->extra;
    if (x) {
        free(x->queue), free(x->out), free(x->out_ps), free(x);
    }
}

static size_t lpuart_extra_bytes(const dr_device *d) {
    return ((const lpuart_extra *)d->extra)->count * sizeof(line_byte);
}

static void lpuart_save_extra(const dr_device *d, void *data) {
    const lpuart_extra *x = d->extra;
    memcpy(data, x->queue + x->head, x->count * sizeof(line_byte));
}

static bool reserve(lpuart_extra *x, uint32_t more) {
    if (x->count == 0) {
        x->head = 0;
    }
    if (x->head + x->count + more > x->capacity) {
        uint32_t capacity = x->head + x->count + more + CHUNK;
        line_byte *grown = realloc(x->queue, capacity * sizeof *grown);
        if (!grown) {
            return false;
        }
        x->queue = grown;
        x->capacity = capacity;
    }
    return true;
}

static bool lpuart_load_extra(dr_device *d, const void *data, size_t bytes) {
    lpuart_extra *x = d->extra;
    x->head = x->count = 0;
    x->out_head = x->out_count = 0; /* what the host has not taken belongs to the time line that was left */
    if (!reserve(x, (uint32_t)(bytes / sizeof(line_byte)))) {
        return false;
    }
    if (bytes) {
        memcpy(x->queue, data, bytes);
    }
    x->count = (uint32_t)(bytes / sizeof(line_byte));
    return true;
}

const dr_model dr_lpuart_model = {
    .state_bytes = sizeof(lpuart),
    .create = lpuart_create,
    .destroy = lpuart_destroy,
    .reset = lpuart_reset,
    .read = lpuart_read,
    .write = lpuart_write,
    .event = lpuart_event,
    .clock_changed = lpuart_clock_changed,
    .extra_bytes = lpuart_extra_bytes,
    .save_extra = lpuart_save_extra,
    .load_extra = lpuart_load_extra,
};

/* ------------------------------------------------------------------ the host's side of the line */
static dr_device *uart(const dr_board *b, uint32_t device) {
    dr_device *d = device < b->device_count ? b->devices[device] : NULL;
    return d && d->model == &dr_lpuart_model ? d : NULL;
}

dr_status dr_uart_send(dr_board *b, uint32_t device, const void *data, uint32_t length, uint64_t bit_ps,
                       uint32_t gap_bits) {
    dr_device *d = uart(b, device);
    if (!d) {
        return dr_fail(b, DR_ERR_ARGUMENT, "device %u is no UART", device);
    }
    lpuart_extra *x = d->extra;
    if (gap_bits > 1000000u || bit_ps > PS_PER_S || length > 1u << 28 || !reserve(x, length)) {
        return dr_fail(b, DR_ERR_ARGUMENT, "%u bytes with bit time %llu ps and gap %u out of range", length,
                       (unsigned long long)bit_ps, gap_bits);
    }
    for (uint32_t i = 0; i < length; i++) {
        x->queue[x->head + x->count + i] = (line_byte){bit_ps, gap_bits, ((const uint8_t *)data)[i]};
    }
    x->count += length;
    listen(b, d);
    return DR_OK;
}

uint32_t dr_uart_pending(const dr_board *b, uint32_t device) {
    dr_device *d = uart(b, device);
    return d ? ((lpuart_extra *)d->extra)->count : 0;
}

uint32_t dr_uart_available(const dr_board *b, uint32_t device) {
    dr_device *d = uart(b, device);
    lpuart_extra *x = d ? d->extra : NULL;
    return x ? x->out_count - x->out_head : 0;
}

uint32_t dr_uart_receive(dr_board *b, uint32_t device, uint8_t *data, uint64_t *at_ps, uint32_t length) {
    uint32_t available = dr_uart_available(b, device);
    uint32_t count = length < available ? length : available;
    if (count) {
        lpuart_extra *x = b->devices[device]->extra;
        memcpy(data, x->out + x->out_head, count);
        if (at_ps) {
            memcpy(at_ps, x->out_ps + x->out_head, count * sizeof *at_ps);
        }
        x->out_head += count;
        if (x->out_head == x->out_count) {
            x->out_head = x->out_count = 0;
        }
    }
    return count;
}

dr_status dr_uart_stop_on(dr_board *b, uint32_t device, int32_t byte) {
    dr_device *d = uart(b, device);
    if (!d) {
        return dr_fail(b, DR_ERR_ARGUMENT, "device %u is no UART", device);
    }
    ((lpuart_extra *)d->extra)->stop_byte = byte;
    return DR_OK;
}
