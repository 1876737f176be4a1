#include "ft5406.h"

#define POINTS 2u
#define POINT_BYTES 6u
#define EVENT_PRESS 0u
#define EVENT_CONTACT 2u

void ft5406_follow(struct ft5406_finger *finger, const uint8_t *report) {
    const uint32_t reported = report[0] & 0xFu;
    const uint32_t points = reported > 5u ? 0u : reported < POINTS ? reported : POINTS;
    for (uint32_t i = 0; i < points; i++) {
        const uint8_t *point = &report[1u + POINT_BYTES * i];
        const uint32_t event = point[0] >> 6;
        const uint8_t id = point[2] >> 4;
        if ((event == EVENT_PRESS || event == EVENT_CONTACT) && (!finger->down || finger->id == id)) {
            finger->down = true;
            finger->id = id;
            finger->x = (uint16_t)(((point[0] & 0xFu) << 8) | point[1]);
            finger->y = (uint16_t)(((point[2] & 0xFu) << 8) | point[3]);
            return;
        }
    }
    finger->down = false;
}
