#include "siphash.h"

struct state {
    uint64_t v0;
    uint64_t v1;
    uint64_t v2;
    uint64_t v3;
};

static uint64_t rotate(uint64_t value, unsigned bits) { return (value << bits) | (value >> (64u - bits)); }

static void rounds(struct state *s, unsigned count) {
    while (count-- > 0u) {
        s->v0 += s->v1;
        s->v2 += s->v3;
        s->v1 = rotate(s->v1, 13) ^ s->v0;
        s->v3 = rotate(s->v3, 16) ^ s->v2;
        s->v0 = rotate(s->v0, 32) + s->v3;
        s->v2 += s->v1;
        s->v1 = rotate(s->v1, 17) ^ s->v2;
        s->v3 = rotate(s->v3, 21) ^ s->v0;
        s->v2 = rotate(s->v2, 32);
    }
}

static void take_word(struct state *s, uint64_t word) {
    s->v3 ^= word;
    rounds(s, 2);
    s->v0 ^= word;
}

uint64_t siphash(const uint64_t key[2], const uint8_t *message, uint32_t bytes) {
    struct state s = {key[0] ^ 0x736F6D6570736575u, key[1] ^ 0x646F72616E646F6Du, key[0] ^ 0x6C7967656E657261u,
                      key[1] ^ 0x7465646279746573u};
    uint64_t word = 0;
    for (uint32_t i = 0; i < bytes; i++) {
        word |= (uint64_t)message[i] << (8u * (i % 8u));
        if (i % 8u == 7u) {
            take_word(&s, word);
            word = 0;
        }
    }
    take_word(&s, word | ((uint64_t)bytes << 56));
    s.v2 ^= 0xFFu;
    rounds(&s, 4);
    return s.v0 ^ s.v1 ^ s.v2 ^ s.v3;
}
