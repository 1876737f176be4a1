/* Ten images that are built in, one of each digit. */
#ifndef RTOS_SAMPLES_H
#define RTOS_SAMPLES_H

#include <stdint.h>

#define SAMPLES 10u

extern const uint8_t samples[SAMPLES * 784u];

#endif
