/* Reading of a flatbuffer that nobody vouches for, in place.
 *
 * Every read is checked against the file. The first one that would leave it is remembered in `fault`; it and all later
 * ones give 0, and absent tables and vectors are empty. So a caller may go on and look at `fault` when it has read what
 * it needs. Nothing here recurses: a table that contains itself is just read again.
 */
#ifndef INTERPRETER_FLATBUFFER_H
#define INTERPRETER_FLATBUFFER_H

#include <stdbool.h>
#include <stdint.h>

struct flatbuffer {
    const uint8_t *data;
    uint32_t bytes;
    const char *fault; /* what was wrong first, 0 if nothing */
    uint32_t fault_at; /* and where in the file */
};

/* Position 0 means that there is none. */
struct flatbuffer_table {
    uint32_t position;
    uint32_t vtable, vtable_bytes;
    uint32_t bytes; /* of the fields in place */
};

/* A vector; `count` elements begin at `position`. */
struct flatbuffer_vector {
    uint32_t position, count;
};

void flatbuffer_open(struct flatbuffer *file, const uint8_t *data, uint32_t bytes);

struct flatbuffer_table flatbuffer_root(struct flatbuffer *file);

/* Scalars at a position of the file; the bytes need no alignment. */
uint32_t flatbuffer_u32(struct flatbuffer *file, uint32_t position);
int32_t flatbuffer_i32(struct flatbuffer *file, uint32_t position);
int64_t flatbuffer_i64(struct flatbuffer *file, uint32_t position);
float flatbuffer_f32(struct flatbuffer *file, uint32_t position);

/* Fields of a table by their number in the schema; the default where the field or the table is absent. */
bool flatbuffer_has(struct flatbuffer *file, const struct flatbuffer_table *table, uint32_t field);
uint8_t flatbuffer_field_u8(struct flatbuffer *file, const struct flatbuffer_table *table, uint32_t field);
int32_t flatbuffer_field_i32(struct flatbuffer *file, const struct flatbuffer_table *table, uint32_t field,
                             int32_t otherwise);
float flatbuffer_field_f32(struct flatbuffer *file, const struct flatbuffer_table *table, uint32_t field);
struct flatbuffer_table flatbuffer_field_table(struct flatbuffer *file, const struct flatbuffer_table *table,
                                               uint32_t field);
/* element_bytes: of one element; all of them lie in the file. */
struct flatbuffer_vector flatbuffer_field_vector(struct flatbuffer *file, const struct flatbuffer_table *table,
                                                 uint32_t field, uint32_t element_bytes);

/* Element of a vector of tables; index below its count. */
struct flatbuffer_table flatbuffer_element_table(struct flatbuffer *file, const struct flatbuffer_vector *vector,
                                                 uint32_t index);

#endif
