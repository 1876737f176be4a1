/* The lock itself, whatever it is operated with. Digits come one by one and `enter` ends the PIN.
 *
 * After a reset it is locked if there is a PIN. Three wrong PINs lock it out for LOCK_OUT_MS; a reset meanwhile begins
 * that time anew. Every call that changes something makes a new text for the user, which never holds a digit. */
#ifndef LOCK_LOCK_H
#define LOCK_LOCK_H

#include <stdbool.h>
#include <stdint.h>

#include "secret.h"

#define LOCK_TRIES 3u
#define LOCK_OUT_MS 30000u

enum lock_state {
    LOCK_NEW,    /* no PIN: four digits and `enter` set one */
    LOCK_OPEN,   /* nothing to enter */
    LOCK_CLOSED, /* the PIN opens it */
    LOCK_OLD,    /* open; the PIN is to be changed and the old one is asked for */
    LOCK_CHANGE, /* open; four digits and `enter` make a new PIN */
    LOCK_OUT,    /* too many wrong ones: waits */
};

void lock_start(uint32_t now_ms);

enum lock_state lock_state(void);
uint32_t lock_digits(void); /* that have been entered, 0..PIN_DIGITS */
bool lock_takes_digits(void);
uint32_t lock_out_seconds(void); /* that a lock-out still lasts, rounded up */

/* What the user is to know. */
const char *lock_text(void);

/* Makes that the state again, whatever was told last. */
void lock_tell_state(void);

/* Each returns false, and says why in the text, if it does not go now. */
bool lock_digit(uint8_t digit);
bool lock_clear(void); /* the last digit */
bool lock_enter(uint32_t now_ms);
bool lock_close(void);
bool lock_change(void);

/* True if the text has changed by the time that has gone by. */
bool lock_tick(uint32_t now_ms);

#endif
