#include "kernel.h"

#include "boards/board.h"
#include "common/cpu.h"
#include "common/fault.h"
#include "common/line.h"
#include "drivers/systick.h"
#include "kernel_internal.h"

#define IDLE_STACK_BYTES 512u

static struct thread *threads[KERNEL_THREADS_MAX];
static uint32_t thread_count;
static struct thread *current;
static uint32_t current_index;
static uint32_t slice_left_ms;
static uint32_t switched_at; /* core clocks */

static struct thread idle;
KERNEL_STACK(idle_stack, IDLE_STACK_BYTES);

struct thread *thread_current(void) { return current; }

struct thread *kernel_thread_at(uint32_t index) { return index < thread_count ? threads[index] : 0; }

const struct thread *kernel_thread(uint32_t index) { return kernel_thread_at(index); }

/* ---------------------------------------------------------------- who runs next */

/* Index of the most urgent ready thread; among equals the current one while its slice lasts, then the next in turn. */
static uint32_t choose(void) {
    const uint32_t start = slice_left_ms > 0u ? current_index : current_index + 1u;
    uint32_t best = 0; /* the idle thread is always ready */
    uint32_t best_priority = 0;
    for (uint32_t i = 0; i < thread_count; i++) {
        const uint32_t index = (start + i) % thread_count;
        if (threads[index]->state == THREAD_READY && threads[index]->priority > best_priority) {
            best = index;
            best_priority = threads[index]->priority;
        }
    }
    return best;
}

void kernel_reschedule(void) {
    if (current != 0 && choose() != current_index) {
        port_request_switch();
    }
}

static void account(uint32_t now) {
    const uint32_t clocks_per_ms = board_core_hz() / 1000u;
    current->run_cycles += now - switched_at;
    switched_at = now;
    while (current->run_cycles >= clocks_per_ms) {
        current->run_cycles -= clocks_per_ms;
        current->run_ms++;
    }
}

uint32_t *kernel_switch(uint32_t *sp) {
    const uint32_t now = board_cycles();
    const uint32_t mask = port_mask();
    kernel_check_stack(sp);
    account(now);
    current->sp = sp;
    current_index = choose();
    current = threads[current_index];
    slice_left_ms = KERNEL_SLICE_MS;
    port_guard_stack(current->stack);
    sp = current->sp;
    port_unmask(mask);
    return sp;
}

/* ---------------------------------------------------------------- stacks */

_Noreturn void kernel_stack_overflow(void) {
    struct line line;
    line_begin(&line);
    line_text(&line, "stack overflow in thread '");
    line_text(&line, current->name);
    line_text(&line, "'");
    line.text[line.length] = '\0';
    fault_stop(line.text);
}

void kernel_check_stack(const uint32_t *sp) {
    const uintptr_t low = (uintptr_t)current->stack + PORT_GUARD_BYTES;
#if __ARM_ARCH < 7 /* where there is no MPU, the guard's content tells */
    if (current->stack[0] != PORT_STACK_FILL || current->stack[1] != PORT_STACK_FILL) {
        kernel_stack_overflow();
    }
#endif
    if ((uintptr_t)sp < low) {
        kernel_stack_overflow();
    }
}

uint32_t thread_stack_used(const struct thread *thread) {
    uint32_t word = PORT_GUARD_BYTES / 4u;
    while (word < thread->stack_bytes / 4u && thread->stack[word] == PORT_STACK_FILL) {
        word++;
    }
    return thread->stack_bytes - 4u * word;
}

/* Overrides that of common/fault.c: may an exception frame be read? */
bool fault_frame_is_readable(uintptr_t frame, uint32_t bytes) {
    for (uint32_t i = 0; i < thread_count; i++) {
        const uintptr_t low = (uintptr_t)threads[i]->stack;
        if (frame >= low && frame + bytes <= low + threads[i]->stack_bytes) {
            return true;
        }
    }
    return fault_frame_is_on_main_stack(frame, bytes);
}

/* ---------------------------------------------------------------- threads */

static void thread_exit(void) {
    (void)port_mask();
    current->state = THREAD_ENDED;
    port_request_switch();
    cpu_unmask_interrupts();
    for (;;) {
    }
}

static void add(struct thread *thread, const char *name, uint32_t *stack, uint32_t stack_bytes, uint8_t priority) {
    if (thread_count == KERNEL_THREADS_MAX) {
        fault_stop("too many threads");
    }
    for (uint32_t word = 0; word < stack_bytes / 4u; word++) {
        stack[word] = PORT_STACK_FILL;
    }
    *thread = (struct thread){.stack = stack,
                              .stack_bytes = stack_bytes,
                              .name = name,
                              .priority = priority,
                              .base_priority = priority,
                              .state = THREAD_READY};
    threads[thread_count++] = thread;
}

void thread_start(struct thread *thread, const char *name, void (*entry)(void *), void *argument, uint32_t *stack,
                  uint32_t stack_bytes, uint8_t priority) {
    const uint32_t mask = port_mask();
    if (thread_count == 0u) {
        add(&idle, "idle", idle_stack, IDLE_STACK_BYTES, 0);
    }
    add(thread, name, stack, stack_bytes, priority);
    thread->sp = port_new_stack(&stack[stack_bytes / 4u], entry, argument, thread_exit);
    kernel_reschedule();
    port_unmask(mask);
}

static void run_idle(void) {
    port_request_switch();
    for (;;) {
        cpu_wait_for_interrupt();
    }
}

_Noreturn void kernel_run(void) {
    (void)port_mask();
    port_init();
    current_index = 0;
    current = threads[0];
    switched_at = board_cycles();
    port_guard_stack(current->stack);
    port_become_thread(&idle_stack[IDLE_STACK_BYTES / 4u], run_idle);
}

/* ---------------------------------------------------------------- waiting */

bool kernel_block(const void *object, uint32_t timeout_ms, uint32_t mask) {
    current->waits_for = object;
    current->has_deadline = timeout_ms != KERNEL_FOREVER;
    current->deadline_ms = systick_ms() + timeout_ms;
    current->timed_out = false;
    current->state = THREAD_WAITING;
    port_request_switch();
    port_unmask(mask); /* PendSV comes here */
    return !current->timed_out;
}

void kernel_make_ready(struct thread *thread, bool timed_out) {
    thread->state = THREAD_READY;
    thread->timed_out = timed_out;
    thread->waits_for = 0;
}

void kernel_wake(const void *object) {
    for (uint32_t i = 0; i < thread_count; i++) {
        if (threads[i]->state == THREAD_WAITING && threads[i]->waits_for == object) {
            kernel_make_ready(threads[i], false);
        }
    }
    kernel_reschedule();
}

void kernel_tick(void) {
    if (current == 0) {
        return;
    }
    const uint32_t mask = port_mask();
    const uint32_t now = systick_ms();
    kernel_check_stack(port_thread_sp());
    for (uint32_t i = 0; i < thread_count; i++) {
        struct thread *thread = threads[i];
        if (thread->state == THREAD_WAITING && thread->has_deadline && (int32_t)(now - thread->deadline_ms) >= 0) {
            kernel_make_ready(thread, true);
        }
    }
    if (slice_left_ms > 0u) {
        slice_left_ms--;
    }
    kernel_reschedule();
    port_unmask(mask);
}

void thread_sleep(uint32_t ms) { (void)kernel_block(0, ms, port_mask()); }

void thread_sleep_until(uint32_t *due_ms, uint32_t period_ms) {
    *due_ms += period_ms;
    const uint32_t mask = port_mask();
    const int32_t left = (int32_t)(*due_ms - systick_ms());
    if (left > 0) {
        (void)kernel_block(0, (uint32_t)left, mask);
    } else {
        port_unmask(mask);
    }
}

bool thread_wait_signal(uint32_t timeout_ms) {
    const uint32_t mask = port_mask();
    const bool came = current->signalled || kernel_block(&current->signalled, timeout_ms, mask);
    current->signalled = false;
    port_unmask(mask);
    return came;
}

void thread_signal(struct thread *thread) {
    const uint32_t mask = port_mask();
    thread->signalled = true;
    kernel_wake(&thread->signalled);
    port_unmask(mask);
}
