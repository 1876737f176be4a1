/* The PIN as it is kept: never itself, only a salted hash of it; and how often a wrong one has been entered.
 *
 * A PIN of four digits is one of 10,000: who can read the kept words finds it by trying. The hash keeps it from being
 * read off, no more; the words are as safe as the part's debug port. */
#ifndef LOCK_SECRET_H
#define LOCK_SECRET_H

#include <stdbool.h>
#include <stdint.h>

#define PIN_DIGITS 4u

/* Reads what was kept. False: there is no PIN, or what was kept is damaged. */
bool secret_load(void);

/* Keep a new PIN and forget wrong tries. salt: whatever differs from time to time. */
void secret_set(const uint8_t pin[PIN_DIGITS], uint64_t salt);

bool secret_is(const uint8_t pin[PIN_DIGITS]);

/* Wrong tries since the last right one. */
uint32_t secret_wrong(void);
void secret_set_wrong(uint32_t count);

#endif
