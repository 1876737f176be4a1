#include "pad_u8.h"
#include "forms.h"

void pad_u8(uint8_t *to, int32_t height, int32_t row, const int8_t *from, int32_t from_height, int32_t from_row,
            int32_t top, int32_t left, uint8_t border) {
    int32_t copied = from_row < row - left ? from_row : row - left;
    KERNELS_NO_UNROLL
    for (int32_t y = 0; y < height; y++) {
        uint8_t *end = to + row;
        int32_t source = y - top;
        if (source >= 0 && source < from_height) {
            const int8_t *line = from + source * from_row;
            KERNELS_NO_UNROLL
            for (int32_t x = 0; x < left; x++) {
                *to++ = border;
            }
            KERNELS_NO_UNROLL
            for (int32_t x = 0; x < copied; x++) {
                *to++ = (uint8_t)(line[x] ^ 0x80);
            }
        }
        KERNELS_NO_UNROLL
        while (to < end) {
            *to++ = border;
        }
    }
}
