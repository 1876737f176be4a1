/* Opens the models on standard input, runs those that open, and prints one line for each: `ok` or the error text.
 * Each is its length and the arena's, both little-endian 32 bits, then its bytes. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "interpreter/interpreter.h"

#define RUN_STEPS 3000000u /* models that take longer are opened only */

static void *exactly(uint32_t bytes) {
    void *room = malloc(bytes > 0u ? bytes : 1u);
    if (room == 0) {
        abort();
    }
    return room;
}

static void try_model(const uint8_t *data, uint32_t bytes, uint32_t arena_bytes) {
    struct interpreter it;
    uint8_t *arena = exactly(arena_bytes);
    memset(arena, 0x5A, arena_bytes);
    if (!interpreter_open(&it, data, bytes, arena, arena_bytes)) {
        if (it.error.length < 8u || memcmp(it.error.text, "error: ", 7) != 0) {
            abort();
        }
        printf("%.*s\n", (int)it.error.length, it.error.text);
    } else {
        if (it.steps <= RUN_STEPS) {
            memset(interpreter_input(&it), 0x80, it.input->bytes);
            interpreter_run(&it);
            for (uint32_t i = 0; i < it.output->bytes; i++) {
                volatile int8_t read = interpreter_output(&it)[i];
                (void)read;
            }
        }
        puts("ok");
    }
    fflush(stdout);
    free(arena);
}

int main(void) {
    uint32_t head[2];
    while (fread(head, sizeof head, 1, stdin) == 1) {
        uint8_t *data = exactly(head[0]);
        if (head[0] > 0u && fread(data, head[0], 1, stdin) != 1) {
            return 2;
        }
        try_model(data, head[0], head[1]);
        free(data);
    }
    return 0;
}
