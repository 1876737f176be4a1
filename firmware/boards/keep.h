/* A few words that outlive a reset. Boards that have registers for it implement it in keep.c; on the others they lie in
 * RAM that nobody clears (apps/lock/keep_ram.c), and are lost with the power. */
#ifndef BOARDS_KEEP_H
#define BOARDS_KEEP_H

#include <stdint.h>

#define KEEP_WORDS 8u

void keep_read(uint32_t words[KEEP_WORDS]);
void keep_write(const uint32_t words[KEEP_WORDS]);

#endif
