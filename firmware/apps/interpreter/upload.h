/* Models that arrive while the program runs: over the serial line with the command `model`, or written by a debugger.
 */
#ifndef INTERPRETER_APP_UPLOAD_H
#define INTERPRETER_APP_UPLOAD_H

#include <stdint.h>

#include "model.h"

#define UPLOAD_RULE_BYTES 12u

/* For a debugger: write a model to digitrig_model_area, its name and rule (0 at the end) here, and then its length,
 * which is set back to 0 when the model runs or has been refused. */
extern char digitrig_model_name[MODEL_NAME_BYTES];
extern char digitrig_model_rule[UPLOAD_RULE_BYTES];
extern volatile uint32_t digitrig_model_bytes;

/* `model LENGTH CRC32 [NAME [RULE]]`, `model status` or `model builtin`. */
void upload_command(const char *argument);

/* To be called once a millisecond: looks for a model of a debugger. */
void upload_poll(void);

#endif
