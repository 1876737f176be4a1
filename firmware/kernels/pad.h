/* The copy of an input with a border, which convolutions read. */
#ifndef KERNELS_PAD_H
#define KERNELS_PAD_H

#include <stdint.h>

/* Sizes in bytes. The copy has height rows of row bytes; the input begins at (top, left) and may be larger. */
struct pad {
    int32_t height, row;
    int32_t from_height, from_row;
    int32_t top, left;
    int32_t border; /* the byte around the input */
    int32_t flip;   /* bits that the copy has the other way: 0x80 makes int8 value + 128 in uint8 */
};

void pad_s8(int8_t *to, const int8_t *from, const struct pad *p);

#endif
