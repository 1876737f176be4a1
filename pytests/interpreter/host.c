/* The interpreter as a library for tests on the host. */
#include <string.h>

#include "interpreter/interpreter.h"

static struct interpreter it;
static int8_t *layers; /* where the outputs of all layers go, one after the other; 0: nowhere */

int host_open(const uint8_t *data, uint32_t bytes, uint8_t *arena, uint32_t arena_bytes, char *error);
int host_open(const uint8_t *data, uint32_t bytes, uint8_t *arena, uint32_t arena_bytes, char *error) {
    const bool good = interpreter_open(&it, data, bytes, arena, arena_bytes);
    memcpy(error, it.error.text, it.error.length);
    error[it.error.length] = '\0';
    return good;
}

uint32_t host_value(int what);
uint32_t host_value(int what) {
    switch (what) {
    case 0:
        return it.input->bytes;
    case 1:
        return it.output->bytes;
    case 2:
        return it.needed_bytes;
    default:
        return it.operator_count;
    }
}

void host_run(const int8_t *input, int8_t *output, int8_t *all_layers);
void host_run(const int8_t *input, int8_t *output, int8_t *all_layers) {
    layers = all_layers;
    memcpy(interpreter_input(&it), input, it.input->bytes);
    interpreter_run(&it);
    memcpy(output, interpreter_output(&it), it.output->bytes);
}

void interpreter_layer_done(uint32_t index, const struct interpreter_tensor *output) {
    (void)index;
    if (layers != 0) {
        memcpy(layers, output->data, output->bytes);
        layers += output->bytes;
    }
}
