#include "lock.h"

#include "boards/board.h"
#include "common/line.h"

static enum lock_state state;
static uint8_t entry[PIN_DIGITS];
static uint32_t entered;
static uint32_t out_since_ms;
static uint32_t out_shown_s;
static struct line text;

/* ---------------------------------------------------------------- what the user is told */

static void tell(const char *what) {
    line_begin(&text);
    line_text(&text, what);
}

static void tell_number(const char *before, uint32_t number, const char *after) {
    tell(before);
    line_unsigned(&text, number);
    line_text(&text, after);
}

const char *lock_text(void) {
    text.text[text.length] = '\0';
    return text.text;
}

/* Seconds until the lock-out ends, rounded up. */
static uint32_t seconds_left(uint32_t now_ms) {
    const uint32_t gone = now_ms - out_since_ms;
    return gone >= LOCK_OUT_MS ? 0u : (LOCK_OUT_MS - gone + 999u) / 1000u;
}

/* ---------------------------------------------------------------- state */

enum lock_state lock_state(void) { return state; }

uint32_t lock_out_seconds(void) { return state == LOCK_OUT ? out_shown_s : 0u; }

uint32_t lock_digits(void) { return entered; }

void lock_tell_state(void) {
    static const char *const texts[] = {
        [LOCK_NEW] = "set a PIN of 4 digits",
        [LOCK_OPEN] = "open",
        [LOCK_CLOSED] = "locked",
        [LOCK_OLD] = "enter the old PIN",
        [LOCK_CHANGE] = "enter the new PIN",
    };
    if (state == LOCK_OUT) {
        tell_number("locked out for ", out_shown_s, " s");
    } else {
        tell(texts[state]);
    }
}

bool lock_takes_digits(void) { return state != LOCK_OPEN && state != LOCK_OUT; }

static void forget_entry(void) {
    for (uint32_t i = 0; i < PIN_DIGITS; i++) {
        entry[i] = 0;
    }
    entered = 0;
}

static void become(enum lock_state next) {
    state = next;
    forget_entry();
    lock_tell_state();
}

static void lock_out(uint32_t now_ms) {
    out_since_ms = now_ms;
    out_shown_s = seconds_left(now_ms);
    become(LOCK_OUT);
}

void lock_start(uint32_t now_ms) {
    if (!secret_load()) {
        become(LOCK_NEW);
    } else if (secret_wrong() >= LOCK_TRIES) {
        lock_out(now_ms);
    } else {
        become(LOCK_CLOSED);
    }
}

bool lock_tick(uint32_t now_ms) {
    if (state != LOCK_OUT || seconds_left(now_ms) == out_shown_s) {
        return false;
    }
    out_shown_s = seconds_left(now_ms);
    if (out_shown_s == 0u) {
        secret_set_wrong(0);
        become(LOCK_CLOSED);
    } else {
        lock_tell_state();
    }
    return true;
}

/* ---------------------------------------------------------------- operation */

static bool refuse(void) {
    if (state == LOCK_NEW) {
        tell("set a PIN of 4 digits first");
    } else if (state == LOCK_OPEN) {
        tell("the lock is open");
    } else if (state == LOCK_OUT) {
        lock_tell_state();
    } else {
        tell("enter the PIN first");
    }
    return false;
}

bool lock_digit(uint8_t digit) {
    if (!lock_takes_digits()) {
        return refuse();
    }
    if (entered == PIN_DIGITS) {
        tell("4 digits are there: enter or clear");
        return false;
    }
    entry[entered++] = digit;
    tell_number("digit taken, ", entered, " of 4");
    return true;
}

bool lock_clear(void) {
    if (!lock_takes_digits()) {
        return refuse();
    }
    if (entered == 0u) {
        tell("no digit to clear");
        return false;
    }
    entry[--entered] = 0;
    tell_number("digit cleared, ", entered, " of 4");
    return true;
}

static void wrong_pin(uint32_t now_ms) {
    const uint32_t wrong = secret_wrong() + 1u;
    secret_set_wrong(wrong);
    forget_entry();
    if (wrong >= LOCK_TRIES) {
        lock_out(now_ms);
    } else {
        tell_number("wrong PIN, ", LOCK_TRIES - wrong, wrong + 1u == LOCK_TRIES ? " try left" : " tries left");
    }
}

/* What differs from time to time: when the user did what, to the clock. */
static uint64_t salt(uint32_t now_ms) { return ((uint64_t)now_ms << 32) | board_cycles(); }

static void use_entry(uint32_t now_ms) {
    if (state == LOCK_NEW || state == LOCK_CHANGE) {
        secret_set(entry, salt(now_ms));
        const bool first = state == LOCK_NEW;
        become(LOCK_OPEN);
        tell(first ? "PIN set, open" : "PIN changed, open");
    } else if (!secret_is(entry)) {
        wrong_pin(now_ms);
    } else {
        secret_set_wrong(0);
        if (state == LOCK_OLD) {
            become(LOCK_CHANGE);
        } else {
            become(LOCK_OPEN);
        }
    }
}

bool lock_enter(uint32_t now_ms) {
    if (!lock_takes_digits()) {
        return refuse();
    }
    if (entered < PIN_DIGITS) {
        tell_number("a PIN has 4 digits, not ", entered, "");
        return false;
    }
    use_entry(now_ms);
    return true;
}

bool lock_close(void) {
    if (state == LOCK_CLOSED) {
        tell("locked already");
        return false;
    }
    if (state == LOCK_NEW || state == LOCK_OUT) {
        return refuse();
    }
    become(LOCK_CLOSED);
    return true;
}

bool lock_change(void) {
    if (state != LOCK_OPEN) {
        return refuse();
    }
    become(LOCK_OLD);
    return true;
}
