/* Micro-benchmarks in generic C: what `digitrig bench` runs too (classic.h), and a small convolutional network. */
#ifndef BENCH_H
#define BENCH_H

#include "classic.h"

#define NET_WEIGHTS (4 * 9 + 2 * 4 * 36 + 28 * 36 + 10 * 28) /* 16,696 products with those of padding */

/* What the host fills in before the run. */
extern int8_t bench_image[28 * 28];
extern int8_t bench_weights[NET_WEIGHTS];
extern int32_t bench_multipliers[28]; /* by channel */

uint32_t bench_net(void); /* place of the largest output << 24 | sum of the outputs & 0xFFFFFF */

#endif
