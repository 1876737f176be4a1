/* Runs a fully quantised int8 model from its `.tflite` file, which is read in place.
 *
 * The file may come from anywhere: all of it that is used is checked before anything runs, and what is wrong comes back
 * as one line of text. After that nothing can fail. No allocation: tables, activations and scratch lie in one arena
 * that the caller gives. Results equal the TFLite reference kernels in every byte of every layer.
 */
#ifndef INTERPRETER_INTERPRETER_H
#define INTERPRETER_INTERPRETER_H

#include <stdbool.h>
#include <stdint.h>

#include "common/line.h"
#include "flatbuffer.h"

#define INTERPRETER_RANK 6 /* dimensions of a tensor, at most */
#define INTERPRETER_INPUTS 3
/* Limits that keep the time bounded that a hostile model can take. */
#define INTERPRETER_TENSORS 1024u
#define INTERPRETER_OPERATORS 256u
#define INTERPRETER_STEPS 2000000000u /* multiplications, or elements looked at, of one run */

struct interpreter_tensor {
    const int8_t *data; /* in the file or in the arena; a host reads the first three members at layer boundaries */
    uint32_t index;     /* in the file */
    uint32_t bytes;

    uint32_t elements;
    int32_t shape[INTERPRETER_RANK];
    uint8_t rank;
    uint8_t type; /* TYPE_* of tflite.h */
    bool constant;
    bool defined;                    /* by the file, as the model's input, or by an operator that runs before */
    struct interpreter_tensor *root; /* whose memory it shares: its own, or that of what it is a reshape of */
    int32_t first, last;             /* operators that it has to exist for; -1 is before the first */
    uint32_t offset;                 /* in the arena */
    /* Quantisation as a whole; scales.count is 0 where there is none, and more than 1 where it is per channel. */
    float scale;
    int32_t zero_point;
    struct flatbuffer_vector scales, zero_points;
    int32_t dimension; /* that the scales belong to */
};

struct operator_kind;

struct interpreter_operator {
    const struct operator_kind *kind;
    struct interpreter_tensor *inputs[INTERPRETER_INPUTS]; /* 0 where one is left out */
    struct interpreter_tensor *output;
    const void *parameters; /* made when the model is opened */
    uint32_t scratch_bytes, scratch_offset;
    int8_t *target; /* where the output goes */
    int8_t *scratch;
};

struct interpreter {
    struct flatbuffer file;
    uint8_t *arena;
    uint32_t arena_bytes;
    uint32_t table_bytes;  /* of the arena, at its start */
    uint32_t needed_bytes; /* of the arena, by the tables and the activations */
    struct interpreter_tensor *tensors;
    struct interpreter_operator *operators;
    uint32_t tensor_count, operator_count;
    struct interpreter_tensor *input, *output;
    struct flatbuffer_vector codes, buffers;
    uint64_t steps;
    struct line error; /* empty if nothing is wrong; without a line end */
};

/* Check a model and get it ready. Returns true, or false with a text `error: ...` in it->error.
 *
 * data: stays where it is as long as the model is used; any alignment.  arena: any alignment. */
bool interpreter_open(struct interpreter *it, const uint8_t *data, uint32_t bytes, uint8_t *arena,
                      uint32_t arena_bytes);

/* Of a model that is open: where its input goes before each run, which may overwrite it; and its output after it. */
int8_t *interpreter_input(const struct interpreter *it);
const int8_t *interpreter_output(const struct interpreter *it);

void interpreter_run(const struct interpreter *it);

/* Called after each operator. It does nothing: a debugger stops here and reads the output. Weak, so that a program on
 * the host can define its own. */
void interpreter_layer_done(uint32_t index, const struct interpreter_tensor *output);

#endif
