/* memcpy, memmove, memset and memcmp at every alignment, packed structures, arrays on the stack. */
#include "check.h"

#include <stddef.h>

void *memcpy(void *to, const void *from, size_t count);
void *memmove(void *to, const void *from, size_t count);
void *memset(void *to, int value, size_t count);
int memcmp(const void *a, const void *b, size_t count);

static uint8_t source[96], target[96];

static void prepare(void) {
    for (uint32_t k = 0; k < 96; k++) {
        ((volatile uint8_t *)source)[k] = (uint8_t)(k * 37 + 11);
        ((volatile uint8_t *)target)[k] = 0xA5;
    }
}

/* target[low, low + count) is source[from, ...), the rest untouched. */
static uint32_t copied(uint32_t low, uint32_t from, uint32_t count) {
    for (uint32_t k = 0; k < 96; k++) {
        uint8_t expected = k - low < count ? (uint8_t)((from + k - low) * 37 + 11) : 0xA5;
        if (((volatile uint8_t *)target)[k] != expected) {
            return 0;
        }
    }
    return 1;
}

static void copies(void) {
    uint32_t good = 0;
    for (uint32_t to = 0; to < 5; to++) {
        for (uint32_t from = 0; from < 5; from++) {
            for (uint32_t count = 0; count < 40; count += count < 9 ? 1 : 7) {
                size_t hidden = count;
                HIDE(hidden);
                prepare();
                memcpy(target + 8 + to, source + from, hidden);
                good += copied(8 + to, from, count);
            }
        }
    }
    put(good);
}

static void moves(void) {
    uint32_t good = 0;
    for (uint32_t from = 4; from < 12; from++) {
        for (uint32_t to = 4; to < 12; to++) {
            prepare();
            size_t hidden = 37;
            HIDE(hidden);
            memmove(source + to, source + from, hidden);
            uint32_t same = 1;
            for (uint32_t k = 0; k < 37; k++) {
                same &= ((volatile uint8_t *)source)[to + k] == (uint8_t)((from + k) * 37 + 11);
            }
            good += same;
        }
    }
    put(good);
}

static void others(void) {
    uint32_t total = 0;
    for (uint32_t to = 0; to < 4; to++) {
        prepare();
        size_t hidden = 21 + to;
        HIDE(hidden);
        memset(target + to, 0x3C + (int)to, hidden);
        for (uint32_t k = 0; k < 96; k++) {
            total = total * 3 + ((volatile uint8_t *)target)[k];
        }
    }
    put(total);
    prepare();
    memcpy(target, source, 40);
    put(memcmp(source, target, 40) == 0);
    target[20]++;
    put((uint32_t)(memcmp(source, target, 40) < 0) | (uint32_t)(memcmp(target, source, 40) > 0) << 1);
}

typedef struct __attribute__((packed)) packed {
    uint8_t a;
    uint32_t b;
    uint16_t c;
    uint64_t d;
    int16_t e;
} packed;

static void packed_structures(void) {
    static packed list[3];
    for (uint32_t k = 0; k < 3; k++) {
        volatile packed *p = &list[k];
        p->a = (uint8_t)k;
        p->b = 0x11223344u * (k + 1);
        p->c = (uint16_t)(0xA0B0u + k);
        p->d = 0x0102030405060708ull * (k + 1);
        p->e = (int16_t)(-1000 - (int)k);
    }
    for (uint32_t k = 0; k < sizeof list; k += 1) {
        put(((volatile uint8_t *)list)[k]);
    }
    for (uint32_t k = 0; k < 3; k++) {
        volatile packed *p = &list[k];
        put(p->b + p->c);
        put64(p->d + (uint64_t)(int64_t)p->e);
    }
}

__attribute__((noinline)) static uint32_t on_stack(uint32_t count) {
    uint16_t list[count];
    for (uint32_t k = 0; k < count; k++) {
        ((volatile uint16_t *)list)[k] = (uint16_t)(k * k);
    }
    uint32_t total = 0;
    for (uint32_t k = 0; k < count; k++) {
        total += ((volatile uint16_t *)list)[k] * (k + 1);
    }
    return total;
}

void check_memory(void) {
    copies();
    moves();
    others();
    packed_structures();
    put(on_stack(7));
    put(on_stack(200));
}
