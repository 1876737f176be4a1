/* SipHash-2-4 (Aumasson and Bernstein 2012): a keyed hash of short messages, 64 bits. */
#ifndef LOCK_SIPHASH_H
#define LOCK_SIPHASH_H

#include <stdint.h>

uint64_t siphash(const uint64_t key[2], const uint8_t *message, uint32_t bytes);

#endif
