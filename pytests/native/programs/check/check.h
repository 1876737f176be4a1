/* Programs that compute: each check puts its results into one list, which the host compares with what it has computed.
 */
#ifndef CHECK_H
#define CHECK_H

#include "../semihosting.h"

#include <stdint.h>

#define RESULTS 16384
#define PAIRS 64

/* In memory that start-up leaves alone: operands written by the host, results read by it. */
extern uint64_t integer_pairs[PAIRS][2], double_pairs[PAIRS][2];
extern uint32_t float_pairs[PAIRS][2], pair_counts[3];
extern uint32_t results[RESULTS], result_count;

/* The compiler must not know operands, or it computes everything by itself. */
#define HIDE(x) __asm__ volatile("" : "+r"(x))

static inline void put(uint32_t value) {
    if (result_count < RESULTS) {
        results[result_count++] = value;
    }
}

static inline void put64(uint64_t value) {
    put((uint32_t)value);
    put((uint32_t)(value >> 32));
}

void check_integers(void);
void check_floats(void);
void check_language(void);
void check_calls(void);
void check_memory(void);
void check_dsp(void);

#endif
