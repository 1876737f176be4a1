#include "crc32.h"

#define POLYNOMIAL 0xEDB88320u /* reflected */

/* What the register becomes when four bits have been shifted out. */
static uint32_t after_four_bits(uint32_t crc) {
    for (uint32_t i = 0; i < 4u; i++) {
        crc = (crc >> 1) ^ ((crc & 1u) != 0u ? POLYNOMIAL : 0u);
    }
    return crc;
}

uint32_t crc32(const uint8_t *data, uint32_t bytes) {
    uint32_t table[16];
    for (uint32_t i = 0; i < 16u; i++) {
        table[i] = after_four_bits(i);
    }
    uint32_t crc = 0xFFFFFFFFu;
    for (uint32_t i = 0; i < bytes; i++) {
        crc ^= data[i];
        crc = (crc >> 4) ^ table[crc & 15u];
        crc = (crc >> 4) ^ table[crc & 15u];
    }
    return ~crc;
}
