/* CRC-16/CCITT-FALSE: polynomial 0x1021, start 0xFFFF, not reflected, no final XOR. 0x29B1 for "123456789". */
#ifndef CONSOLE_CRC16_H
#define CONSOLE_CRC16_H

#include <stdint.h>

#define CRC16_START 0xFFFFu

uint16_t crc16_add(uint16_t crc, uint8_t byte);

#endif
