/* RAM keeps its content over a reset, and the start-up code leaves this section alone. */
#include "boards/keep.h"

__attribute__((section(".noinit"))) static volatile uint32_t kept[KEEP_WORDS];

void keep_read(uint32_t words[KEEP_WORDS]) {
    for (uint32_t i = 0; i < KEEP_WORDS; i++) {
        words[i] = kept[i];
    }
}

void keep_write(const uint32_t words[KEEP_WORDS]) {
    for (uint32_t i = 0; i < KEEP_WORDS; i++) {
        kept[i] = words[i];
    }
}
