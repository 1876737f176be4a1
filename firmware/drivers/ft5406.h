/* FT5406 touch controller: what its registers mean. Names and places as in fsl_ft5406_rt.c of NXP's SDK. */
#ifndef DRIVERS_FT5406_H
#define DRIVERS_FT5406_H

#include <stdbool.h>
#include <stdint.h>

#define FT5406_ADDRESS 0x38u
#define FT5406_DEVICE_MODE 0x00u /* 0: normal */
#define FT5406_TD_STATUS 0x02u   /* number of points; XH, XL, YH, YL, weight, area of each follow */

/* What is read at once: TD_STATUS and two points. */
#define FT5406_REPORT_BYTES 13u

/* The finger that is followed. */
struct ft5406_finger {
    bool down;
    uint8_t id;
    uint16_t x; /* the controller's axes, 12 bits */
    uint16_t y;
};

/* Bring a finger up to date with a report that was read from FT5406_TD_STATUS on. The one that came first is followed
 * until it goes; a second one meanwhile is left alone. */
void ft5406_follow(struct ft5406_finger *finger, const uint8_t *report);

#endif
