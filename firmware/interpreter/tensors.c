/* The tensors of a model: shapes, constants, quantisation. */
#include "prepare.h"
#include "tflite.h"

#define ELEMENTS_MAXIMUM 0x10000000u

bool interpreter_refuse_tensor(struct interpreter *it, const struct interpreter_tensor *tensor, const char *text) {
    struct line *line = interpreter_error(it);
    line_text(line, "tensor ");
    line_unsigned(line, tensor->index);
    line_text(line, ": ");
    line_text(line, text);
    return false;
}

/* 0 for a type that nothing here uses. */
static uint32_t element_bytes(uint8_t type) {
    switch (type) {
    case TYPE_INT8:
    case TYPE_UINT8:
    case TYPE_BOOL:
        return 1;
    case TYPE_INT16:
        return 2;
    case TYPE_INT32:
    case TYPE_FLOAT32:
        return 4;
    case TYPE_INT64:
        return 8;
    default:
        return 0;
    }
}

static bool read_shape(struct interpreter *it, const struct flatbuffer_table *table,
                       struct interpreter_tensor *tensor) {
    const struct flatbuffer_vector shape = flatbuffer_field_vector(&it->file, table, TENSOR_SHAPE, 4);
    if (shape.count > INTERPRETER_RANK) {
        return interpreter_refuse_tensor(it, tensor, "more than 6 dimensions");
    }
    uint64_t elements = 1;
    for (uint32_t i = 0; i < shape.count; i++) {
        const int32_t size = flatbuffer_i32(&it->file, shape.position + 4u * i);
        if (size < 1) {
            return interpreter_refuse_tensor(it, tensor, "a dimension below 1");
        }
        tensor->shape[i] = size;
        elements *= (uint32_t)size;
        if (elements > ELEMENTS_MAXIMUM) {
            return interpreter_refuse_tensor(it, tensor, "more than 268435456 elements");
        }
    }
    tensor->rank = (uint8_t)shape.count;
    tensor->elements = (uint32_t)elements;
    tensor->bytes = tensor->elements * element_bytes(tensor->type);
    return true;
}

/* The values of a constant. A tensor whose buffer is empty is computed. */
static bool read_constant(struct interpreter *it, const struct flatbuffer_table *table,
                          struct interpreter_tensor *tensor) {
    struct flatbuffer *file = &it->file;
    const uint32_t number = (uint32_t)flatbuffer_field_i32(file, table, TENSOR_BUFFER, 0);
    if (number >= it->buffers.count) {
        return number == 0u || interpreter_refuse_tensor(it, tensor, "its buffer does not exist");
    }
    const struct flatbuffer_table buffer = flatbuffer_element_table(file, &it->buffers, number);
    const struct flatbuffer_vector data = flatbuffer_field_vector(file, &buffer, BUFFER_DATA, 1);
    if (flatbuffer_has(file, &buffer, BUFFER_OFFSET) || flatbuffer_has(file, table, TENSOR_EXTERNAL_BUFFER)) {
        return interpreter_refuse_tensor(it, tensor, "its values lie outside of the flatbuffer");
    }
    if (data.count == 0u) {
        return true;
    }
    if (data.count != tensor->bytes) {
        return interpreter_refuse_tensor(it, tensor, "its buffer has another size than its shape and type");
    }
    tensor->data = (const int8_t *)(file->data + data.position);
    tensor->constant = true;
    tensor->defined = true;
    return true;
}

static bool read_quantisation(struct interpreter *it, const struct flatbuffer_table *table,
                              struct interpreter_tensor *tensor) {
    struct flatbuffer *file = &it->file;
    const struct flatbuffer_table found = flatbuffer_field_table(file, table, TENSOR_QUANTIZATION);
    tensor->scales = flatbuffer_field_vector(file, &found, QUANTIZATION_SCALE, 4);
    tensor->zero_points = flatbuffer_field_vector(file, &found, QUANTIZATION_ZERO_POINT, 8);
    tensor->dimension = flatbuffer_field_i32(file, &found, QUANTIZATION_DIMENSION, 0);
    if (tensor->zero_points.count != 0u && tensor->zero_points.count != tensor->scales.count) {
        return interpreter_refuse_tensor(it, tensor, "not as many zero points as scales");
    }
    if (tensor->scales.count > 0u) {
        tensor->scale = flatbuffer_f32(file, tensor->scales.position);
    }
    for (uint32_t i = 0; i < tensor->zero_points.count; i++) {
        const int64_t zero_point = flatbuffer_i64(file, tensor->zero_points.position + 8u * i);
        if (tensor->type == TYPE_INT8 && (zero_point < INT8_MIN || zero_point > INT8_MAX)) {
            return interpreter_refuse_tensor(it, tensor, "a zero point outside of int8");
        }
        if (i == 0u) {
            tensor->zero_point = (int32_t)zero_point;
        }
    }
    return true;
}

static bool read_tensor(struct interpreter *it, const struct flatbuffer_table *table,
                        struct interpreter_tensor *tensor) {
    struct flatbuffer *file = &it->file;
    tensor->type = flatbuffer_field_u8(file, table, TENSOR_TYPE);
    tensor->root = tensor;
    if (flatbuffer_field_u8(file, table, TENSOR_IS_VARIABLE) != 0u || flatbuffer_has(file, table, TENSOR_SPARSITY)) {
        return interpreter_refuse_tensor(it, tensor, "variables and sparse tensors are not supported");
    }
    return read_shape(it, table, tensor) && read_constant(it, table, tensor) && read_quantisation(it, table, tensor) &&
           interpreter_is_sound(it);
}

bool interpreter_read_tensors(struct interpreter *it, const struct flatbuffer_table *graph) {
    const struct flatbuffer_vector tables = flatbuffer_field_vector(&it->file, graph, SUBGRAPH_TENSORS, 4);
    if (tables.count == 0u || tables.count > INTERPRETER_TENSORS) {
        return interpreter_is_sound(it) && interpreter_refuse_count(it, "tensors", tables.count, INTERPRETER_TENSORS);
    }
    it->tensors = interpreter_reserve(it, tables.count, sizeof *it->tensors);
    if (it->tensors == 0) {
        return false;
    }
    for (; it->tensor_count < tables.count; it->tensor_count++) {
        struct interpreter_tensor *tensor = &it->tensors[it->tensor_count];
        *tensor = (struct interpreter_tensor){.index = it->tensor_count};
        const struct flatbuffer_table table = flatbuffer_element_table(&it->file, &tables, it->tensor_count);
        if (!read_tensor(it, &table, tensor)) {
            return false;
        }
    }
    return true;
}

struct interpreter_tensor *interpreter_read_end(struct interpreter *it, const struct flatbuffer_table *graph,
                                                uint32_t field, const char *what) {
    const struct flatbuffer_vector ends = flatbuffer_field_vector(&it->file, graph, field, 4);
    if (!interpreter_is_sound(it)) {
        return 0;
    }
    if (ends.count != 1u) {
        (void)interpreter_refuse_count(it, what, ends.count, 1);
        return 0;
    }
    const int32_t index = flatbuffer_i32(&it->file, ends.position);
    if (index < 0 || (uint32_t)index >= it->tensor_count) {
        (void)interpreter_refuse_count(it, what, (uint32_t)index, it->tensor_count);
        return 0;
    }
    struct interpreter_tensor *tensor = &it->tensors[index];
    if (tensor->type != TYPE_INT8 || tensor->scales.count != 1u || tensor->constant) {
        (void)interpreter_refuse_tensor(it, tensor, "inputs and outputs of a model are int8 with one scale");
        return 0;
    }
    return tensor;
}
