/* What happens when nothing sensible can be done any more: one line on the console, a code in memory, the end.
 *
 *     fault: <cause> pc=0x........ lr=0x........
 *
 * A host with a debugger finds the code in `digitrig_fault`: 0 while all is well, the exception number (3 hard fault,
 * 4 memory protection, 5 bus, 6 usage, 16 + n unexpected interrupt n), or FAULT_BY_PROGRAM. */
#ifndef COMMON_FAULT_H
#define COMMON_FAULT_H

#include <stdbool.h>
#include <stdint.h>

#define FAULT_BY_PROGRAM 0x100u

extern volatile uint32_t digitrig_fault;

/* Make the Cortex-M7 tell memory, bus and usage faults apart; nothing on cores that know only the hard fault. */
void fault_init(void);

/* For the program itself, for example when the clocks do not start. */
_Noreturn void fault_stop(const char *cause);

/* Whether an exception frame lies on the stack that the program began with. */
bool fault_frame_is_on_main_stack(uintptr_t frame, uint32_t bytes);

/* Whether an exception frame lies on a stack; if not, an overflow is reported. A program with more stacks than the one
 * it began with defines its own. */
bool fault_frame_is_readable(uintptr_t frame, uint32_t bytes);

/* Entry of every exception that has no handler of its own: never called, only put into vector tables. */
void fault_entry(void);

/* What all handlers of a file are until a program defines its own: one piece of code for all of them. */
__attribute__((naked, unused)) static void fault_unhandled(void) {
    __asm volatile("ldr r0, =fault_entry\n\tbx r0\n\t.ltorg");
}

/* Declares `name` as a handler that a program may replace by defining its own. */
#define FAULT_WEAK_HANDLER(name) void name(void) __attribute__((weak, alias("fault_unhandled")));

#endif
