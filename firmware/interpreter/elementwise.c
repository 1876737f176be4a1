/* Operators that take their input value by value, and the mean. */
#include "add_s8.h"
#include "mean_s8.h"
#include "pad.h"
#include "prepare.h"
#include "rescale_s8.h"
#include "softmax_s8.h"
#include "tflite.h"

/* ------------------------------------------------------------------ RESHAPE, QUANTIZE, SOFTMAX */

bool prepare_reshape(struct prepare *p) {
    struct interpreter_tensor *input = p->op->inputs[0], *output = p->op->output;
    if (input->type != TYPE_INT8 || output->type != TYPE_INT8) {
        return prepare_refuse(p, "input and output must be int8");
    }
    if (input->elements != output->elements) {
        return prepare_refuse(p, "input and output must have as many elements");
    }
    output->root = input->root;
    return true;
}

bool prepare_quantize(struct prepare *p) {
    const struct interpreter_tensor *input = p->op->inputs[0], *output = p->op->output;
    if (!prepare_activations(p)) {
        return false;
    }
    if (input->elements != output->elements) {
        return prepare_refuse(p, "input and output must have as many elements");
    }
    struct rescale_s8 *layer = interpreter_reserve(p->it, 1, sizeof *layer);
    int32_t multiplier, shift;
    if (layer == 0 || !prepare_multiplier(p, (double)input->scale / (double)output->scale, &multiplier, &shift)) {
        return false;
    }
    if (shift > 22) {
        return prepare_refuse(p, "scales whose ratio is 2^22 or more");
    }
    *layer = (struct rescale_s8){(int32_t)input->elements, input->zero_point, multiplier, shift, output->zero_point};
    p->op->parameters = layer;
    return prepare_steps(p, input->elements);
}

void run_quantize(const struct interpreter_operator *op) {
    rescale_s8(op->parameters, op->inputs[0]->data, op->target);
}

#define SOFTMAX_FRACTION 67108864.0 /* 2^26: differences of inputs are Q5.26 in the kernel */
#define SOFTMAX_RADIUS 2080374784   /* 31 * 2^26 */
#define SOFTMAX_LONGEST 4095        /* the sum of the exponentials is Q12 */

bool prepare_softmax(struct prepare *p) {
    const struct interpreter_tensor *input = p->op->inputs[0], *output = p->op->output;
    if (!prepare_activations(p)) {
        return false;
    }
    if (output->scale != 1.0f / 256.0f || output->zero_point != INT8_MIN || output->elements != input->elements) {
        return prepare_refuse(p, "the output must be as long as the input, with scale 1/256 and zero point -128");
    }
    const int32_t count = input->rank > 0u ? input->shape[input->rank - 1u] : 1;
    if (count > SOFTMAX_LONGEST) {
        return prepare_refuse_value(p, "length of a row", count, "at most 4095");
    }
    const float beta = flatbuffer_field_f32(&p->it->file, &p->options, SOFTMAX_BETA);
    double real = (double)beta * (double)input->scale * SOFTMAX_FRACTION;
    if (!(beta > 0.0f) || !(real > 1.0)) {
        return prepare_refuse(p, "beta * input scale must be above 2^-26");
    }
    real = real < 2147483647.0 ? real : 2147483647.0;
    struct softmax_s8 *layer = interpreter_reserve(p->it, 1, sizeof *layer);
    int32_t multiplier, shift;
    if (layer == 0) {
        return false;
    }
    /* A real factor of 2^30 and more, which prepare_multiplier refuses, is possible here: the kernel takes shift 31. */
    if (!prepare_multiplier(p, real / 2.0, &multiplier, &shift)) {
        return false;
    }
    shift++;
    *layer = (struct softmax_s8){count, multiplier, shift, -(SOFTMAX_RADIUS >> shift)};
    p->op->parameters = layer;
    return prepare_steps(p, 3u * (uint64_t)input->elements);
}

void run_softmax(const struct interpreter_operator *op) {
    const struct softmax_s8 *layer = op->parameters;
    for (uint32_t i = 0; i < op->output->elements; i += (uint32_t)layer->count) {
        softmax_s8(layer, op->inputs[0]->data + i, op->target + i);
    }
}

/* ------------------------------------------------------------------ ADD */

struct add {
    struct add_s8 kernel;
    int32_t shape[INTERPRETER_RANK]; /* of the output, filled up with 1 in front */
    /* Elements from one index of a dimension to the next; 0 where an input is repeated along it. */
    int32_t step_a[INTERPRETER_RANK], step_b[INTERPRETER_RANK];
};

/* Size of dimension `i` of INTERPRETER_RANK, filled up with 1 in front. */
static int32_t size_at(const struct interpreter_tensor *tensor, uint32_t i) {
    const uint32_t missing = INTERPRETER_RANK - tensor->rank;
    return i < missing ? 1 : tensor->shape[i - missing];
}

static bool steps_of(const struct interpreter_tensor *input, const int32_t shape[], int32_t steps[]) {
    int32_t step = 1;
    for (uint32_t i = INTERPRETER_RANK; i-- > 0u;) {
        const int32_t size = size_at(input, i);
        if (size != 1 && size != shape[i]) {
            return false;
        }
        steps[i] = size == 1 ? 0 : step;
        step *= size;
    }
    return true;
}

static bool broadcast(const struct prepare *p, struct add *layer) {
    const struct interpreter_tensor *a = p->op->inputs[0], *b = p->op->inputs[1], *output = p->op->output;
    for (uint32_t i = 0; i < INTERPRETER_RANK; i++) {
        layer->shape[i] = size_at(output, i);
        const int32_t size_a = size_at(a, i), size_b = size_at(b, i);
        if (layer->shape[i] != (size_a > size_b ? size_a : size_b)) {
            return prepare_refuse(p, "the output's shape is not that of the sum");
        }
    }
    return (steps_of(a, layer->shape, layer->step_a) && steps_of(b, layer->shape, layer->step_b)) ||
           prepare_refuse(p, "the inputs' shapes do not go together");
}

bool prepare_add(struct prepare *p) {
    const struct interpreter_tensor *a = p->op->inputs[0], *b = p->op->inputs[1], *output = p->op->output;
    struct add_s8 kernel = {.zero_point = output->zero_point};
    if (!prepare_activations(p) || !prepare_activation(p, b, "the second input") ||
        !prepare_range(p, ADD_ACTIVATION, &kernel.minimum, &kernel.maximum)) {
        return false;
    }
    const double twice = 2.0 * (double)(a->scale > b->scale ? a->scale : b->scale);
    const double down = twice / ((double)(1 << ADD_LEFT_SHIFT) * (double)output->scale);
    if (down >= 1.0) {
        return prepare_refuse(p, "inputs with scales that are 2^19 times the output's or more");
    }
    kernel.a.zero_point = a->zero_point;
    kernel.b.zero_point = b->zero_point;
    struct add *layer = interpreter_reserve(p->it, 1, sizeof *layer);
    if (layer == 0 || !prepare_multiplier(p, (double)a->scale / twice, &kernel.a.multiplier, &kernel.a.shift) ||
        !prepare_multiplier(p, (double)b->scale / twice, &kernel.b.multiplier, &kernel.b.shift) ||
        !prepare_multiplier(p, down, &kernel.multiplier, &kernel.shift)) {
        return false;
    }
    layer->kernel = kernel;
    p->op->parameters = layer;
    return broadcast(p, layer) && prepare_steps(p, output->elements);
}

/* One row of the output after another; an index counts the rows. */
void run_add(const struct interpreter_operator *op) {
    const struct add *layer = op->parameters;
    const uint32_t last = INTERPRETER_RANK - 1u;
    const int32_t row = layer->shape[last];
    int32_t index[INTERPRETER_RANK] = {0};
    const int8_t *a = op->inputs[0]->data, *b = op->inputs[1]->data;
    int8_t *output = op->target;
    for (uint32_t left = op->output->elements; left > 0u; left -= (uint32_t)row) {
        add_s8(&layer->kernel, a, layer->step_a[last], b, layer->step_b[last], output, row);
        output += row;
        for (uint32_t i = last; i-- > 0u;) {
            a += layer->step_a[i];
            b += layer->step_b[i];
            if (++index[i] < layer->shape[i]) {
                break;
            }
            a -= index[i] * layer->step_a[i];
            b -= index[i] * layer->step_b[i];
            index[i] = 0;
        }
    }
}

/* ------------------------------------------------------------------ PAD */

/* Dimensions in front of the last two: how large before and after, and where the input begins. */
struct padding {
    int32_t input[INTERPRETER_RANK], output[INTERPRETER_RANK], before[INTERPRETER_RANK];
    struct pad plane; /* the last two */
    int32_t border;
};

static bool read_padding(const struct prepare *p, struct padding *layer) {
    const struct interpreter_tensor *input = p->op->inputs[0], *output = p->op->output, *amounts = p->op->inputs[1];
    if (output->rank != input->rank) {
        return prepare_refuse(p, "input and output must have as many dimensions");
    }
    if (!prepare_int32(p, amounts, 2u * input->rank, "the padding")) {
        return false;
    }
    const uint32_t missing = INTERPRETER_RANK - input->rank;
    for (uint32_t i = 0; i < INTERPRETER_RANK; i++) {
        layer->input[i] = size_at(input, i);
        layer->output[i] = size_at(output, i);
        layer->before[i] = i < missing ? 0 : prepare_int32_at(amounts, 2u * (i - missing));
        const int32_t after = i < missing ? 0 : prepare_int32_at(amounts, 2u * (i - missing) + 1u);
        if (layer->before[i] < 0 || after < 0 ||
            (int64_t)layer->input[i] + layer->before[i] + after != layer->output[i]) {
            return prepare_refuse(p, "the output's shape is not that of input and padding");
        }
    }
    return true;
}

/* As long as the last dimension gets no padding it is a part of the one before: a row of pixels instead of channels. */
static void merge(struct padding *layer) {
    const uint32_t last = INTERPRETER_RANK - 1u;
    for (uint32_t n = 0; n < INTERPRETER_RANK - 2u && layer->input[last] == layer->output[last]; n++) {
        const int32_t unit = layer->input[last];
        for (uint32_t i = last; i > 0u; i--) {
            const int32_t times = i == last ? unit : 1;
            layer->input[i] = layer->input[i - 1u] * times;
            layer->output[i] = layer->output[i - 1u] * times;
            layer->before[i] = layer->before[i - 1u] * times;
        }
        layer->input[0] = layer->output[0] = 1;
        layer->before[0] = 0;
    }
}

bool prepare_pad(struct prepare *p) {
    const struct interpreter_tensor *output = p->op->output;
    struct padding *layer = interpreter_reserve(p->it, 1, sizeof *layer);
    if (layer == 0 || !prepare_activations(p) || !read_padding(p, layer)) {
        return false;
    }
    merge(layer);
    const uint32_t rows = INTERPRETER_RANK - 2u, columns = INTERPRETER_RANK - 1u;
    layer->border = output->zero_point;
    layer->plane = (struct pad){
        .height = layer->output[rows],
        .row = layer->output[columns],
        .from_height = layer->input[rows],
        .from_row = layer->input[columns],
        .top = layer->before[rows],
        .left = layer->before[columns],
        .border = output->zero_point,
    };
    p->op->parameters = layer;
    return prepare_steps(p, output->elements);
}

void run_pad(const struct interpreter_operator *op) {
    const struct padding *layer = op->parameters;
    const int32_t plane = layer->plane.height * layer->plane.row;
    const int8_t *input = op->inputs[0]->data;
    int32_t index[INTERPRETER_RANK - 2u] = {0};
    struct pad empty = layer->plane;
    empty.from_height = 0;
    int8_t *output = op->target;
    for (uint32_t left = op->output->elements; left > 0u; left -= (uint32_t)plane) {
        bool inside = true;
        for (uint32_t i = 0; i < INTERPRETER_RANK - 2u; i++) {
            const int32_t at = index[i] - layer->before[i];
            inside = inside && at >= 0 && at < layer->input[i];
        }
        pad_s8(output, input, inside ? &layer->plane : &empty);
        input += inside ? layer->plane.from_height * layer->plane.from_row : 0;
        output += plane;
        for (uint32_t i = INTERPRETER_RANK - 2u; i-- > 0u && ++index[i] == layer->output[i];) {
            index[i] = 0;
        }
    }
}

/* ------------------------------------------------------------------ MEAN */

#define MEAN_LONGEST (1 << 22)

/* Which dimensions are averaged over, as bits. They have to be neighbours. */
static bool read_axes(const struct prepare *p, uint32_t *axes) {
    const struct interpreter_tensor *input = p->op->inputs[0], *list = p->op->inputs[1];
    if (!prepare_int32(p, list, list->elements, "the axes")) {
        return false;
    }
    *axes = 0;
    for (uint32_t i = 0; i < list->elements; i++) {
        const int32_t axis = prepare_int32_at(list, i);
        const int32_t counted = axis < 0 ? axis + input->rank : axis;
        if (counted < 0 || counted >= input->rank) {
            return prepare_refuse_value(p, "axis", axis, "one of the input");
        }
        *axes |= 1u << counted;
    }
    return true;
}

static bool regions(const struct prepare *p, uint32_t axes, struct mean_s8 *layer) {
    const struct interpreter_tensor *input = p->op->inputs[0];
    layer->outer = layer->count = layer->inner = 1;
    bool behind = false;
    for (uint32_t i = 0; i < input->rank; i++) {
        if ((axes >> i & 1u) == 0u) {
            int32_t *part = behind ? &layer->inner : &layer->outer;
            *part *= input->shape[i];
            continue;
        }
        behind = true;
        if (layer->inner != 1) {
            return prepare_refuse(p, "axes that are no neighbours are not supported");
        }
        layer->count *= input->shape[i];
    }
    return true;
}

static void include_count(struct mean_s8 *layer) {
    int32_t bits = 0;
    while (layer->count >> (bits + 1) != 0) {
        bits++;
    }
    bits = bits < 31 + layer->shift ? bits : 31 + layer->shift;
    layer->multiplier = (int32_t)(((int64_t)layer->multiplier << bits) / layer->count);
    layer->shift -= bits;
}

bool prepare_mean(struct prepare *p) {
    const struct interpreter_tensor *input = p->op->inputs[0], *output = p->op->output;
    uint32_t axes;
    struct mean_s8 *layer = interpreter_reserve(p->it, 1, sizeof *layer);
    if (layer == 0 || !prepare_activations(p) || !read_axes(p, &axes) || !regions(p, axes, layer)) {
        return false;
    }
    if (output->elements != (uint32_t)layer->outer * (uint32_t)layer->inner || layer->count > MEAN_LONGEST) {
        return prepare_refuse(p, "the output's shape is not that of the mean, or it is one of more than 2^22 values");
    }
    layer->input_zero_point = input->zero_point;
    layer->output_zero_point = output->zero_point;
    const double real = (double)input->scale / (double)output->scale;
    if (!prepare_multiplier(p, real, &layer->multiplier, &layer->shift)) {
        return false;
    }
    include_count(layer);
    p->op->parameters = layer;
    return prepare_steps(p, input->elements);
}

void run_mean(const struct interpreter_operator *op) { mean_s8(op->parameters, op->inputs[0]->data, op->target); }
