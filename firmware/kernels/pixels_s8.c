#include "pixels_s8.h"

void pixels_s8_row(uint32_t *to, int32_t words, const int8_t *pixels, int32_t count, int32_t left, int32_t border) {
#if KERNELS_DSP
    int16_t *next = (int16_t *)(void *)to, *const end = next + 2 * words;
    int16_t *const first = next + left, *const past = end - first > count ? first + count : end;
    KERNELS_NO_UNROLL
    while (next != first) {
        *next++ = (int16_t)border;
    }
    KERNELS_NO_UNROLL
    while (next != past) {
        *next++ = *pixels++;
    }
    KERNELS_NO_UNROLL
    while (next != end) {
        *next++ = (int16_t)border;
    }
#else
    /* A word is complete when its right neighbour is known. */
    const uint32_t outside = (uint32_t)border;
    uint32_t pixel = outside;
    if (left == 0 && count > 0) {
        pixel = (uint32_t)*pixels++;
        count--;
    }
    uint32_t *const end = to + words, *const first = left > 0 ? to + left - 1 : to;
    uint32_t *const past = end - first > count ? first + count : end;
    KERNELS_NO_UNROLL
    while (to != first) {
        *to++ = pixel + (outside << 16);
    }
    KERNELS_NO_UNROLL
    while (to != past) {
        const uint32_t right = (uint32_t)*pixels++;
        *to++ = pixel + (right << 16);
        pixel = right;
    }
    KERNELS_NO_UNROLL
    while (to != end) {
        *to++ = pixel + (outside << 16);
        pixel = outside;
    }
#endif
}
