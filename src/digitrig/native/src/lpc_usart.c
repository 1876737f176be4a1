/* USART of the LPC84x: one word each way, no FIFO. LPC84x user manual UM11029, chapter USART. Asynchronous mode only.
 */
#include "uart.h"

enum {
    R_CFG,
    R_CTL,
    R_STAT,
    R_INTENSET,
    R_INTENCLR,
    R_RXDAT,
    R_RXDATSTAT,
    R_TXDAT,
    R_BRG,
    R_INTSTAT,
    R_OSR,
    R_ADDR,
    R_COUNT
};
enum { CFG_ENABLE = 1u << 0, CFG_LOOP = 1u << 15 };
enum { CTL_TXDIS = 1u << 6 };
enum { /* STAT, and the same places in INTENSET and INTSTAT */
       RXRDY = 1u << 0,
       RXIDLE = 1u << 1,
       TXRDY = 1u << 2,
       TXIDLE = 1u << 3,
       TXDISSTAT = 1u << 6,
       OVERRUN = 1u << 8,
       START = 1u << 12,
       FRAMERR = 1u << 13,
       PARITYERR = 1u << 14
};

typedef struct lpc_usart {
    dr_uart line;
    uint32_t index[R_COUNT];
    uint32_t tx_full, rx_full;
    uint16_t tx, rx; /* rx: data, FRAMERR and PARITYERR at their places in RXDATSTAT */
} lpc_usart;

static uint32_t *value(dr_device *d, int which) { return &d->values[((lpc_usart *)d->state)->index[which]]; }
static uint32_t get(dr_device *d, int which) { return *value(d, which); }

static dr_frame frame(dr_device *d) {
    uint32_t cfg = get(d, R_CFG), parity = cfg >> 4 & 3u;
    dr_frame f = {.den = d->wire.clock_hz, .data_bits = 7u + (cfg >> 2 & 3u), .stop_bits = cfg & 0x40u ? 2 : 1};
    f.parity = parity >= 2;
    f.odd = parity == 3;
    f.data_bits += f.parity ? 1u : 0u;
    f.num = (uint64_t)((get(d, R_OSR) & 0xFu) + 1u) * ((get(d, R_BRG) & 0xFFFFu) + 1u);
    return f;
}

static uint32_t status(dr_device *d) {
    lpc_usart *u = d->state;
    uint32_t stat = get(d, R_STAT) & ~((uint32_t)RXRDY | RXIDLE | TXRDY | TXIDLE | TXDISSTAT);
    stat |= u->rx_full ? RXRDY : 0u;
    stat |= u->line.receiving ? 0u : RXIDLE;
    stat |= u->tx_full ? 0u : TXRDY;
    stat |= u->tx_full || u->line.shifting ? 0u : TXIDLE;
    stat |= get(d, R_CTL) & CTL_TXDIS && !u->line.shifting ? TXDISSTAT : 0u;
    return stat;
}

static void update(dr_board *b, dr_device *d) {
    dr_device_line(b, d, 0, (status(d) & get(d, R_INTENSET)) != 0 && (get(d, R_CFG) & CFG_ENABLE));
}

static void go_on(dr_board *b, dr_device *d) {
    lpc_usart *u = d->state;
    dr_frame f = frame(d);
    bool enabled = (get(d, R_CFG) & CFG_ENABLE) != 0;
    if (u->tx_full && enabled && !(get(d, R_CTL) & CTL_TXDIS) && dr_uart_shift(b, d, &f, u->tx)) {
        u->tx_full = 0;
    }
    uint32_t before = u->line.receiving;
    dr_uart_listen(b, d, &f, enabled);
    *value(d, R_STAT) |= u->line.receiving && !before ? START : 0u;
}

static void take(dr_device *d, uint32_t word) {
    lpc_usart *u = d->state;
    if (u->rx_full) {
        *value(d, R_STAT) |= OVERRUN; /* the new word is lost */
        return;
    }
    u->rx = (uint16_t)word;
    u->rx_full = 1;
}

static void usart_reset(dr_board *b, dr_device *d) {
    lpc_usart *u = d->state;
    dr_uart_abort(b, d);
    u->tx_full = u->rx_full = 0;
}

static uint32_t usart_read(dr_board *b, dr_device *d, uint32_t index, uint32_t stored) {
    lpc_usart *u = d->state;
    if (index == u->index[R_STAT]) {
        return status(d);
    }
    if (index == u->index[R_INTSTAT]) {
        return status(d) & get(d, R_INTENSET);
    }
    if (index == u->index[R_RXDAT] || index == u->index[R_RXDATSTAT]) {
        u->rx_full = 0;
        update(b, d);
        return index == u->index[R_RXDAT] ? u->rx & 0x1FFu : u->rx;
    }
    return stored;
}

static void usart_write(dr_board *b, dr_device *d, uint32_t index, uint32_t now, uint32_t old, uint32_t written) {
    lpc_usart *u = d->state;
    if (index == u->index[R_TXDAT]) {
        u->tx = (uint16_t)(written & 0x1FFu);
        u->tx_full = 1;
    } else if (index == u->index[R_INTENSET]) {
        d->values[index] = old | written;
    } else if (index == u->index[R_INTENCLR]) {
        *value(d, R_INTENSET) &= ~written;
        d->values[index] = 0;
    } else if (index == u->index[R_CFG] && old & ~now & CFG_ENABLE) {
        usart_reset(b, d); /* disabled: state machines and flags go to their reset state */
        *value(d, R_STAT) = d->registers[u->index[R_STAT]].reset;
    }
    go_on(b, d);
    update(b, d);
}

static void usart_event(dr_board *b, dr_device *d, uint32_t number) {
    dr_frame f = frame(d);
    bool loop = (get(d, R_CFG) & CFG_LOOP) != 0;
    uint32_t errors = 0;
    if (number == DR_UART_EVENT_TX) {
        uint32_t word = dr_uart_sent(b, d, &f, loop);
        if (loop) {
            take(d, word);
        }
    } else if (number == DR_UART_EVENT_RX) {
        uint32_t word = dr_uart_received(b, d, &f, 1, &errors);
        uint32_t flags = (errors & DR_UART_FRAMING ? FRAMERR : 0u) | (errors & DR_UART_PARITY ? PARITYERR : 0u);
        bool next = ((lpc_usart *)d->state)->line.receiving != 0; /* a start bit followed at once */
        *value(d, R_STAT) |= flags | (next ? START : 0u);
        take(d, word | flags);
    }
    go_on(b, d);
    update(b, d);
}

static dr_status usart_create(dr_board *b, dr_device *d) {
    static const uint8_t offsets[R_COUNT] = {0x00, 0x04, 0x08, 0x0C, 0x10, 0x14, 0x18, 0x1C, 0x20, 0x24, 0x28, 0x2C};
    dr_status status = dr_uart_registers(b, d, offsets, ((lpc_usart *)d->state)->index, R_COUNT);
    return status == DR_OK ? dr_uart_create(b, d) : status;
}

const dr_model dr_lpc_usart_model = {
    .is_uart = true,
    .state_bytes = sizeof(lpc_usart),
    .create = usart_create,
    .destroy = dr_uart_destroy,
    .reset = usart_reset,
    .read = usart_read,
    .write = usart_write,
    .event = usart_event,
    .clock_changed = go_on,
    .extra_bytes = dr_uart_extra_bytes,
    .save_extra = dr_uart_save_extra,
    .load_extra = dr_uart_load_extra,
};
