/* The sorts of work that CoreMark is made of, in generic C. */
#ifndef CLASSIC_H
#define CLASSIC_H

#include <stdint.h>

#define ITEMS 64u
#define ORDER 10u
#define TEXT 256u

/* What has to be filled in before the run. */
extern uint16_t bench_items[ITEMS];
extern int16_t bench_left[ORDER][ORDER], bench_right[ORDER][ORDER];
extern char bench_text[TEXT];

uint32_t bench_list(void);   /* checksum of the sorted list: sum of value x place */
uint32_t bench_matrix(void); /* sum of the product's elements, modulo 2^32 */
uint32_t bench_state(void);  /* integers | fractions << 8 | other words << 16 of the text */
uint32_t bench_crc(void);    /* CRC-16/CCITT-FALSE of the text */

#endif
