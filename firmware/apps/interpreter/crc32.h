/* CRC-32 as zip and Ethernet have it: polynomial 0x04C11DB7 reflected, start and final XOR 0xFFFFFFFF. 0xCBF43926 for
 * "123456789". */
#ifndef INTERPRETER_APP_CRC32_H
#define INTERPRETER_APP_CRC32_H

#include <stdint.h>

uint32_t crc32(const uint8_t *data, uint32_t bytes);

#endif
