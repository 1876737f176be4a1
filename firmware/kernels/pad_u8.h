/* Copy of an int8 image as unsigned bytes (value + 128) with a border. */
#ifndef KERNELS_PAD_U8_H
#define KERNELS_PAD_U8_H

#include <stdint.h>

/* to: height rows of `row` bytes.  from: from_height rows of `from_row` bytes, placed `top` rows down and `left` bytes
 * right; what falls outside is dropped.  border: the byte for everything else.
 */
void pad_u8(uint8_t *to, int32_t height, int32_t row, const int8_t *from, int32_t from_height, int32_t from_row,
            int32_t top, int32_t left, uint8_t border);

#endif
