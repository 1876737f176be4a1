/* Message queues: messages of one size are copied in and out. */
#include "kernel_internal.h"

static void copy(uint8_t *to, const uint8_t *from, uint32_t bytes) {
    for (uint32_t i = 0; i < bytes; i++) {
        to[i] = from[i];
    }
}

/* Wait until the queue holds another number of messages than `unwanted`. Returns with interrupts masked; false when the
 * time is over and nothing has changed. */
static bool wait_for_change(struct queue *queue, uint32_t unwanted, uint32_t timeout_ms, uint32_t mask) {
    while (queue->count == unwanted) {
        if (timeout_ms == 0u) {
            return false;
        }
        const bool woken = kernel_block(queue, timeout_ms, mask);
        (void)port_mask();
        if (!woken && queue->count == unwanted) {
            return false;
        }
    }
    return true;
}

bool queue_send(struct queue *queue, const void *message, uint32_t timeout_ms) {
    const uint32_t mask = port_mask();
    const bool room = wait_for_change(queue, queue->capacity, timeout_ms, mask);
    if (room) {
        const uint32_t slot = (queue->first + queue->count) % queue->capacity;
        copy(&queue->storage[slot * queue->message_bytes], message, queue->message_bytes);
        queue->count++;
        kernel_wake(queue);
    }
    port_unmask(mask);
    return room;
}

bool queue_receive(struct queue *queue, void *message, uint32_t timeout_ms) {
    const uint32_t mask = port_mask();
    const bool there = wait_for_change(queue, 0, timeout_ms, mask);
    if (there) {
        copy(message, &queue->storage[queue->first * queue->message_bytes], queue->message_bytes);
        queue->first = (queue->first + 1u) % queue->capacity;
        queue->count--;
        kernel_wake(queue);
    }
    port_unmask(mask);
    return there;
}
