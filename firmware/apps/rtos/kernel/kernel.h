/* A small preemptive kernel: threads with fixed priorities, time slices among equals, mutexes with priority
 * inheritance, message queues, signals, and stacks that are watched.
 *
 * Of the ready threads the one with the highest priority runs. A thread's whole state is in its `struct thread` and its
 * stack, both the caller's; nothing is allocated. The functions below may be called by threads only, except where it
 * says otherwise. Interrupts are masked for the few instructions in which the kernel changes its lists. */
#ifndef RTOS_KERNEL_H
#define RTOS_KERNEL_H

#include <stdbool.h>
#include <stdint.h>

#define KERNEL_THREADS_MAX 8u
#define KERNEL_SLICE_MS 10u
#define KERNEL_FOREVER UINT32_MAX

/* Stacks are made with this: aligned for the guard at their low end (a region of the MPU where there is one). */
#define KERNEL_STACK(name, bytes) static uint32_t name[(bytes) / 4u] __attribute__((aligned(32)))

enum thread_state { THREAD_READY, THREAD_WAITING, THREAD_ENDED };

struct mutex {
    struct thread *owner;
    uint32_t depth; /* its owner may lock it again */
};

struct thread {
    uint32_t *sp; /* while it does not run */
    uint32_t *stack;
    uint32_t stack_bytes;
    const char *name;
    uint8_t priority; /* now: the base, or what it inherited */
    uint8_t base_priority;
    uint8_t state;
    bool signalled;
    bool has_deadline;
    bool timed_out;
    uint32_t deadline_ms;
    const void *waits_for; /* any object; threads that wait for it are found by its address */
    struct mutex *waits_for_mutex;
    uint32_t run_ms;     /* time it has had the core, */
    uint32_t run_cycles; /* and what is left below a millisecond */
};

struct queue {
    uint8_t *storage; /* capacity * message_bytes */
    uint32_t message_bytes;
    uint32_t capacity;
    uint32_t first;
    uint32_t count;
};

/* Before kernel_run, or from a thread. priority: 1..255, larger is more urgent. The thread ends when `entry` returns.
 */
void thread_start(struct thread *thread, const char *name, void (*entry)(void *), void *argument, uint32_t *stack,
                  uint32_t stack_bytes, uint8_t priority);

/* Never returns; the caller's stack is the interrupts' from now on. */
_Noreturn void kernel_run(void);

struct thread *thread_current(void);

void thread_sleep(uint32_t ms);
/* Sleep to `*due_ms`, which must have begun as systick_ms(), plus `period_ms`: periods do not drift. */
void thread_sleep_until(uint32_t *due_ms, uint32_t period_ms);

/* Wait until someone has signalled this thread, or the time is over: then false. A signal before the wait counts. */
bool thread_wait_signal(uint32_t timeout_ms);
void thread_signal(struct thread *thread); /* from interrupts too */

void mutex_lock(struct mutex *mutex);
void mutex_unlock(struct mutex *mutex);

/* False: still full, or empty, after the time. timeout_ms: 0 not to wait, KERNEL_FOREVER. */
bool queue_send(struct queue *queue, const void *message, uint32_t timeout_ms);
bool queue_receive(struct queue *queue, void *message, uint32_t timeout_ms);

/* Threads in the order of their start, the idle thread first; 0 behind the last. */
const struct thread *kernel_thread(uint32_t index);

/* The most that the thread has ever used of its stack, in bytes; the guard at its end not counted. */
uint32_t thread_stack_used(const struct thread *thread);

/* The SysTick interrupt calls this once a millisecond. */
void kernel_tick(void);

#endif
