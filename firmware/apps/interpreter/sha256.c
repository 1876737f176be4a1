#include "sha256.h"

#define BLOCK_BYTES 64u
#define LENGTH_BYTES 8u

/* First 32 bits of the fractional parts of the square roots of the first 8 primes, and of the cube roots of the first
 * 64 (FIPS 180-4, 5.3.3 and 4.2.2). */
static const uint32_t start[8] = {0x6a09e667u, 0xbb67ae85u, 0x3c6ef372u, 0xa54ff53au,
                                  0x510e527fu, 0x9b05688cu, 0x1f83d9abu, 0x5be0cd19u};
static const uint32_t constants[64] = {
    0x428a2f98u, 0x71374491u, 0xb5c0fbcfu, 0xe9b5dba5u, 0x3956c25bu, 0x59f111f1u, 0x923f82a4u, 0xab1c5ed5u,
    0xd807aa98u, 0x12835b01u, 0x243185beu, 0x550c7dc3u, 0x72be5d74u, 0x80deb1feu, 0x9bdc06a7u, 0xc19bf174u,
    0xe49b69c1u, 0xefbe4786u, 0x0fc19dc6u, 0x240ca1ccu, 0x2de92c6fu, 0x4a7484aau, 0x5cb0a9dcu, 0x76f988dau,
    0x983e5152u, 0xa831c66du, 0xb00327c8u, 0xbf597fc7u, 0xc6e00bf3u, 0xd5a79147u, 0x06ca6351u, 0x14292967u,
    0x27b70a85u, 0x2e1b2138u, 0x4d2c6dfcu, 0x53380d13u, 0x650a7354u, 0x766a0abbu, 0x81c2c92eu, 0x92722c85u,
    0xa2bfe8a1u, 0xa81a664bu, 0xc24b8b70u, 0xc76c51a3u, 0xd192e819u, 0xd6990624u, 0xf40e3585u, 0x106aa070u,
    0x19a4c116u, 0x1e376c08u, 0x2748774cu, 0x34b0bcb5u, 0x391c0cb3u, 0x4ed8aa4au, 0x5b9cca4fu, 0x682e6ff3u,
    0x748f82eeu, 0x78a5636fu, 0x84c87814u, 0x8cc70208u, 0x90befffau, 0xa4506cebu, 0xbef9a3f7u, 0xc67178f2u};

static uint32_t right(uint32_t x, uint32_t bits) { return (x >> bits) | (x << (32u - bits)); }

static void schedule(const uint8_t *block, uint32_t w[64]) {
    for (uint32_t i = 0; i < 16u; i++) {
        w[i] = ((uint32_t)block[4u * i] << 24) | ((uint32_t)block[4u * i + 1u] << 16) |
               ((uint32_t)block[4u * i + 2u] << 8) | block[4u * i + 3u];
    }
    for (uint32_t i = 16; i < 64u; i++) {
        const uint32_t a = w[i - 15u], b = w[i - 2u];
        w[i] = w[i - 16u] + (right(a, 7) ^ right(a, 18) ^ (a >> 3)) + w[i - 7u] +
               (right(b, 17) ^ right(b, 19) ^ (b >> 10));
    }
}

static void add_block(uint32_t hash[8], const uint8_t *block) {
    uint32_t w[64], s[8];
    schedule(block, w);
    for (uint32_t i = 0; i < 8u; i++) {
        s[i] = hash[i];
    }
    for (uint32_t i = 0; i < 64u; i++) {
        const uint32_t choice = (s[4] & s[5]) ^ (~s[4] & s[6]);
        const uint32_t majority = (s[0] & s[1]) ^ (s[0] & s[2]) ^ (s[1] & s[2]);
        const uint32_t first =
            s[7] + (right(s[4], 6) ^ right(s[4], 11) ^ right(s[4], 25)) + choice + constants[i] + w[i];
        const uint32_t second = (right(s[0], 2) ^ right(s[0], 13) ^ right(s[0], 22)) + majority;
        for (uint32_t j = 7; j > 0u; j--) {
            s[j] = s[j - 1u];
        }
        s[4] += first;
        s[0] = first + second;
    }
    for (uint32_t i = 0; i < 8u; i++) {
        hash[i] += s[i];
    }
}

uint32_t sha256_first_word(const uint8_t *data, uint32_t bytes) {
    uint32_t hash[8];
    uint8_t last[2u * BLOCK_BYTES] = {0};
    for (uint32_t i = 0; i < 8u; i++) {
        hash[i] = start[i];
    }
    uint32_t done = 0;
    for (; bytes - done >= BLOCK_BYTES; done += BLOCK_BYTES) {
        add_block(hash, data + done);
    }
    const uint32_t rest = bytes - done;
    for (uint32_t i = 0; i < rest; i++) {
        last[i] = data[done + i];
    }
    last[rest] = 0x80;
    const uint32_t end = rest + 1u + LENGTH_BYTES <= BLOCK_BYTES ? BLOCK_BYTES : 2u * BLOCK_BYTES;
    const uint64_t bits = 8u * (uint64_t)bytes;
    for (uint32_t i = 0; i < LENGTH_BYTES; i++) {
        last[end - 1u - i] = (uint8_t)(bits >> (8u * i));
    }
    for (uint32_t i = 0; i < end; i += BLOCK_BYTES) {
        add_block(hash, last + i);
    }
    return hash[0];
}
