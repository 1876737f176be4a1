/* From a 28x28 picture to a model's int8 input. The host does the same in src/digitrig/reference/preprocess.py.
 *
 * A picture has 784 grey levels, row by row, 0 = background, 255 = ink. Each becomes (level * multiplier + 2^19) >> 20,
 * plus the zero point, at most 127.
 */
#ifndef KERNELS_PREPROCESS_H
#define KERNELS_PREPROCESS_H

#include <stdint.h>

#define PREPROCESS_SIDE 28
#define PREPROCESS_PIXELS (PREPROCESS_SIDE * PREPROCESS_SIDE)
#define PREPROCESS_SAME (1u << 20) /* the multiplier that leaves levels as they are */

/* multiplier: 2^20 * (1/255 or what the function says) / scale of the input, 1..2^24 - 1.
 * zero_point, height, width, channels: of the input; sizes count where the picture is scaled up only. */
struct preprocess {
    uint32_t multiplier;
    int16_t zero_point;
    int16_t height, width, channels;
};

/* image: PREPROCESS_PIXELS levels.  input: as many values. */
void preprocess_scale(const struct preprocess *p, const uint8_t *image, int8_t *input);

/* Where levels stay as they are and the zero point is -128: one bit of every byte is turned. Twice gives the picture
 * again.  image, input: aligned to 4; may be one memory. */
void preprocess_same(const uint8_t *image, int8_t *input);

/* The same of level / 2, rounded down; one is worth 1/128. */
void preprocess_halve(const struct preprocess *p, const uint8_t *image, int8_t *input);

/* The same with every level above 0 as 255. */
void preprocess_binarise(const struct preprocess *p, const uint8_t *image, int8_t *input);

/* The same with the picture scaled up: row and column d take row d * 28 / height and column d * 28 / width, rounded
 * down, of the picture.  input: height * width * channels values, each channel the same. */
void preprocess_resize(const struct preprocess *p, const uint8_t *image, int8_t *input);

#endif
