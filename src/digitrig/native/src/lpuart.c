/* LPUART: FIFOs, flags and interrupt. Registers as in the KE1xZ and i.MX RT1060 reference manuals (chapter LPUART); the
 * register table itself comes from the host, offsets select the behaviour here.
 *
 * parameters[0]: 0 = registers start at 0x10 behind VERID, PARAM, GLOBAL, PINCFG; 1 = they start at 0 (no FIFO).
 * parameters[1]: FIFO depth in words (1 = none).
 */
#include "uart.h"

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
enum { /* CTRL; the interrupt enables lie at their flags' places or 8 bits above */
       CTRL_PT = 1u << 0,
       CTRL_PE = 1u << 1,
       CTRL_M = 1u << 4,
       CTRL_LOOPS = 1u << 7,
       CTRL_M7 = 1u << 11,
       CTRL_RE = 1u << 18,
       CTRL_TE = 1u << 19
};
enum { BAUD_SBNS = 1u << 13, BAUD_M10 = 1u << 29 };
enum { /* FIFO */
       FIFO_RXFE = 1u << 3,
       FIFO_TXFE = 1u << 7,
       FIFO_RXFLUSH = 1u << 14,
       FIFO_TXFLUSH = 1u << 15,
       FIFO_RXUF = 1u << 16,
       FIFO_TXOF = 1u << 17,
       FIFO_RXEMPT = 1u << 22,
       FIFO_TXEMPT = 1u << 23
};
enum { DATA_RXEMPT = 1u << 12, DATA_FRETSC = 1u << 13, DATA_PARITYE = 1u << 14 };

typedef struct lpuart {
    dr_uart line;
    uint32_t index[R_COUNT]; /* register index, ~0u where the map has none */
    uint32_t absent;         /* stands for registers that the short map lacks: always 0 */
    dr_fifo tx, rx;          /* rx: data and DATA_* flags */
} lpuart;

static uint32_t *value(dr_device *d, int which) {
    lpuart *u = d->state;
    return dr_uart_register(d, u->index[which], &u->absent);
}

static uint32_t get(dr_device *d, int which) { return *value(d, which); }

static uint32_t depth(dr_device *d, uint32_t enable_bit) { return get(d, R_FIFO) & enable_bit ? d->parameters[1] : 1u; }

static dr_frame frame(dr_device *d) {
    uint32_t baud = get(d, R_BAUD), ctrl = get(d, R_CTRL);
    uint32_t osr = baud >> 24 & 0x1Fu;
    dr_frame f = {.den = d->wire.clock_hz, .stop_bits = baud & BAUD_SBNS ? 2 : 1};
    f.num = (uint64_t)((osr < 3 ? 15 : osr) + 1u) * (baud & 0x1FFFu); /* 0..2 select 16x oversampling */
    f.data_bits = baud & BAUD_M10 ? 10 : ctrl & CTRL_M ? 9 : ctrl & CTRL_M7 ? 7 : 8;
    f.parity = (ctrl & CTRL_PE) != 0;
    f.odd = (ctrl & CTRL_PT) != 0;
    return f;
}

/* ------------------------------------------------------------------ outputs: recomputed from state after any change */
static uint32_t status(dr_device *d) {
    lpuart *u = d->state;
    uint32_t stat = get(d, R_STAT) & ~((uint32_t)STAT_RDRF | STAT_TC | STAT_TDRE | STAT_RAF);
    uint32_t water = get(d, R_WATER);
    uint32_t tx_water = get(d, R_FIFO) & FIFO_TXFE ? water & 0xFFu : 0;
    uint32_t rx_water = get(d, R_FIFO) & FIFO_RXFE ? water >> 16 & 0xFFu : 0;
    stat |= u->tx.count <= tx_water ? STAT_TDRE : 0;
    stat |= u->tx.count == 0 && !u->line.shifting ? STAT_TC : 0;
    stat |= u->rx.count > rx_water ? STAT_RDRF : 0;
    stat |= u->line.receiving ? STAT_RAF : 0;
    return stat;
}

static void update(dr_board *b, dr_device *d) {
    uint32_t stat = status(d), ctrl = get(d, R_CTRL), fifo = get(d, R_FIFO);
    uint32_t on = stat & ctrl & (STAT_TDRE | STAT_TC | STAT_RDRF | STAT_IDLE);
    on |= stat & ctrl >> 8 & (STAT_PF | STAT_FE | STAT_NF | STAT_OR);
    on |= fifo & fifo << 8 & (FIFO_RXUF | FIFO_TXOF);
    dr_device_line(b, d, 0, on != 0);
}

static void go_on(dr_board *b, dr_device *d) { /* whatever can start now, starts */
    lpuart *u = d->state;
    dr_frame f = frame(d);
    if (get(d, R_CTRL) & CTRL_TE) {
        dr_uart_shift_next(b, d, &f, &u->tx);
    }
    dr_uart_listen(b, d, &f, (get(d, R_CTRL) & CTRL_RE) != 0);
}

/* ------------------------------------------------------------------ FIFOs */
static void push_rx(dr_device *d, uint32_t word) {
    lpuart *u = d->state;
    if (get(d, R_STAT) & STAT_OR || !dr_fifo_put(&u->rx, depth(d, FIFO_RXFE), word)) {
        *value(d, R_STAT) |= STAT_OR; /* lost; nothing more is stored until OR has been cleared */
    }
}

static uint32_t pop_rx(dr_device *d) {
    lpuart *u = d->state;
    if (u->rx.count == 0) {
        if (get(d, R_FIFO) & FIFO_RXFE) {
            *value(d, R_FIFO) |= FIFO_RXUF;
        }
        return DATA_RXEMPT;
    }
    return dr_fifo_take(&u->rx);
}

static void push_tx(dr_device *d, uint32_t word) {
    lpuart *u = d->state;
    if (dr_fifo_put(&u->tx, depth(d, FIFO_TXFE), word & 0x3FFu)) {
        return;
    }
    if (get(d, R_FIFO) & FIFO_TXFE) {
        *value(d, R_FIFO) |= FIFO_TXOF;
    } else {
        u->tx.words[0] = (uint16_t)(word & 0x3FFu); /* without FIFO the buffer is overwritten */
    }
}

/* ------------------------------------------------------------------ the model's entry points */
static void lpuart_reset(dr_board *b, dr_device *d) {
    lpuart *u = d->state;
    dr_uart_abort(b, d);
    u->tx.count = u->rx.count = 0;
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
        stored &= ~((uint32_t)FIFO_RXEMPT | FIFO_TXEMPT);
        return stored | (u->rx.count ? 0u : FIFO_RXEMPT) | (u->tx.count ? 0u : FIFO_TXEMPT);
    }
    if (index == u->index[R_WATER]) {
        return (stored & 0x00FF00FFu) | u->tx.count << 8 | u->rx.count << 24;
    }
    return stored;
}

static void lpuart_write(dr_board *b, dr_device *d, uint32_t index, uint32_t now, uint32_t old, uint32_t written) {
    lpuart *u = d->state;
    if (index == u->index[R_GLOBAL] && now & 2u) { /* RST: everything but GLOBAL goes to its reset value */
        for (uint32_t i = 0; i < d->register_count; i++) {
            d->values[i] = i == index ? now : d->registers[i].reset;
        }
        lpuart_reset(b, d);
    } else if (index == u->index[R_DATA]) {
        d->values[index] = old;
        push_tx(d, written);
    } else if (index == u->index[R_CTRL] && old & ~now & CTRL_RE) {
        dr_frame f = frame(d);
        dr_uart_deafen(b, d, &f);
    } else if (index == u->index[R_FIFO]) {
        u->rx.count = written & FIFO_RXFLUSH ? 0 : u->rx.count;
        u->tx.count = written & FIFO_TXFLUSH ? 0 : u->tx.count;
        d->values[index] &= ~((uint32_t)FIFO_RXFLUSH | FIFO_TXFLUSH);
    }
    go_on(b, d);
    update(b, d);
}

static void received(dr_board *b, dr_device *d) {
    dr_frame f = frame(d);
    uint32_t errors = 0, idle_bits = dr_uart_frame_bits(&f) << (get(d, R_CTRL) >> 8 & 7u);
    uint32_t word = dr_uart_received(b, d, &f, idle_bits, &errors);
    if (errors & DR_UART_FRAMING) {
        word |= DATA_FRETSC;
        *value(d, R_STAT) |= STAT_FE;
    }
    if (errors & DR_UART_PARITY) {
        word |= DATA_PARITYE;
        *value(d, R_STAT) |= STAT_PF;
    }
    push_rx(d, word);
}

static void lpuart_event(dr_board *b, dr_device *d, uint32_t number) {
    bool loop = (get(d, R_CTRL) & CTRL_LOOPS) != 0;
    if (number == DR_UART_EVENT_TX) {
        dr_frame f = frame(d);
        uint32_t word = dr_uart_sent(b, d, &f, loop);
        if (loop) {
            push_rx(d, word);
        }
    } else if (number == DR_UART_EVENT_RX) {
        received(b, d);
    } else if (get(d, R_CTRL) & CTRL_RE) {
        *value(d, R_STAT) |= STAT_IDLE;
    }
    go_on(b, d);
    update(b, d);
}

static dr_status lpuart_create(dr_board *b, dr_device *d) {
    lpuart *u = d->state;
    if (d->parameters[0] > 1 || d->parameters[1] == 0 || d->parameters[1] > DR_FIFO_WORDS) {
        return dr_fail(b, DR_ERR_ARGUMENT, "%s: register map %u or FIFO depth %u out of range", d->name,
                       d->parameters[0], d->parameters[1]);
    }
    static const uint8_t offsets[2][R_COUNT] = {
        {0x00, 0x04, 0x08, 0x0C, 0x10, 0x14, 0x18, 0x1C, 0x20, 0x24, 0x28, 0x2C},
        {0xFF, 0xFF, 0xFF, 0xFF, 0x00, 0x04, 0x08, 0x0C, 0x10, 0xFF, 0xFF, 0xFF}};
    dr_status status = dr_uart_registers(b, d, offsets[d->parameters[0]], u->index, R_COUNT);
    return status == DR_OK ? dr_uart_create(b, d) : status;
}

const dr_model dr_lpuart_model = {
    .is_uart = true,
    .state_bytes = sizeof(lpuart),
    .create = lpuart_create,
    .destroy = dr_uart_destroy,
    .reset = lpuart_reset,
    .read = lpuart_read,
    .write = lpuart_write,
    .event = lpuart_event,
    .clock_changed = go_on,
    .extra_bytes = dr_uart_extra_bytes,
    .save_extra = dr_uart_save_extra,
    .load_extra = dr_uart_load_extra,
};
