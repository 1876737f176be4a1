#include "secret.h"

#include "boards/keep.h"
#include "siphash.h"

#define MAGIC 0x4B434F4Cu /* LOCK */
#define HASH_TURNS 200u   /* makes trying all PINs 200 times longer, and an ENTER some milliseconds */

enum { WORD_MAGIC, WORD_WRONG, WORD_SALT, WORD_SALT_HIGH, WORD_HASH, WORD_HASH_HIGH, WORD_CHECK };

static uint32_t words[KEEP_WORDS];

static uint64_t pair(uint32_t low) { return words[low] | ((uint64_t)words[low + 1u] << 32); }

static void set_pair(uint32_t low, uint64_t value) {
    words[low] = (uint32_t)value;
    words[low + 1u] = (uint32_t)(value >> 32);
}

static uint64_t hash_of(const uint8_t pin[PIN_DIGITS]) {
    const uint64_t key[2] = {pair(WORD_SALT), ~pair(WORD_SALT)};
    uint8_t message[8 + PIN_DIGITS];
    uint64_t hash = 0;
    for (uint32_t turn = 0; turn < HASH_TURNS; turn++) {
        for (uint32_t i = 0; i < 8u; i++) {
            message[i] = (uint8_t)(hash >> (8u * i));
        }
        for (uint32_t i = 0; i < PIN_DIGITS; i++) {
            message[8u + i] = pin[i];
        }
        hash = siphash(key, message, sizeof message);
    }
    return hash;
}

/* Of all words before the check. */
static uint32_t check_of(void) {
    static const uint64_t key[2] = {MAGIC, PIN_DIGITS};
    return (uint32_t)siphash(key, (const uint8_t *)words, WORD_CHECK * 4u);
}

static void save(void) {
    words[WORD_MAGIC] = MAGIC;
    words[WORD_CHECK] = check_of();
    keep_write(words);
}

bool secret_load(void) {
    keep_read(words);
    return words[WORD_MAGIC] == MAGIC && words[WORD_CHECK] == check_of();
}

void secret_set(const uint8_t pin[PIN_DIGITS], uint64_t salt) {
    set_pair(WORD_SALT, salt);
    set_pair(WORD_HASH, hash_of(pin));
    words[WORD_WRONG] = 0;
    save();
}

bool secret_is(const uint8_t pin[PIN_DIGITS]) { return hash_of(pin) == pair(WORD_HASH); }

uint32_t secret_wrong(void) { return words[WORD_WRONG]; }

void secret_set_wrong(uint32_t count) {
    words[WORD_WRONG] = count;
    save();
}
