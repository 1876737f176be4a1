/* SHA-256 (FIPS 180-4). */
#ifndef INTERPRETER_APP_SHA256_H
#define INTERPRETER_APP_SHA256_H

#include <stdint.h>

/* The first word of the digest, of which the banner prints eight hexadecimal digits. */
uint32_t sha256_first_word(const uint8_t *data, uint32_t bytes);

#endif
