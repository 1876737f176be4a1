/* Where the activations of a model lie in its arena. */
#ifndef INTERPRETER_PLAN_H
#define INTERPRETER_PLAN_H

#include "interpreter.h"

/* Give every computed tensor and every scratch memory its place behind the tables: largest first, each at the lowest
 * place that nothing occupies at the same time. Returns false with the error text written if the arena is too small. */
bool interpreter_plan(struct interpreter *it);

#endif
