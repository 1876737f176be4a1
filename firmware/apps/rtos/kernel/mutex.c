/* Mutexes with priority inheritance: while a thread waits for a mutex, its owner is at least as urgent as the thread,
 * and so is whoever that owner itself waits for. A mutex that is given back goes to the most urgent waiter at once. */
#include "kernel_internal.h"

static void inherit(const struct thread *waiter) {
    struct mutex *mutex = waiter->waits_for_mutex;
    while (mutex != 0 && mutex->owner->priority < waiter->priority) {
        mutex->owner->priority = waiter->priority;
        mutex = mutex->owner->waits_for_mutex;
    }
}

void mutex_lock(struct mutex *mutex) {
    const uint32_t mask = port_mask();
    struct thread *me = thread_current();
    if (mutex->owner == 0 || mutex->owner == me) {
        mutex->owner = me;
        mutex->depth++;
        port_unmask(mask);
        return;
    }
    me->waits_for_mutex = mutex;
    inherit(me);
    (void)kernel_block(mutex, KERNEL_FOREVER, mask); /* comes back as the owner */
}

/* The most urgent of the threads that wait for this mutex, or 0. */
static struct thread *best_waiter(const struct mutex *mutex) {
    struct thread *best = 0;
    struct thread *thread;
    for (uint32_t i = 0; (thread = kernel_thread_at(i)) != 0; i++) {
        if (thread->waits_for_mutex == mutex && (best == 0 || thread->priority > best->priority)) {
            best = thread;
        }
    }
    return best;
}

/* What a thread still inherits by the mutexes that it holds. */
static void restore_priority(struct thread *owner) {
    const struct thread *thread;
    owner->priority = owner->base_priority;
    for (uint32_t i = 0; (thread = kernel_thread_at(i)) != 0; i++) {
        const struct mutex *mutex = thread->waits_for_mutex;
        if (mutex != 0 && mutex->owner == owner && thread->priority > owner->priority) {
            owner->priority = thread->priority;
        }
    }
}

void mutex_unlock(struct mutex *mutex) {
    const uint32_t mask = port_mask();
    struct thread *me = thread_current();
    if (mutex->owner != me) {
        fault_stop("a mutex was given back by a thread that does not hold it");
    }
    mutex->depth--;
    if (mutex->depth == 0u) {
        struct thread *next = best_waiter(mutex);
        mutex->owner = next;
        if (next != 0) {
            mutex->depth = 1;
            next->waits_for_mutex = 0;
            kernel_make_ready(next, false);
        }
        restore_priority(me);
        kernel_reschedule();
    }
    port_unmask(mask);
}
