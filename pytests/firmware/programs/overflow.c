/* Calls itself until the stack is used up. The stack lies at the bottom of the RAM, so that this ends in an address
 * without memory. */
#include <stdint.h>

#include "common/start.h"
#include "started.h"

static volatile uint32_t depth;

__attribute__((noinline)) static uint32_t descend(uint32_t level) {
    volatile uint32_t kept[8];
    kept[level % 8u] = level;
    depth = level;
    const uint32_t below = level == UINT32_MAX ? 0u : descend(level + 1u);
    return kept[level % 8u] + below;
}

int main(void) {
    start_and_print();
    return (int)descend(0);
}
