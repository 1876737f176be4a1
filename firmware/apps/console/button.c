#include "button.h"

#include <stdint.h>

#include "common/config.h"

static bool started;
static bool settled;
static uint32_t changed_for_ms;

bool button_pressed(bool down) {
    if (!started) {
        started = true;
        settled = down;
    }
    if (down == settled) {
        changed_for_ms = 0;
        return false;
    }
    changed_for_ms++;
    if (changed_for_ms < BUTTON_SETTLE_MS) {
        return false;
    }
    changed_for_ms = 0;
    settled = down;
    return down;
}
