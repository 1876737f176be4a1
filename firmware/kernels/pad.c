#include "pad.h"
#include "forms.h"

void pad_s8(int8_t *to, const int8_t *from, const struct pad *p) {
    const int32_t row = p->row, left = p->left, from_row = p->from_row, flip = p->flip;
    const int32_t copied = from_row < row - left ? from_row : row - left;
    const int8_t border = (int8_t)p->border;
    int32_t source = -p->top;
    KERNELS_NO_UNROLL
    for (int32_t y = p->height; y > 0; y--) {
        const int8_t *end = to + row;
        if (source >= 0 && source < p->from_height) {
            const int8_t *inner = to + left;
            KERNELS_NO_UNROLL
            while (to != inner) {
                *to++ = border;
            }
            const int8_t *past = inner + copied, *line = from;
            KERNELS_NO_UNROLL
            while (to != past) {
                *to++ = (int8_t)(*line++ ^ flip);
            }
            from += from_row;
        }
        KERNELS_NO_UNROLL
        while (to != end) {
            *to++ = border;
        }
        source++;
    }
}
