/* Programs that compute: each check puts its results into one list, which the host compares with what it has computed.
 */
#ifndef CHECK_H
#define CHECK_H

#include "../semihosting.h"

#include <stdint.h>

#define RESULTS 16384
#define PAIRS 64

/* Operands, written by the host to memory that no image claims. */
typedef struct operand_block {
    uint64_t integers[PAIRS][2], doubles[PAIRS][2];
    uint32_t floats[PAIRS][2];
    uint32_t integer_count, float_count, double_count;
} operand_block;
#define operands ((const volatile operand_block *)0x20020000u)

/* Results, read by the host; start-up leaves this memory alone. */
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
