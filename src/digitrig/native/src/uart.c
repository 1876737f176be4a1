/* The line of a UART: see uart.h. */
#include "uart.h"

#include <stdlib.h>
#include <string.h>

#define PS_PER_S 1000000000000ull
#define CHUNK 4096u

typedef struct line_byte { /* one byte of the sender */
    uint64_t bit_ps;       /* 0: the receiver's rate when the byte starts */
    uint32_t gap_bits;
    uint8_t byte;
} line_byte;

typedef struct extra {
    line_byte *queue; /* snapshot data */
    uint32_t head, count, capacity;
    uint8_t *out; /* history: what the board has sent, until the host takes it */
    uint64_t *out_ps;
    uint32_t out_head, out_count, out_capacity;
    int32_t stop_byte; /* the host's wish, no state of the board */
} extra;

/* ------------------------------------------------------------------ frames */
uint64_t dr_uart_ps(const dr_frame *f, uint64_t half_bits) {
    if (f->num == 0 || f->den == 0) {
        return 0;
    }
    return (uint64_t)((unsigned __int128)half_bits * f->num * PS_PER_S / (2u * (unsigned __int128)f->den));
}

static uint32_t payload_bits(const dr_frame *f) { return f->data_bits - (f->parity ? 1u : 0u); }

static uint32_t with_parity(const dr_frame *f, uint32_t word) {
    word &= (1u << payload_bits(f)) - 1u;
    if (f->parity) {
        uint32_t odd = (uint32_t)__builtin_popcount(word) & 1u;
        word |= (odd ^ (f->odd ? 1u : 0u)) << payload_bits(f);
    }
    return word;
}

static uint32_t bit_level(const dr_frame *f, uint32_t word, uint32_t bit) { /* bit 0 is the start bit */
    return bit == 0 ? 0u : bit <= f->data_bits ? word >> (bit - 1) & 1u : 1u;
}

/* ------------------------------------------------------------------ transmitter */
bool dr_uart_shift(dr_board *b, dr_device *d, const dr_frame *f, uint32_t word) {
    dr_uart *u = d->state;
    uint64_t frame_ps = dr_uart_ps(f, 2u * dr_uart_frame_bits(f));
    if (u->shifting || frame_ps == 0) {
        return false;
    }
    u->shift_word = with_parity(f, word);
    u->shifting = 1;
    dr_schedule_at(b, d->index, DR_UART_EVENT_TX, dr_device_now(b) + frame_ps, DR_UART_PRIORITY);
    return true;
}

bool dr_fifo_put(dr_fifo *f, uint32_t depth, uint32_t word) {
    if (f->count >= depth || f->count >= DR_FIFO_WORDS) {
        return false;
    }
    f->words[f->count++] = (uint16_t)word;
    return true;
}

uint32_t dr_fifo_take(dr_fifo *f) {
    uint32_t word = f->words[0];
    f->count--;
    memmove(&f->words[0], &f->words[1], f->count * sizeof f->words[0]);
    return word;
}

void dr_uart_shift_next(dr_board *b, dr_device *d, const dr_frame *f, dr_fifo *fifo) {
    if (fifo->count && dr_uart_shift(b, d, f, fifo->words[0])) {
        dr_fifo_take(fifo);
    }
}

static void keep_output(dr_board *b, dr_device *d, uint8_t byte) {
    extra *x = d->extra;
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

uint32_t dr_uart_sent(dr_board *b, dr_device *d, const dr_frame *f, bool loop) {
    dr_uart *u = d->state;
    uint32_t word = u->shift_word & ((1u << payload_bits(f)) - 1u);
    u->shifting = 0;
    if (!loop) {
        int32_t stop_byte = ((extra *)d->extra)->stop_byte;
        keep_output(b, d, (uint8_t)word);
        if (stop_byte >= 0 && (word & 0xFFu) == (uint32_t)stop_byte) {
            dr_stop_run(b, DR_STOP_BYTE, word);
        }
    }
    return word;
}

/* ------------------------------------------------------------------ receiver */
static line_byte *queued(extra *x, uint32_t i) { return &x->queue[x->head + i]; }

static uint64_t sender_bit(const dr_frame *f, line_byte *q) {
    if (q->bit_ps == 0) {
        q->bit_ps = dr_uart_ps(f, 2);
    }
    return q->bit_ps ? q->bit_ps : 1;
}

static uint64_t byte_ps(const dr_frame *f, line_byte *q) {
    return sender_bit(f, q) * (dr_uart_frame_bits(f) + q->gap_bits);
}

/* Level of the line at a time; bytes that ended before it are dropped when `drop` is set. */
static uint32_t line_level(dr_device *d, const dr_frame *f, uint64_t at_ps, bool drop) {
    dr_uart *u = d->state;
    extra *x = d->extra;
    uint64_t start = u->head_start_ps;
    for (uint32_t i = 0; i < x->count;) {
        line_byte *q = queued(x, i);
        uint64_t end = start + byte_ps(f, q);
        if (at_ps < end) {
            uint64_t bit = at_ps < start ? UINT32_MAX : (at_ps - start) / sender_bit(f, q);
            return bit_level(f, with_parity(f, q->byte), (uint32_t)bit);
        }
        start = end;
        if (drop) {
            x->head++;
            x->count--;
            u->head_start_ps = u->line_free_ps = start;
        } else {
            i++;
        }
    }
    return 1;
}

/* First falling edge at or after a time, DR_NEVER if the queue holds none. */
static uint64_t next_edge(dr_device *d, const dr_frame *f, uint64_t from_ps) {
    dr_uart *u = d->state;
    extra *x = d->extra;
    uint64_t start = u->head_start_ps;
    uint32_t before = 1;
    for (uint32_t i = 0; i < x->count; i++) {
        line_byte *q = queued(x, i);
        uint64_t bit_ps = sender_bit(f, q);
        uint32_t word = with_parity(f, q->byte);
        for (uint32_t bit = 0; bit < dr_uart_frame_bits(f); bit++) {
            uint32_t level = bit_level(f, word, bit);
            if (before && !level && start + bit * bit_ps >= from_ps) {
                return start + bit * bit_ps;
            }
            before = level;
        }
        before = q->gap_bits ? 1 : before;
        start += byte_ps(f, q);
    }
    return DR_NEVER;
}

static void await(dr_board *b, dr_device *d, const dr_frame *f) { /* the middle of the stop bit */
    dr_uart *u = d->state;
    uint64_t at_ps = u->edge_ps + dr_uart_ps(f, 2u * f->data_bits + 3u);
    dr_schedule_at(b, d->index, DR_UART_EVENT_RX, at_ps, DR_UART_PRIORITY);
}

void dr_uart_listen(dr_board *b, dr_device *d, const dr_frame *f, bool enabled) {
    dr_uart *u = d->state;
    extra *x = d->extra;
    if (u->receiving || x->count == 0 || !enabled || dr_uart_ps(f, 2) == 0) {
        return;
    }
    uint64_t now = dr_device_now(b);
    u->head_start_ps = u->edge_ps = u->line_free_ps > now ? u->line_free_ps : now;
    u->receiving = 1;
    dr_cancel_event(b, d->index, DR_UART_EVENT_IDLE);
    await(b, d, f);
}

static uint32_t sample(dr_device *d, const dr_frame *f) {
    dr_uart *u = d->state;
    line_byte *first = queued(d->extra, 0);
    uint32_t word = 0;
    if (((extra *)d->extra)->count && sender_bit(f, first) == dr_uart_ps(f, 2) && u->edge_ps == u->head_start_ps) {
        return with_parity(f, first->byte); /* same rate: no need to sample */
    }
    for (uint32_t i = 0; i < f->data_bits; i++) {
        word |= line_level(d, f, u->edge_ps + dr_uart_ps(f, 2u * i + 3u), false) << i;
    }
    return word;
}

uint32_t dr_uart_received(dr_board *b, dr_device *d, const dr_frame *f, uint32_t idle_bits, uint32_t *errors) {
    dr_uart *u = d->state;
    extra *x = d->extra;
    uint32_t word = sample(d, f);
    uint64_t stop_ps = u->edge_ps + dr_uart_ps(f, 2u * f->data_bits + 3u);
    *errors = line_level(d, f, stop_ps, true) ? 0 : DR_UART_FRAMING;
    *errors |= word != with_parity(f, word) ? DR_UART_PARITY : 0;
    u->edge_ps = next_edge(d, f, stop_ps);
    if (u->edge_ps != DR_NEVER) {
        line_level(d, f, u->edge_ps, true);
        await(b, d, f);
    } else { /* what is left of the last byte holds no edge: it ends without being seen */
        if (x->count) {
            u->line_free_ps = u->head_start_ps;
        }
        for (uint32_t i = 0; i < x->count; i++) {
            u->line_free_ps += byte_ps(f, queued(x, i));
        }
        x->head = x->count = 0;
        u->receiving = 0;
        uint64_t idle_ps = stop_ps + dr_uart_ps(f, 2u * idle_bits);
        dr_schedule_at(b, d->index, DR_UART_EVENT_IDLE, idle_ps, DR_UART_PRIORITY);
    }
    return word & ((1u << payload_bits(f)) - 1u);
}

void dr_uart_deafen(dr_board *b, dr_device *d, const dr_frame *f) {
    dr_uart *u = d->state;
    dr_cancel_event(b, d->index, DR_UART_EVENT_RX);
    if (u->receiving) {
        line_level(d, f, dr_device_now(b), true);
    }
    u->receiving = 0;
}

void dr_uart_abort(dr_board *b, dr_device *d) {
    dr_uart *u = d->state;
    dr_cancel_device(b, d->index);
    u->shifting = u->receiving = 0;
}

/* ------------------------------------------------------------------ life and snapshots */
dr_status dr_uart_registers(dr_board *b, dr_device *d, const uint8_t *offsets, uint32_t *index, uint32_t count) {
    for (uint32_t i = 0; i < count; i++) {
        index[i] = offsets[i] == 0xFF ? ~0u : dr_register_at(d, offsets[i]);
        if (offsets[i] != 0xFF && index[i] == ~0u) {
            return dr_fail(b, DR_ERR_ARGUMENT, "%s: the register table lacks offset 0x%02x", d->name, offsets[i]);
        }
        if (index[i] != ~0u) {
            d->registers[index[i]].flags |= DR_REG_HOOK_READ | DR_REG_HOOK_WRITE;
        }
    }
    return DR_OK;
}

uint32_t *dr_uart_register(dr_device *d, uint32_t index, uint32_t *absent) {
    if (index == ~0u) {
        *absent = 0;
        return absent;
    }
    return &d->values[index];
}

dr_status dr_uart_create(dr_board *b, dr_device *d) {
    extra *x = d->extra = calloc(1, sizeof(extra));
    if (!x) {
        return dr_fail(b, DR_ERR_MEMORY, "no host memory for %s", d->name);
    }
    x->stop_byte = -1;
    return DR_OK;
}

void dr_uart_destroy(dr_device *d) {
    extra *x = d->extra;
    if (x) {
        free(x->queue), free(x->out), free(x->out_ps), free(x);
    }
}

static bool reserve(extra *x, uint32_t more) {
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

size_t dr_uart_extra_bytes(const dr_device *d) { return ((const extra *)d->extra)->count * sizeof(line_byte); }

void dr_uart_save_extra(const dr_device *d, void *data) {
    const extra *x = d->extra;
    memcpy(data, x->queue + x->head, x->count * sizeof(line_byte));
}

bool dr_uart_load_extra(dr_device *d, const void *data, size_t bytes) {
    extra *x = d->extra;
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

/* ------------------------------------------------------------------ the host's side of the line */
static dr_device *uart(const dr_board *b, uint32_t device) {
    dr_device *d = device < b->device_count ? b->devices[device] : NULL;
    return d && d->model && d->model->is_uart ? d : NULL;
}

dr_status dr_uart_send(dr_board *b, uint32_t device, const void *data, uint32_t length, uint64_t bit_ps,
                       uint32_t gap_bits) {
    dr_device *d = uart(b, device);
    if (!d) {
        return dr_fail(b, DR_ERR_ARGUMENT, "device %u is no UART", device);
    }
    extra *x = d->extra;
    if (gap_bits > 1000000u || bit_ps > PS_PER_S || length > 1u << 28 || !reserve(x, length)) {
        return dr_fail(b, DR_ERR_ARGUMENT, "%u bytes with bit time %llu ps and gap %u out of range", length,
                       (unsigned long long)bit_ps, gap_bits);
    }
    for (uint32_t i = 0; i < length; i++) {
        x->queue[x->head + x->count + i] = (line_byte){bit_ps, gap_bits, ((const uint8_t *)data)[i]};
    }
    x->count += length;
    d->model->clock_changed(b, d); /* looks whether a byte can start */
    return DR_OK;
}

uint32_t dr_uart_pending(const dr_board *b, uint32_t device) {
    dr_device *d = uart(b, device);
    return d ? ((extra *)d->extra)->count : 0;
}

uint32_t dr_uart_available(const dr_board *b, uint32_t device) {
    dr_device *d = uart(b, device);
    extra *x = d ? d->extra : NULL;
    return x ? x->out_count - x->out_head : 0;
}

uint32_t dr_uart_receive(dr_board *b, uint32_t device, uint8_t *data, uint64_t *at_ps, uint32_t length) {
    uint32_t available = dr_uart_available(b, device);
    uint32_t count = length < available ? length : available;
    if (count) {
        extra *x = b->devices[device]->extra;
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
    ((extra *)d->extra)->stop_byte = byte;
    return DR_OK;
}
