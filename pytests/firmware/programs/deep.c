/* Reads an address where no board has anything when hardly more than the core's own frame fits on the stack. */
#include "common/cpu.h"
#include "common/start.h"
#include "started.h"

extern uint8_t __StackLimit[];

__attribute__((noinline)) static uint32_t descend(uint32_t level) {
    volatile uint32_t here = level;
    const uint32_t below =
        (uintptr_t)&here < (uintptr_t)__StackLimit + 120u ? MMIO32(0x30000000u) : descend(level + 1u);
    return below + here;
}

int main(void) {
    start_and_print();
    cpu_mask_interrupts(); /* an interrupt would need stack too */
    return (int)descend(0);
}
