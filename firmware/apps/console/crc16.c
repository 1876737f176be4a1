#include "crc16.h"

/* Eight steps of the shift register at once: with x = top byte of the register XOR data, folded onto itself by 4 bits,
 * every set bit i of x adds the polynomial at bits i + 12, i + 5 and i. No table: 16-bit shifts are cheap, flash is
 * not. */
uint16_t crc16_add(uint16_t crc, uint8_t byte) {
    uint32_t x = ((uint32_t)crc >> 8) ^ byte;
    x ^= x >> 4;
    return (uint16_t)(((uint32_t)crc << 8) ^ (x << 12) ^ (x << 5) ^ x);
}
