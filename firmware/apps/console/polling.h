/* What every main loop of ours does with the console's serial line. */
#ifndef CONSOLE_POLLING_H
#define CONSOLE_POLLING_H

#include <stdint.h>

/* Hand what has been received to the protocol. */
void polling_take_serial(void);

/* Sleep until the next interrupt, unless bytes are waiting or the millisecond after `now_ms` has begun. */
void polling_sleep(uint32_t now_ms);

#endif
