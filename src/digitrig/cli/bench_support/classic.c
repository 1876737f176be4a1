/* List, matrix, state machine, cyclic redundancy check. */
#include "classic.h"

uint16_t bench_items[ITEMS] __attribute__((section(".bss.host")));
int16_t bench_left[ORDER][ORDER] __attribute__((section(".bss.host")));
int16_t bench_right[ORDER][ORDER] __attribute__((section(".bss.host")));
char bench_text[TEXT] __attribute__((section(".bss.host")));

/* ------------------------------------------------------------------ a linked list, sorted by merging */
struct item {
    struct item *next;
    const uint16_t *value;
};

static struct item *merge(struct item *a, struct item *b) {
    struct item head = {0, 0}, *last = &head;
    while (a && b) {
        struct item **least = *a->value <= *b->value ? &a : &b;
        last->next = *least;
        last = *least;
        *least = (*least)->next;
    }
    last->next = a ? a : b;
    return head.next;
}

static struct item *sort(struct item *list, uint32_t count) {
    if (count < 2) {
        if (list) {
            list->next = 0;
        }
        return list;
    }
    struct item *rest = list;
    for (uint32_t k = 0; k < count / 2; k++) {
        rest = rest->next;
    }
    struct item *second = sort(rest, count - count / 2);
    return merge(sort(list, count / 2), second);
}

uint32_t bench_list(void) {
    static struct item items[ITEMS];
    for (uint32_t k = 0; k < ITEMS; k++) {
        items[k].value = &bench_items[k];
        items[k].next = k + 1 < ITEMS ? &items[k + 1] : 0;
    }
    uint32_t sum = 0, place = 0;
    for (const struct item *i = sort(items, ITEMS); i; i = i->next) {
        sum += *i->value * ++place;
    }
    return sum;
}

/* ------------------------------------------------------------------ a product of matrices */
uint32_t bench_matrix(void) {
    uint32_t sum = 0;
    for (uint32_t row = 0; row < ORDER; row++) {
        for (uint32_t column = 0; column < ORDER; column++) {
            int32_t element = 0;
            for (uint32_t k = 0; k < ORDER; k++) {
                element += (int32_t)bench_left[row][k] * bench_right[k][column];
            }
            sum += (uint32_t)element;
        }
    }
    return sum;
}

/* ------------------------------------------------------------------ a state machine over text */
enum state { BETWEEN, SIGN, INTEGER, FRACTION, WORD };

static enum state after(enum state state, char c) {
    int digit = c >= '0' && c <= '9';
    switch (state) {
    case BETWEEN:
        return digit ? INTEGER : c == '+' || c == '-' ? SIGN : WORD;
    case SIGN:
        return digit ? INTEGER : WORD;
    case INTEGER:
        return digit ? INTEGER : c == '.' ? FRACTION : WORD;
    case FRACTION:
        return digit ? FRACTION : WORD;
    default:
        return WORD;
    }
}

uint32_t bench_state(void) {
    uint32_t counts[5] = {0, 0, 0, 0, 0};
    enum state state = BETWEEN;
    for (const char *p = bench_text; *p; p++) {
        if (*p == ' ') {
            counts[state]++;
            state = BETWEEN;
        } else {
            state = after(state, *p);
        }
    }
    counts[state]++;
    return counts[INTEGER] | counts[FRACTION] << 8 | (counts[WORD] + counts[SIGN]) << 16;
}

/* ------------------------------------------------------------------ a check sum, bit by bit */
static uint16_t crc_byte(uint16_t crc, uint8_t byte) {
    crc ^= (uint16_t)(byte << 8);
    for (uint32_t bit = 0; bit < 8; bit++) {
        uint32_t polynomial = crc & 0x8000u ? 0x1021u : 0;
        crc = (uint16_t)((uint32_t)crc << 1 ^ polynomial);
    }
    return crc;
}

uint32_t bench_crc(void) {
    uint16_t crc = 0xFFFFu;
    for (const char *p = bench_text; *p; p++) {
        crc = crc_byte(crc, (uint8_t)*p);
    }
    return crc;
}
