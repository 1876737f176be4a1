#include "pad.h"
#include "forms.h"

/* The same where all is made of whole words and no bit is flipped. */
static void pad_words(uint32_t *to, const uint32_t *from, const struct pad *p) {
    const uint32_t border = (uint32_t)(p->border & 0xFF) * 0x01010101u;
    const int32_t left = p->left / 4, from_row = p->from_row / 4, row = p->row / 4;
    const int32_t copied = from_row < row - left ? from_row : row - left;
    int32_t source = -p->top;
    KERNELS_NO_UNROLL
    for (int32_t y = p->height; y > 0; y--) {
        const uint32_t *end = to + row;
        if (source >= 0 && source < p->from_height) {
            const uint32_t *inner = to + left;
            KERNELS_NO_UNROLL
            while (to != inner) {
                *to++ = border;
            }
            const uint32_t *past = inner + copied, *line = from;
            KERNELS_NO_UNROLL
            while (to != past) {
                *to++ = *line++;
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

void pad_s8(int8_t *to, const int8_t *from, const struct pad *p) {
    const int32_t row = p->row, left = p->left, from_row = p->from_row, flip = p->flip;
    const int32_t copied = from_row < row - left ? from_row : row - left;
    const int8_t border = (int8_t)p->border;
    int32_t source = -p->top;
    if ((((int32_t)(intptr_t)to | (int32_t)(intptr_t)from | row | left | from_row) & 3) == 0 && flip == 0) {
        pad_words((uint32_t *)(void *)to, (const uint32_t *)(const void *)from, p);
        return;
    }
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
