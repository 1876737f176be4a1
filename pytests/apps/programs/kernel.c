/* The kernel of the rtos app put to the test on the part itself. Prints `<what>: ok` or `<what>: <what was found>` for
 * each scenario, and `done`. */
#include "apps/rtos/kernel/kernel.c"
#include "apps/rtos/kernel/mutex.c"
#include "apps/rtos/kernel/port.c"
#include "apps/rtos/kernel/queue.c"
#include "common/start.h"

#define STACK_BYTES 768u
#define LOW 1u
#define MIDDLE 2u
#define HIGH 3u

void SysTick_Handler(void) {
    systick_count();
    kernel_tick();
}

static struct thread director;
static struct thread actors[3];
KERNEL_STACK(director_stack, 1024);
KERNEL_STACK(stack_a, STACK_BYTES);
KERNEL_STACK(stack_b, STACK_BYTES);
KERNEL_STACK(stack_c, STACK_BYTES);
static uint32_t *const stacks[3] = {stack_a, stack_b, stack_c};

static char trace[32];
static volatile uint32_t traced;

static void mark(char letter) {
    const uint32_t mask = port_mask();
    if (traced < sizeof trace - 1u) {
        trace[traced++] = letter;
        trace[traced] = '\0';
    }
    port_unmask(mask);
}

static void say(const char *what, const char *result) {
    struct line line;
    line_begin(&line);
    line_text(&line, what);
    if (result[0] != '\0') {
        line_text(&line, ": ");
        line_text(&line, result);
    }
    line_end(&line);
    (void)serial_write(&board_console, line.text, line.length);
}

static bool equal(const char *left, const char *right) {
    while (*left != '\0' && *left == *right) {
        left++;
        right++;
    }
    return *left == *right;
}

/* A thread's place is used again once it has ended: all that came after the director go. */
static void start(uint32_t actor, void (*entry)(void *), uint8_t priority) {
    static const char *const names[3] = {"a", "b", "c"};
    thread_start(&actors[actor], names[actor], entry, 0, stacks[actor], STACK_BYTES, priority);
}

static void next_scenario(void) {
    const uint32_t mask = port_mask();
    thread_count = 2;
    traced = 0;
    trace[0] = '\0';
    port_unmask(mask);
}

static void expect_trace(const char *what, const char *expected) { say(what, equal(trace, expected) ? "ok" : trace); }

static void expect(const char *what, bool good) { say(what, good ? "ok" : "failed"); }

static void spin_ms(uint32_t ms) {
    const uint32_t start_ms = systick_ms();
    while (systick_ms() - start_ms < ms) {
    }
}

/* ---------------------------------------------------------------- priorities and slices */

static void mark_b(void *argument) {
    (void)argument;
    mark('b');
}

static void mark_around_start(void *argument) {
    (void)argument;
    mark('a');
    start(1, mark_b, MIDDLE);
    mark('A');
    start(2, mark_b, LOW);
    mark('A');
}

static void test_priorities(void) {
    start(0, mark_around_start, LOW);
    thread_sleep(5);
    expect_trace("a more urgent thread runs at once, an equal one in its turn", "abAAb");
    next_scenario();
}

static void spin_60(void *argument) {
    (void)argument;
    spin_ms(60);
}

static void test_slices(void) {
    start(0, spin_60, LOW);
    start(1, spin_60, LOW);
    thread_sleep(50);
    const uint32_t a = actors[0].run_ms;
    const uint32_t b = actors[1].run_ms;
    thread_sleep(100);
    expect("threads of one priority share the time", a >= 19u && a <= 31u && b >= 19u && b <= 31u && a + b >= 48u);
    next_scenario();
}

/* ---------------------------------------------------------------- mutexes */

static struct mutex first;
static struct mutex second;
static volatile uint8_t seen_priority;

static void low_holds_first(void *argument) {
    (void)argument;
    mutex_lock(&first);
    mark('l');
    spin_ms(20);
    seen_priority = thread_current()->priority;
    mutex_unlock(&first);
    mark(thread_current()->priority == LOW ? 'L' : '?');
}

static void high_wants_first(void *argument) {
    (void)argument;
    thread_sleep(5);
    mark('h');
    mutex_lock(&first);
    mark('H');
    mutex_unlock(&first);
}

static void middle_spins(void *argument) {
    (void)argument;
    thread_sleep(10);
    mark('m');
    spin_ms(30);
    mark('M');
}

static void test_inheritance(void) {
    start(0, low_holds_first, LOW);
    start(1, high_wants_first, HIGH);
    start(2, middle_spins, MIDDLE);
    thread_sleep(100);
    expect_trace("who holds a mutex is as urgent as who waits for it", "lhHmML");
    expect("the inherited priority is that of the waiter", seen_priority == HIGH);
    next_scenario();
}

static void middle_holds_second(void *argument) {
    (void)argument;
    thread_sleep(2);
    mutex_lock(&second);
    mutex_lock(&first);
    mark('m');
    mutex_unlock(&first);
    mutex_unlock(&second);
}

static void high_wants_second(void *argument) {
    (void)argument;
    thread_sleep(4);
    mutex_lock(&second);
    mark('h');
    mutex_unlock(&second);
}

static void test_chain(void) {
    seen_priority = 0;
    start(0, low_holds_first, LOW);
    start(1, middle_holds_second, MIDDLE);
    start(2, high_wants_second, HIGH);
    thread_sleep(100);
    expect_trace("priority is inherited along a chain", "lmhL");
    expect("to its end", seen_priority == HIGH);
    next_scenario();
}

static void test_depth(void) {
    mutex_lock(&first);
    mutex_lock(&first);
    mutex_unlock(&first);
    const bool held = first.owner == &director;
    mutex_unlock(&first);
    expect("a mutex is free when it was given back as often as it was taken", held && first.owner == 0);
}

/* ---------------------------------------------------------------- queues, time, signals */

static uint8_t storage[3 * 4];
static struct queue queue = {.storage = storage, .message_bytes = 4, .capacity = 3};

static void send_eight(void *argument) {
    (void)argument;
    for (uint32_t i = 0; i < 8u; i++) {
        (void)queue_send(&queue, &i, KERNEL_FOREVER);
        mark('s');
    }
}

static void test_queue(void) {
    start(0, send_eight, LOW);
    thread_sleep(5);
    const bool full = traced == 3u && queue.count == 3u;
    bool in_order = true;
    uint32_t message = 99;
    for (uint32_t i = 0; i < 8u; i++) {
        in_order = queue_receive(&queue, &message, 10) && message == i && in_order;
    }
    expect("a full queue makes its sender wait", full);
    expect("messages come in order, none is lost", in_order && queue.count == 0u);
    next_scenario();
}

static void test_time(void) {
    uint32_t message;
    thread_sleep(1); /* to the beginning of a millisecond */
    uint32_t start_ms = systick_ms();
    const bool came = queue_receive(&queue, &message, 7);
    expect("an empty queue gives up after the time", !came && systick_ms() - start_ms == 7u);
    expect("or at once", !queue_receive(&queue, &message, 0));
    start_ms = systick_ms();
    uint32_t due_ms = start_ms;
    for (uint32_t i = 0; i < 10u; i++) {
        spin_ms(3);
        thread_sleep_until(&due_ms, 7);
    }
    expect("periods do not drift", systick_ms() - start_ms == 70u);
    thread_signal(&director);
    expect("a signal before the wait counts", thread_wait_signal(50) && systick_ms() - start_ms == 70u);
    expect("but once", !thread_wait_signal(5) && systick_ms() - start_ms == 75u);
}

/* ---------------------------------------------------------------- registers */

static volatile uint32_t damaged;
static volatile uint32_t finished;

/* Hold a pattern in registers for a while, in which other threads run, and see what has become of it. */
#if __ARM_ARCH >= 7
static void hold_registers(uint32_t *pattern) {
    __asm volatile(".fpu fpv5-d16\n\t"
                   "mov  r0, %0\n\t"
                   "vldm r0, {s0-s31}\n\t"
                   "ldm  r0, {r4-r6, r8-r11}\n\t"
                   "ldr  r1, =9000000\n"
                   "1:\n\t"
                   "subs r1, #1\n\t"
                   "bne  1b\n\t"
                   "add  r1, r0, #128\n\t"
                   "vstm r1, {s0-s31}\n\t"
                   "add  r1, r0, #256\n\t"
                   "stm  r1, {r4-r6, r8-r11}\n\t"
                   :
                   : "r"(pattern)
                   : "r0", "r1", "r4", "r5", "r6", "r8", "r9", "r10", "r11", "memory", "cc");
}
#define CORE_REGISTERS 7u
#define FPU_REGISTERS 32u
#else
static void hold_registers(uint32_t *pattern) {
    __asm volatile("mov  r0, %0\n\t"
                   "ldmia r0!, {r2-r6}\n\t"
                   "mov  r8, r2\n\t"
                   "mov  r9, r3\n\t"
                   "mov  r10, r4\n\t"
                   "mov  r11, r5\n\t"
                   "ldr  r1, =500000\n"
                   "1:\n\t"
                   "subs r1, #1\n\t"
                   "bne  1b\n\t"
                   "mov  r1, r8\n\t"
                   "mov  r2, r9\n\t"
                   "mov  r3, r10\n\t"
                   "mov  r4, r11\n\t"
                   "mov  r5, r6\n\t"
                   "adds r0, #236\n\t"
                   "stmia r0!, {r1-r5}\n\t"
                   "b    2f\n\t"
                   ".ltorg\n"
                   "2:\n\t"
                   :
                   : "r"(pattern)
                   : "r0", "r1", "r2", "r3", "r4", "r5", "r6", "r8", "r9", "r10", "r11", "memory", "cc");
}
#define CORE_REGISTERS 5u
#endif

static void hold(void *argument) {
    static uint32_t patterns[3][72];
    (void)argument;
    uint32_t *pattern = patterns[thread_current()->name[0] - 'a'];
    for (uint32_t i = 0; i < 32u; i++) {
        pattern[i] = ((uint32_t)thread_current()->name[0] << 24) | i;
    }
    hold_registers(pattern);
#if __ARM_ARCH >= 7
    for (uint32_t i = 0; i < FPU_REGISTERS; i++) {
        damaged = damaged + (pattern[32u + i] != pattern[i] ? 1u : 0u);
    }
#endif
    for (uint32_t i = 0; i < CORE_REGISTERS; i++) {
        damaged = damaged + (pattern[64u + i] != pattern[i] ? 1u : 0u);
    }
    finished = finished + 1u;
}

static void test_registers(void) {
    for (uint32_t actor = 0; actor < 3u; actor++) {
        start(actor, hold, LOW);
    }
    thread_sleep(400);
    expect("three threads keep their registers while they take turns", finished == 3u && damaged == 0u);
    next_scenario();
}

static void direct(void *argument) {
    (void)argument;
    test_priorities();
    test_slices();
    test_inheritance();
    test_chain();
    test_depth();
    test_queue();
    test_time();
    test_registers();
    say("done", "");
    for (;;) {
        thread_sleep(1000);
    }
}

int main(void) {
    const char *what;
    if (board_init(&what) != STATUS_OK) {
        fault_stop(what);
    }
    thread_start(&director, "director", direct, 0, director_stack, 1024, 9);
    kernel_run();
}
