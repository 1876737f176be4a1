/* The image, the model, and what is printed about both. */
#ifndef CONSOLE_RUNNER_H
#define CONSOLE_RUNNER_H

#include <stdint.h>

#include "bundle.h"

/* In digitrig_image, which a debugger may write: pixels of the last complete image, 28 x 28, row by row, 0 =
 * background, 255 = ink. */
#define IMAGE_BYTES PICTURE_BYTES

/* A debugger writes any number but 0 after the image; the firmware runs, prints the result, and sets it back to 0. */
extern volatile uint32_t digitrig_request;

/* A place for a frame that is still arriving: the input of the model, which nobody needs between two runs. Where the
 * image itself lies there, to save memory, there is no image from now on until one has come whole. */
uint8_t *runner_staging(void);

/* The frame in staging was good: it is the image now. */
void runner_accept(void);

/* A debugger has written an image. */
void runner_written(void);

/* Run the model on the image. Returns how long it took, in microseconds; the scores are in model_bundle.output(). */
uint32_t runner_run(void);

/* The class with the highest score of the last run; of equals the first. */
uint32_t runner_best(void);

/* The result lines of the last run. */
void runner_print_result(uint32_t microseconds);

/* All of it: the LED is dark meanwhile. Without an image only `error: no image`. */
void runner_predict(void);

void runner_print_banner(void);

#endif
