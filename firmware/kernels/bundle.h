/* What firmware sees of a model that was turned into C ahead of time.
 *
 * The generated source of a model defines `model_bundle`, and owns the memory that it works in. Sizes are also macros
 * of the generated header, for a linker script or a static assert.
 */
#ifndef KERNELS_BUNDLE_H
#define KERNELS_BUNDLE_H

#include <stdint.h>

#define PICTURE_BYTES 784u

/* A picture as a host writes it: 28 x 28 grey levels. Where it is the memory that input() returns, load() of it turns
 * it into the input, and once more back into the picture; run() leaves it alone then. Other models have none: the
 * program brings its own. */
extern uint8_t digitrig_image[PICTURE_BYTES] __attribute__((aligned(4)));

struct bundle {
    const char *name;      /* of the model */
    const char *hash8;     /* first eight hex digits of the SHA-256 of the .tflite file */
    uint32_t input_bytes;  /* size of *input() */
    uint32_t output_bytes; /* size of *output() */
    uint32_t arena_bytes;  /* activations and scratch together */
    /* Make the input of a picture: 784 grey levels, row by row, 0 = background, 255 = ink. run() may overwrite the
     * input: load again before every run. 0 for a model whose input is no picture. */
    void (*load)(const uint8_t *image);
    int8_t *(*input)(void);        /* the input itself, for who makes it otherwise; memory of the model's own */
    const int8_t *(*output)(void); /* scores after run(), until the next run() or write to the input */
    int (*run)(void);              /* 0: done. Nothing can fail; the status is for other kinds of runner */
};

/* A program that changes its model while it runs defines BUNDLE_MUTABLE for all that include this. */
#ifdef BUNDLE_MUTABLE
extern struct bundle model_bundle;
#else
extern const struct bundle model_bundle;
#endif

#endif
