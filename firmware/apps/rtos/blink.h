/* A thread that blinks the user LED. */
#ifndef RTOS_BLINK_H
#define RTOS_BLINK_H

#define BLINK_HALF_PERIOD_MS 250u

void blink_start(void);

#endif
