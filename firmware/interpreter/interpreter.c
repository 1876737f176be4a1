#include "interpreter.h"

#include "plan.h"
#include "prepare.h"
#include "tflite.h"

#define ALIGNMENT 8u
#define SCHEMA_VERSION 3

struct line *interpreter_error(struct interpreter *it) {
    line_begin(&it->error);
    line_text(&it->error, "error: ");
    return &it->error;
}

static bool refuse(struct interpreter *it, const char *text) {
    line_text(interpreter_error(it), text);
    return false;
}

bool interpreter_is_sound(struct interpreter *it) {
    if (it->file.fault == 0) {
        return true;
    }
    struct line *line = interpreter_error(it);
    line_text(line, "damaged model: ");
    line_text(line, it->file.fault);
    line_text(line, ", at byte ");
    line_unsigned(line, it->file.fault_at);
    line_text(line, " of ");
    line_unsigned(line, it->file.bytes);
    return false;
}

bool interpreter_refuse_count(struct interpreter *it, const char *what, uint32_t found, uint32_t expected) {
    struct line *line = interpreter_error(it);
    line_text(line, what);
    line_text(line, ": ");
    line_unsigned(line, found);
    line_text(line, " in the model, ");
    line_unsigned(line, expected);
    line_text(line, expected == 1u ? " expected" : " possible");
    return false;
}

void *interpreter_reserve(struct interpreter *it, uint32_t count, uint32_t element_bytes) {
    const uint64_t bytes = ((uint64_t)count * element_bytes + ALIGNMENT - 1u) / ALIGNMENT * ALIGNMENT;
    if (bytes > it->arena_bytes - it->table_bytes) {
        struct line *line = interpreter_error(it);
        line_text(line, "the model needs more than ");
        line_unsigned(line, it->table_bytes);
        line_text(line, " bytes of arena for its tables, there are ");
        line_unsigned(line, it->arena_bytes);
        return 0;
    }
    void *room = it->arena + it->table_bytes;
    it->table_bytes += (uint32_t)bytes;
    return room;
}

/* ------------------------------------------------------------------ operators */

static bool find_kind(struct prepare *p, const struct flatbuffer_table *table) {
    struct flatbuffer *file = &p->it->file;
    const uint32_t number = (uint32_t)flatbuffer_field_i32(file, table, OPERATOR_OPCODE_INDEX, 0);
    if (number >= p->it->codes.count) {
        return interpreter_is_sound(p->it) &&
               prepare_refuse_value(p, "operator code number", (int32_t)number, "one that exists");
    }
    const struct flatbuffer_table code = flatbuffer_element_table(file, &p->it->codes, number);
    const int32_t old = (int8_t)flatbuffer_field_u8(file, &code, OPERATOR_CODE_DEPRECATED);
    const int32_t new = flatbuffer_field_i32(file, &code, OPERATOR_CODE_BUILTIN, 0);
    if (!interpreter_is_sound(p->it)) {
        return false;
    }
    p->op->kind = operator_kind(new > old ? new : old);
    return p->op->kind != 0 || prepare_refuse_value(p, "operator code", new > old ? new : old, "a supported one");
}

static bool read_inputs(struct prepare *p, const struct flatbuffer_table *table) {
    struct interpreter *it = p->it;
    const struct flatbuffer_vector inputs = flatbuffer_field_vector(&it->file, table, OPERATOR_INPUTS, 4);
    if (!interpreter_is_sound(it)) {
        return false;
    }
    if (inputs.count < p->op->kind->inputs_minimum || inputs.count > p->op->kind->inputs_maximum) {
        return prepare_refuse_value(p, "number of inputs", (int32_t)inputs.count, "as the operator has");
    }
    p->input_count = inputs.count;
    for (uint32_t i = 0; i < inputs.count; i++) {
        const int32_t index = flatbuffer_i32(&it->file, inputs.position + 4u * i);
        if (index == -1 && i >= p->op->kind->inputs_minimum) {
            continue;
        }
        if (index < 0 || (uint32_t)index >= it->tensor_count) {
            return prepare_refuse_value(p, "input tensor", index, "one that exists");
        }
        struct interpreter_tensor *tensor = &it->tensors[index];
        if (!tensor->defined) {
            return prepare_refuse_value(p, "input tensor", index, "one that something has written before");
        }
        tensor->root->last = (int32_t)p->index;
        p->op->inputs[i] = tensor;
    }
    return true;
}

static bool read_output(struct prepare *p, const struct flatbuffer_table *table) {
    struct interpreter *it = p->it;
    const struct flatbuffer_vector outputs = flatbuffer_field_vector(&it->file, table, OPERATOR_OUTPUTS, 4);
    if (!interpreter_is_sound(it)) {
        return false;
    }
    if (outputs.count != 1u) {
        return prepare_refuse_value(p, "number of outputs", (int32_t)outputs.count, "1");
    }
    const int32_t index = flatbuffer_i32(&it->file, outputs.position);
    if (index < 0 || (uint32_t)index >= it->tensor_count) {
        return prepare_refuse_value(p, "output tensor", index, "one that exists");
    }
    p->op->output = &it->tensors[index];
    if (p->op->output->defined) {
        return prepare_refuse_value(p, "output tensor", index, "one that nothing else writes");
    }
    p->op->output->first = p->op->output->last = (int32_t)p->index;
    return true;
}

static bool read_operator(struct interpreter *it, uint32_t index, const struct flatbuffer_table *table) {
    struct prepare p = {.it = it, .op = &it->operators[index], .index = index};
    if (!find_kind(&p, table) || !read_inputs(&p, table) || !read_output(&p, table)) {
        return false;
    }
    p.options_type = flatbuffer_field_u8(&it->file, table, OPERATOR_OPTIONS_TYPE);
    p.options = flatbuffer_field_table(&it->file, table, OPERATOR_OPTIONS);
    if (!interpreter_is_sound(it)) {
        return false;
    }
    const uint8_t expected = p.op->kind->options;
    if (expected != OPTIONS_NONE && (p.options_type != expected || p.options.position == 0u)) {
        return prepare_refuse_value(&p, "kind of options", p.options_type, "those of the operator");
    }
    if (!p.op->kind->prepare(&p) || !interpreter_is_sound(it)) {
        return false;
    }
    p.op->output->defined = true;
    return true;
}

static bool read_operators(struct interpreter *it, const struct flatbuffer_table *graph) {
    const struct flatbuffer_vector tables = flatbuffer_field_vector(&it->file, graph, SUBGRAPH_OPERATORS, 4);
    if (tables.count == 0u || tables.count > INTERPRETER_OPERATORS) {
        return interpreter_is_sound(it) &&
               interpreter_refuse_count(it, "operators", tables.count, INTERPRETER_OPERATORS);
    }
    it->operators = interpreter_reserve(it, tables.count, sizeof *it->operators);
    if (it->operators == 0) {
        return false;
    }
    for (; it->operator_count < tables.count; it->operator_count++) {
        it->operators[it->operator_count] = (struct interpreter_operator){0};
        const struct flatbuffer_table table = flatbuffer_element_table(&it->file, &tables, it->operator_count);
        if (!interpreter_is_sound(it) || !read_operator(it, it->operator_count, &table)) {
            return false;
        }
    }
    return true;
}

/* ------------------------------------------------------------------ the model */

static bool read_graph(struct interpreter *it, const struct flatbuffer_table *graph) {
    if (!interpreter_read_tensors(it, graph)) {
        return false;
    }
    it->input = interpreter_read_end(it, graph, SUBGRAPH_INPUTS, "inputs");
    it->output = it->input == 0 ? 0 : interpreter_read_end(it, graph, SUBGRAPH_OUTPUTS, "outputs");
    if (it->output == 0) {
        return false;
    }
    it->input->defined = true;
    it->input->first = it->input->last = -1;
    if (!read_operators(it, graph)) {
        return false;
    }
    if (!it->output->defined) {
        return interpreter_refuse_tensor(it, it->output, "the model's output, which nothing writes");
    }
    it->output->root->last = (int32_t)it->operator_count;
    return true;
}

static bool read_model(struct interpreter *it) {
    struct flatbuffer *file = &it->file;
    if (file->bytes < 8u || __builtin_memcmp(file->data + 4, "TFL3", 4) != 0) {
        return refuse(it, "not a .tflite model: the identifier TFL3 is missing");
    }
    const struct flatbuffer_table model = flatbuffer_root(file);
    if (flatbuffer_field_i32(file, &model, MODEL_VERSION, 0) != SCHEMA_VERSION) {
        return interpreter_is_sound(it) && refuse(it, "not a .tflite model of schema version 3");
    }
    it->codes = flatbuffer_field_vector(file, &model, MODEL_OPERATOR_CODES, 4);
    it->buffers = flatbuffer_field_vector(file, &model, MODEL_BUFFERS, 4);
    const struct flatbuffer_vector graphs = flatbuffer_field_vector(file, &model, MODEL_SUBGRAPHS, 4);
    if (!interpreter_is_sound(it)) {
        return false;
    }
    if (graphs.count != 1u) {
        return interpreter_refuse_count(it, "subgraphs", graphs.count, 1);
    }
    const struct flatbuffer_table graph = flatbuffer_element_table(file, &graphs, 0);
    return interpreter_is_sound(it) && read_graph(it, &graph);
}

static void place(struct interpreter *it) {
    for (uint32_t i = 0; i < it->tensor_count; i++) {
        struct interpreter_tensor *tensor = &it->tensors[i];
        if (tensor->defined && !tensor->constant) {
            tensor->offset = tensor->root->offset;
            tensor->data = tensor->root->constant ? tensor->root->data : (const int8_t *)(it->arena + tensor->offset);
        }
    }
    for (uint32_t i = 0; i < it->operator_count; i++) {
        struct interpreter_operator *op = &it->operators[i];
        op->target = (int8_t *)(it->arena + op->output->offset);
        op->scratch = (int8_t *)(it->arena + op->scratch_offset);
    }
}

bool interpreter_open(struct interpreter *it, const uint8_t *data, uint32_t bytes, uint8_t *arena,
                      uint32_t arena_bytes) {
    const uint32_t skipped = (uint32_t)(0u - (uintptr_t)arena) & (2u * ALIGNMENT - 1u);
    *it = (struct interpreter){.arena = arena + skipped};
    it->arena_bytes = arena_bytes > skipped ? arena_bytes - skipped : 0u;
    flatbuffer_open(&it->file, data, bytes);
    if (!read_model(it) || !interpreter_plan(it)) {
        return false;
    }
    place(it);
    return true;
}

int8_t *interpreter_input(const struct interpreter *it) { return (int8_t *)(it->arena + it->input->offset); }

const int8_t *interpreter_output(const struct interpreter *it) { return it->output->data; }

__attribute__((noinline, weak)) void interpreter_layer_done(uint32_t index, const struct interpreter_tensor *output) {
    __asm__ volatile("" : : "r"(index), "r"(output) : "memory");
}

__attribute__((noinline)) void interpreter_run(const struct interpreter *it) {
    for (uint32_t i = 0; i < it->operator_count; i++) {
        const struct interpreter_operator *op = &it->operators[i];
        if (op->kind->run != 0) {
            op->kind->run(op);
        }
        interpreter_layer_done(i, op->output);
    }
}
