#include "flatbuffer.h"

/* FlatBuffers, "Internals": a table begins with the distance back to its vtable; the vtable holds its own size, the
 * size of the table's fields, then the offset of each field in the table, 0 if it is absent. Tables and vectors are
 * referred to by the distance from the reference to them, always forwards. All little-endian. */
#define OFFSET_BYTES 4u
#define VTABLE_HEAD_BYTES 4u

void flatbuffer_open(struct flatbuffer *file, const uint8_t *data, uint32_t bytes) {
    *file = (struct flatbuffer){.data = data, .bytes = bytes};
}

static void fail(struct flatbuffer *file, const char *what, uint32_t position) {
    if (file->fault == 0) {
        file->fault = what;
        file->fault_at = position;
    }
}

/* Whether `count` bytes from `position` on are in the file and nothing has been wrong before. */
static bool inside(struct flatbuffer *file, uint32_t position, uint32_t count, const char *what) {
    if (file->fault == 0 && (count > file->bytes || position > file->bytes - count)) {
        fail(file, what, position);
    }
    return file->fault == 0;
}

static uint64_t little_endian(struct flatbuffer *file, uint32_t position, uint32_t count, const char *what) {
    uint64_t value = 0;
    if (inside(file, position, count, what)) {
        for (uint32_t i = count; i > 0u; i--) {
            value = (value << 8) | file->data[position + i - 1u];
        }
    }
    return value;
}

uint32_t flatbuffer_u32(struct flatbuffer *file, uint32_t position) {
    return (uint32_t)little_endian(file, position, 4, "a number outside the file");
}

int32_t flatbuffer_i32(struct flatbuffer *file, uint32_t position) { return (int32_t)flatbuffer_u32(file, position); }

int64_t flatbuffer_i64(struct flatbuffer *file, uint32_t position) {
    return (int64_t)little_endian(file, position, 8, "a number outside the file");
}

float flatbuffer_f32(struct flatbuffer *file, uint32_t position) {
    const uint32_t bits = flatbuffer_u32(file, position);
    float value;
    __builtin_memcpy(&value, &bits, sizeof value);
    return value;
}

/* What the reference at a position refers to; 0 if that is not after it and in the file. */
static uint32_t follow(struct flatbuffer *file, uint32_t position) {
    const uint32_t distance = (uint32_t)little_endian(file, position, OFFSET_BYTES, "a reference outside the file");
    if (file->fault != 0) {
        return 0;
    }
    if (distance < OFFSET_BYTES || distance > file->bytes - position) {
        fail(file, "a reference that leaves the file or leads to itself", position);
        return 0;
    }
    return position + distance;
}

static struct flatbuffer_table table_at(struct flatbuffer *file, uint32_t position) {
    struct flatbuffer_table table = {.position = position};
    const int64_t back = flatbuffer_i32(file, position);
    const int64_t vtable = (int64_t)position - back;
    if (file->fault == 0 && (vtable < 0 || vtable > (int64_t)file->bytes - VTABLE_HEAD_BYTES)) {
        fail(file, "a vtable outside the file", position);
    }
    if (file->fault == 0) {
        table.vtable = (uint32_t)vtable;
        table.vtable_bytes = (uint32_t)little_endian(file, table.vtable, 2, "a vtable outside the file");
        table.bytes = (uint32_t)little_endian(file, table.vtable + 2u, 2, "a vtable outside the file");
        if (table.vtable_bytes < VTABLE_HEAD_BYTES || table.bytes < OFFSET_BYTES) {
            fail(file, "a vtable that is too short", table.vtable);
        }
        (void)inside(file, table.vtable, table.vtable_bytes, "a vtable that leaves the file");
        (void)inside(file, position, table.bytes, "a table that leaves the file");
    }
    return file->fault == 0 ? table : (struct flatbuffer_table){0};
}

struct flatbuffer_table flatbuffer_root(struct flatbuffer *file) {
    const uint32_t position = follow(file, 0);
    return file->fault == 0 ? table_at(file, position) : (struct flatbuffer_table){0};
}

/* Position of a field of `bytes` bytes, 0 where it is absent. */
static uint32_t field_at(struct flatbuffer *file, const struct flatbuffer_table *table, uint32_t field,
                         uint32_t bytes) {
    const uint32_t slot = VTABLE_HEAD_BYTES + 2u * field;
    if (file->fault != 0 || table->position == 0u || slot + 2u > table->vtable_bytes) {
        return 0;
    }
    const uint32_t offset = (uint32_t)little_endian(file, table->vtable + slot, 2, "a vtable outside the file");
    if (offset == 0u) {
        return 0;
    }
    if (offset < OFFSET_BYTES || offset + bytes > table->bytes) {
        fail(file, "a field outside its table", table->position);
        return 0;
    }
    return table->position + offset;
}

bool flatbuffer_has(struct flatbuffer *file, const struct flatbuffer_table *table, uint32_t field) {
    return field_at(file, table, field, 1) != 0u;
}

uint8_t flatbuffer_field_u8(struct flatbuffer *file, const struct flatbuffer_table *table, uint32_t field) {
    const uint32_t at = field_at(file, table, field, 1);
    return at == 0u ? 0 : (uint8_t)little_endian(file, at, 1, "a field outside the file");
}

int32_t flatbuffer_field_i32(struct flatbuffer *file, const struct flatbuffer_table *table, uint32_t field,
                             int32_t otherwise) {
    const uint32_t at = field_at(file, table, field, 4);
    return at == 0u ? otherwise : flatbuffer_i32(file, at);
}

float flatbuffer_field_f32(struct flatbuffer *file, const struct flatbuffer_table *table, uint32_t field) {
    const uint32_t at = field_at(file, table, field, 4);
    return at == 0u ? 0.0f : flatbuffer_f32(file, at);
}

struct flatbuffer_table flatbuffer_field_table(struct flatbuffer *file, const struct flatbuffer_table *table,
                                               uint32_t field) {
    const uint32_t at = field_at(file, table, field, OFFSET_BYTES);
    const uint32_t position = at == 0u ? 0 : follow(file, at);
    return position == 0u ? (struct flatbuffer_table){0} : table_at(file, position);
}

struct flatbuffer_vector flatbuffer_field_vector(struct flatbuffer *file, const struct flatbuffer_table *table,
                                                 uint32_t field, uint32_t element_bytes) {
    struct flatbuffer_vector vector = {0};
    const uint32_t at = field_at(file, table, field, OFFSET_BYTES);
    const uint32_t position = at == 0u ? 0 : follow(file, at);
    if (position == 0u) {
        return vector;
    }
    const uint32_t count = (uint32_t)little_endian(file, position, 4, "a vector outside the file");
    if (file->fault == 0 && count > (file->bytes - position - 4u) / element_bytes) {
        fail(file, "a vector that is longer than the file", position);
    }
    if (file->fault == 0) {
        vector.position = position + 4u;
        vector.count = count;
    }
    return vector;
}

struct flatbuffer_table flatbuffer_element_table(struct flatbuffer *file, const struct flatbuffer_vector *vector,
                                                 uint32_t index) {
    const uint32_t position = follow(file, vector->position + OFFSET_BYTES * index);
    return position == 0u ? (struct flatbuffer_table){0} : table_at(file, position);
}
