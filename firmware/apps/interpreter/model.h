/* The model that runs: the one in flash, or one that was loaded later. It is what `model_bundle` tells of. */
#ifndef INTERPRETER_APP_MODEL_H
#define INTERPRETER_APP_MODEL_H

#include <stdbool.h>
#include <stdint.h>

#include "common/line.h"

#define MODEL_NAME_BYTES 24u /* with the 0 at its end */

/* How many bytes a loaded model may have, and how many its tables and activations together. */
#define MODEL_AREA_BYTES (4u * 1024u * 1024u)
#define MODEL_ARENA_BYTES (720u * 1024u)

/* Where a model is loaded: in external memory. */
extern uint8_t digitrig_model_area[MODEL_AREA_BYTES];

/* Start the external memory, and run the model in flash. */
void model_begin(void);

/* Whether the external memory has started. */
bool model_area_is_there(void);

/* Run the model in flash from now on. */
void model_use_builtin(void);

/* Run this model from now on.  rule: how a picture becomes its input, a word of kernels/preprocess.h, or "" for what
 * suits the input's size.  Returns 0, or the line `error: ...`, which ends with a 0; then the model in flash runs. */
const char *model_use(const char *name, const char *rule, const uint8_t *data, uint32_t bytes);

#endif
