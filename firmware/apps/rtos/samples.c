#include "samples.h"

/* Digits of our own, drawn by `digitrig convert`; not of any data set. */
const uint8_t samples[SAMPLES * 784u] = {
#include "samples.inc"
};
