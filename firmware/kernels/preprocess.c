#include "preprocess.h"
#include "forms.h"

static int8_t step(const struct preprocess *p, uint32_t level) {
    const uint32_t steps = (level * p->multiplier + PREPROCESS_SAME / 2) / PREPROCESS_SAME;
    const int32_t value = (int32_t)steps + p->zero_point;
    return (int8_t)(value > INT8_MAX ? INT8_MAX : value);
}

void preprocess_scale(const struct preprocess *p, const uint8_t *image, int8_t *input) {
    const uint8_t *end = image + PREPROCESS_PIXELS;
    KERNELS_NO_UNROLL
    while (image != end) {
        *input++ = step(p, *image++);
    }
}

void preprocess_same(const uint8_t *image, int8_t *input) {
    const uint32_t *from = (const uint32_t *)(const void *)image, *end = from + PREPROCESS_PIXELS / 4;
    uint32_t *to = (uint32_t *)(void *)input;
    KERNELS_NO_UNROLL
    while (from != end) {
        *to++ = *from++ ^ 0x80808080u;
    }
}

void preprocess_halve(const struct preprocess *p, const uint8_t *image, int8_t *input) {
    const uint8_t *end = image + PREPROCESS_PIXELS;
    KERNELS_NO_UNROLL
    while (image != end) {
        *input++ = step(p, *image++ >> 1);
    }
}

void preprocess_binarise(const struct preprocess *p, const uint8_t *image, int8_t *input) {
    const uint8_t *end = image + PREPROCESS_PIXELS;
    const int8_t none = step(p, 0), ink = step(p, 255);
    KERNELS_NO_UNROLL
    while (image != end) {
        *input++ = *image++ != 0 ? ink : none;
    }
}

void preprocess_resize(const struct preprocess *p, const uint8_t *image, int8_t *input) {
    const int32_t height = p->height, width = p->width;
    KERNELS_NO_UNROLL
    for (int32_t y = 0; y < height; y++) {
        const uint8_t *row = image + y * PREPROCESS_SIDE / height * PREPROCESS_SIDE;
        KERNELS_NO_UNROLL
        for (int32_t x = 0; x < width; x++) {
            const int8_t value = step(p, row[x * PREPROCESS_SIDE / width]);
            KERNELS_NO_UNROLL
            for (int32_t channel = p->channels; channel > 0; channel--) {
                *input++ = value;
            }
        }
    }
}
