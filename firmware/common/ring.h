/* A byte queue between one producer and one consumer, one of which may be an interrupt handler.
 *
 * head and tail count freely and are reduced only when they index the storage, so that a full ring and an empty one
 * differ. Each is written by one side only, hence no locking. The storage is a power of two, at most 32768 bytes. */
#ifndef COMMON_RING_H
#define COMMON_RING_H

#include <stdbool.h>
#include <stdint.h>

struct ring {
    uint8_t *data;
    uint16_t mask; /* bytes of storage - 1 */
    volatile uint16_t head;
    volatile uint16_t tail;
};

static inline bool ring_is_empty(const struct ring *ring) { return ring->head == ring->tail; }

static inline bool ring_is_full(const struct ring *ring) { return (uint16_t)(ring->head - ring->tail) > ring->mask; }

static inline bool ring_put(struct ring *ring, uint8_t byte) {
    if (ring_is_full(ring)) {
        return false;
    }
    ring->data[ring->head & ring->mask] = byte;
    ring->head = (uint16_t)(ring->head + 1u);
    return true;
}

static inline bool ring_get(struct ring *ring, uint8_t *byte) {
    if (ring_is_empty(ring)) {
        return false;
    }
    *byte = ring->data[ring->tail & ring->mask];
    ring->tail = (uint16_t)(ring->tail + 1u);
    return true;
}

#endif
