/* The work is that of CoreMark in kind: a list is sorted, matrices are multiplied, text is scanned, a CRC is computed.
 */
#include "classic.h"
#include "work.h"

static const char words[] = "+12 3.5 foo -7 42.125 bar9 1000 x -0.25 + 77 8.. 12a3 5 6.0 -99 done 3.14159 ";

/* Numerical Recipes' linear congruential generator, of which the upper half is used. */
static uint32_t next_number(uint32_t *state) {
    *state = *state * 1664525u + 1013904223u;
    return *state >> 16;
}

static void fill(void) {
    uint32_t state = 1;
    for (uint32_t k = 0; k < ITEMS; k++) {
        bench_items[k] = (uint16_t)next_number(&state);
    }
    for (uint32_t k = 0; k < ORDER * ORDER; k++) {
        bench_left[k / ORDER][k % ORDER] = (int16_t)next_number(&state);
        bench_right[k / ORDER][k % ORDER] = (int16_t)next_number(&state);
    }
    for (uint32_t k = 0; k + 1 < TEXT; k++) {
        bench_text[k] = words[k % (sizeof words - 1)];
    }
}

static uint32_t once(void) { return bench_list() ^ bench_matrix() ^ bench_state() ^ bench_crc() << 16; }

bool bench_work(uint32_t runs) {
    fill();
    const uint32_t first = once();
    for (uint32_t run = 1; run < runs; run++) {
        if (once() != first) {
            return false;
        }
    }
    return true;
}
