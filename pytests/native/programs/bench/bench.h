/* Micro-benchmarks in generic C: the sorts of work that CoreMark is made of, and a small convolutional network. */
#ifndef BENCH_H
#define BENCH_H

#include <stdint.h>

#define ITEMS 64u
#define ORDER 10u
#define TEXT 256u
#define NET_WEIGHTS (4 * 9 + 2 * 4 * 36 + 28 * 36 + 10 * 28) /* 16,696 products with those of padding */

/* What the host fills in before the run. */
extern uint16_t bench_items[ITEMS];
extern int16_t bench_left[ORDER][ORDER], bench_right[ORDER][ORDER];
extern char bench_text[TEXT];
extern int8_t bench_image[28 * 28];
extern int8_t bench_weights[NET_WEIGHTS];
extern int32_t bench_multipliers[28]; /* by channel */

uint32_t bench_list(void);   /* checksum of the sorted list: sum of value x place */
uint32_t bench_matrix(void); /* sum of the product's elements, modulo 2^32 */
uint32_t bench_state(void);  /* integers | fractions << 8 | other words << 16 of the text */
uint32_t bench_crc(void);    /* CRC-16/CCITT-FALSE of the text */
uint32_t bench_net(void);    /* place of the largest output << 24 | sum of the outputs & 0xFFFFFF */

#endif
