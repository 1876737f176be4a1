/* What mutexes and queues are made of. All but kernel_thread_at want interrupts masked. */
#ifndef RTOS_KERNEL_INTERNAL_H
#define RTOS_KERNEL_INTERNAL_H

#include "common/fault.h"
#include "kernel.h"
#include "port.h"

/* Wait for `object`, or for time only (0); returns, with interrupts as `mask` says, once someone has called
 * kernel_wake(object) or kernel_make_ready, or the time is over. True if woken. */
bool kernel_block(const void *object, uint32_t timeout_ms, uint32_t mask);

/* All threads that wait for `object`. */
void kernel_wake(const void *object);

void kernel_make_ready(struct thread *thread, bool timed_out);

/* Have the most urgent ready thread run, if that is another. */
void kernel_reschedule(void);

/* As kernel_thread, for who may change it. */
struct thread *kernel_thread_at(uint32_t index);

#endif
