/* The UART of older Kinetis parts: 8-bit registers, with or without FIFO. KE02 reference manual, chapter UART (no
 * FIFO); KV11 reference manual, chapter UART (FIFO, BRFA).
 *
 * parameters[0]: FIFO depth in words, 1 = none. parameters[1]: 1 = the part has C4, the FIFO registers and the divider
 * fraction BRFA.
 */
#include "uart.h"

#define MAX_FIFO 16u

enum {
    R_BDH,
    R_BDL,
    R_C1,
    R_C2,
    R_S1,
    R_S2,
    R_C3,
    R_D,
    R_C4,
    R_PFIFO,
    R_CFIFO,
    R_SFIFO,
    R_TWFIFO,
    R_TCFIFO,
    R_RWFIFO,
    R_RCFIFO,
    R_COUNT
};
enum { C1_PT = 1u << 0, C1_PE = 1u << 1, C1_M = 1u << 4, C1_LOOPS = 1u << 7 };
enum { C2_RE = 1u << 2, C2_TE = 1u << 3, C2_ILIE = 1u << 4, C2_RIE = 1u << 5, C2_TCIE = 1u << 6, C2_TIE = 1u << 7 };
enum {
    S1_PF = 1u << 0,
    S1_FE = 1u << 1,
    S1_OR = 1u << 3,
    S1_IDLE = 1u << 4,
    S1_RDRF = 1u << 5,
    S1_TC = 1u << 6,
    S1_TDRE = 1u << 7
};
enum { PFIFO_RXFE = 1u << 3, PFIFO_TXFE = 1u << 7 };
enum { CFIFO_RXFLUSH = 1u << 6, CFIFO_TXFLUSH = 1u << 7 };
enum {
    SFIFO_RXUF = 1u << 0,
    SFIFO_TXOF = 1u << 1,
    SFIFO_RXOF = 1u << 2,
    SFIFO_RXEMPT = 1u << 6,
    SFIFO_TXEMPT = 1u << 7
};
#define S1_ERRORS ((uint32_t)S1_PF | S1_FE | 4u | S1_OR | S1_IDLE)

typedef struct kinetis_uart {
    dr_uart line;
    uint32_t index[R_COUNT];
    uint32_t absent;
    uint32_t seen; /* flags that a read of S1 has shown: the next access to D clears them */
    dr_fifo tx, rx;
} kinetis_uart;

static uint32_t *value(dr_device *d, int which) {
    kinetis_uart *u = d->state;
    return dr_uart_register(d, u->index[which], &u->absent);
}

static uint32_t get(dr_device *d, int which) { return *value(d, which); }

static uint32_t depth(dr_device *d, uint32_t enable_bit) {
    return get(d, R_PFIFO) & enable_bit ? d->parameters[0] : 1u;
}

static dr_frame frame(dr_device *d) {
    uint32_t c1 = get(d, R_C1), sbr = (get(d, R_BDH) & 0x1Fu) << 8 | get(d, R_BDL);
    dr_frame f = {.den = d->wire.clock_hz, .data_bits = c1 & C1_M ? 9 : 8, .stop_bits = get(d, R_BDH) & 0x20u ? 2 : 1};
    f.parity = (c1 & C1_PE) != 0;
    f.odd = (c1 & C1_PT) != 0;
    if (sbr) { /* 16 (SBR + BRFA / 32): in half clocks */
        f.num = 32u * (uint64_t)sbr + (get(d, R_C4) & 0x1Fu);
        f.den *= 2;
    }
    return f;
}

/* ------------------------------------------------------------------ outputs */
static uint32_t status(dr_device *d) {
    kinetis_uart *u = d->state;
    uint32_t s1 = get(d, R_S1) & S1_ERRORS;
    uint32_t rx_water = get(d, R_PFIFO) & PFIFO_RXFE && get(d, R_RWFIFO) ? get(d, R_RWFIFO) : 1;
    uint32_t tx_water = get(d, R_PFIFO) & PFIFO_TXFE ? get(d, R_TWFIFO) : 0;
    s1 |= u->tx.count <= tx_water ? S1_TDRE : 0;
    s1 |= u->tx.count == 0 && !u->line.shifting ? S1_TC : 0;
    s1 |= u->rx.count >= rx_water ? S1_RDRF : 0;
    return s1;
}

static void update(dr_board *b, dr_device *d) {
    uint32_t s1 = status(d), c2 = get(d, R_C2), c3 = get(d, R_C3);
    uint32_t on = s1 & c2 & ((uint32_t)C2_TIE | C2_TCIE | C2_RIE | C2_ILIE);
    dr_device_line(b, d, 0, on != 0);               /* transfer status */
    dr_device_line(b, d, 1, (s1 & c3 & 0xFu) != 0); /* errors: PEIE, FEIE, NEIE, ORIE */
}

static void go_on(dr_board *b, dr_device *d) {
    kinetis_uart *u = d->state;
    dr_frame f = frame(d);
    if (get(d, R_C2) & C2_TE) {
        dr_uart_shift_next(b, d, &f, &u->tx);
    }
    dr_uart_listen(b, d, &f, (get(d, R_C2) & C2_RE) != 0);
}

/* ------------------------------------------------------------------ data */
static void push_rx(dr_device *d, uint32_t word) {
    kinetis_uart *u = d->state;
    if (get(d, R_S1) & S1_OR || !dr_fifo_put(&u->rx, depth(d, PFIFO_RXFE), word)) {
        *value(d, R_S1) |= S1_OR;
        *value(d, R_SFIFO) |= get(d, R_PFIFO) & PFIFO_RXFE ? SFIFO_RXOF : 0u;
    }
}

static uint32_t pop_rx(dr_device *d) {
    kinetis_uart *u = d->state;
    *value(d, R_S1) &= ~u->seen; /* error flags: cleared by reading S1, then D */
    u->seen = 0;
    if (u->rx.count == 0) {
        *value(d, R_SFIFO) |= get(d, R_PFIFO) & PFIFO_RXFE ? SFIFO_RXUF : 0u;
        return u->rx.words[0];
    }
    return dr_fifo_take(&u->rx);
}

static void push_tx(dr_device *d, uint32_t word) {
    kinetis_uart *u = d->state;
    if (dr_fifo_put(&u->tx, depth(d, PFIFO_TXFE), word)) {
        return;
    }
    if (get(d, R_PFIFO) & PFIFO_TXFE) {
        *value(d, R_SFIFO) |= SFIFO_TXOF;
    } else {
        u->tx.words[0] = (uint16_t)word;
    }
}

static void received(dr_board *b, dr_device *d) {
    dr_frame f = frame(d);
    uint32_t errors = 0;
    uint32_t word = dr_uart_received(b, d, &f, dr_uart_frame_bits(&f), &errors);
    if (d->parameters[1] && get(d, R_S1) & S1_FE) { /* the KV11's FE inhibits reception until it has been cleared */
        return;
    }
    push_rx(d, word & 0xFFu);
    *value(d, R_S1) |= (errors & DR_UART_FRAMING ? S1_FE : 0u) | (errors & DR_UART_PARITY ? S1_PF : 0u);
}

/* ------------------------------------------------------------------ the model's entry points */
static void kinetis_reset(dr_board *b, dr_device *d) {
    kinetis_uart *u = d->state;
    dr_uart_abort(b, d);
    u->tx.count = u->rx.count = u->seen = 0;
}

static uint32_t kinetis_read(dr_board *b, dr_device *d, uint32_t index, uint32_t stored) {
    kinetis_uart *u = d->state;
    if (index == u->index[R_S1]) {
        uint32_t s1 = status(d);
        u->seen = s1 & S1_ERRORS;
        return s1;
    }
    if (index == u->index[R_D]) {
        uint32_t word = pop_rx(d);
        update(b, d);
        return word;
    }
    if (index == u->index[R_SFIFO]) {
        stored &= (uint32_t)SFIFO_RXUF | SFIFO_TXOF | SFIFO_RXOF;
        return stored | (u->rx.count ? 0u : SFIFO_RXEMPT) | (u->tx.count ? 0u : SFIFO_TXEMPT);
    }
    if (index == u->index[R_TCFIFO]) {
        return u->tx.count;
    }
    return index == u->index[R_RCFIFO] ? u->rx.count : stored;
}

static void kinetis_write(dr_board *b, dr_device *d, uint32_t index, uint32_t now, uint32_t old, uint32_t written) {
    kinetis_uart *u = d->state;
    if (index == u->index[R_D]) {
        d->values[index] = old;
        push_tx(d, written & 0xFFu);
    } else if (index == u->index[R_C2] && old & ~now & C2_RE) {
        dr_frame f = frame(d);
        dr_uart_deafen(b, d, &f);
    } else if (index == u->index[R_CFIFO]) {
        u->rx.count = written & CFIFO_RXFLUSH ? 0 : u->rx.count;
        u->tx.count = written & CFIFO_TXFLUSH ? 0 : u->tx.count;
        d->values[index] &= ~((uint32_t)CFIFO_RXFLUSH | CFIFO_TXFLUSH);
    }
    go_on(b, d);
    update(b, d);
}

static void kinetis_event(dr_board *b, dr_device *d, uint32_t number) {
    bool loop = (get(d, R_C1) & C1_LOOPS) != 0;
    if (number == DR_UART_EVENT_TX) {
        dr_frame f = frame(d);
        uint32_t word = dr_uart_sent(b, d, &f, loop);
        if (loop) {
            push_rx(d, word);
        }
    } else if (number == DR_UART_EVENT_RX) {
        received(b, d);
    } else if (get(d, R_C2) & C2_RE) {
        *value(d, R_S1) |= S1_IDLE;
    }
    go_on(b, d);
    update(b, d);
}

static dr_status kinetis_create(dr_board *b, dr_device *d) {
    kinetis_uart *u = d->state;
    if (d->parameters[0] == 0 || d->parameters[0] > MAX_FIFO || d->parameters[1] > 1) {
        return dr_fail(b, DR_ERR_ARGUMENT, "%s: FIFO depth %u or FIFO registers %u out of range", d->name,
                       d->parameters[0], d->parameters[1]);
    }
    static const uint8_t offsets[2][R_COUNT] = {
        {0, 1, 2, 3, 4, 5, 6, 7, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF},
        {0, 1, 2, 3, 4, 5, 6, 7, 0x0A, 0x10, 0x11, 0x12, 0x13, 0x14, 0x15, 0x16}};
    dr_status status = dr_uart_registers(b, d, offsets[d->parameters[1]], u->index, R_COUNT);
    return status == DR_OK ? dr_uart_create(b, d) : status;
}

const dr_model dr_kinetis_uart_model = {
    .is_uart = true,
    .state_bytes = sizeof(kinetis_uart),
    .create = kinetis_create,
    .destroy = dr_uart_destroy,
    .reset = kinetis_reset,
    .read = kinetis_read,
    .write = kinetis_write,
    .event = kinetis_event,
    .clock_changed = go_on,
    .extra_bytes = dr_uart_extra_bytes,
    .save_extra = dr_uart_save_extra,
    .load_extra = dr_uart_load_extra,
};
