/* FULLY_CONNECTED, in double precision as the reference does it.
 *
 * The reference multiplies the accumulator by input scale * weight scale / output scale and rounds halves away from
 * zero (FullyConnectedPerChannel in fully_connected.h of LiteRT 2.x). The kernel of the code generator does without
 * floating point, by a proof for the weights at hand; here the core computes the same product. */
#include "dot_rows_s8.h"
#include "prepare.h"
#include "tflite.h"

struct dense {
    int32_t inputs, outputs, rows;
    const int8_t *weights; /* [outputs][inputs] */
    const int32_t *bias;   /* with the input's zero point folded in */
    const double *factors; /* one per output */
    struct requantise_s8 out;
};

/* Sum of a row of weights, and the greatest magnitude that the accumulator can have. */
static uint64_t bound_of(const int8_t *row, uint32_t count, int32_t bias, int32_t *sum) {
    uint64_t magnitude = 0;
    *sum = 0;
    for (uint32_t i = 0; i < count; i++) {
        *sum += row[i];
        const int32_t weight = row[i];
        magnitude += (uint64_t)(weight < 0 ? -weight : weight);
    }
    return magnitude * 255u + (uint64_t)(bias < 0 ? -(int64_t)bias : bias);
}

static bool fill(const struct prepare *p, const struct dense *layer, int32_t *biases, double *factors) {
    const struct interpreter_tensor *input = p->op->inputs[0], *bias = p->op->inputs[2];
    const double output = (double)p->op->output->scale;
    for (uint32_t i = 0; i < (uint32_t)layer->outputs; i++) {
        int32_t sum;
        const int32_t start = bias != 0 ? prepare_int32_at(bias, i) : 0;
        const uint64_t bound =
            bound_of(layer->weights + i * (uint32_t)layer->inputs, (uint32_t)layer->inputs, start, &sum);
        factors[i] = (double)input->scale * (double)prepare_weight_scale(p, i) / output;
        if (bound > INT32_MAX || (double)bound * factors[i] >= 2147483520.0) {
            return prepare_refuse(p, "weights, bias and scales whose outputs leave 32 bits");
        }
        biases[i] = (int32_t)((uint32_t)start - (uint32_t)input->zero_point * (uint32_t)sum);
    }
    return true;
}

bool prepare_fully_connected(struct prepare *p) {
    const struct interpreter_tensor *input = p->op->inputs[0], *weights = p->op->inputs[1], *bias = p->op->inputs[2];
    const uint32_t outputs = (uint32_t)weights->shape[0], inputs = (uint32_t)weights->shape[1];
    struct requantise_s8 out = {.zero_point = p->op->output->zero_point};
    if (!prepare_activations(p) || !prepare_weights(p, 2, outputs, 0) ||
        !prepare_range(p, DENSE_ACTIVATION, &out.minimum, &out.maximum)) {
        return false;
    }
    if (flatbuffer_field_u8(&p->it->file, &p->options, DENSE_WEIGHTS_FORMAT) != 0u) {
        return prepare_refuse(p, "shuffled weights are not supported");
    }
    const uint32_t rows = input->elements / inputs;
    if (input->elements != rows * inputs || p->op->output->elements != (uint64_t)rows * outputs) {
        return prepare_refuse(p, "input and output are not as long as the weights say");
    }
    if (bias != 0 && !prepare_int32(p, bias, outputs, "the bias")) {
        return false;
    }
    struct dense *layer = interpreter_reserve(p->it, 1, sizeof *layer);
    int32_t *biases = interpreter_reserve(p->it, outputs, sizeof *biases);
    double *factors = interpreter_reserve(p->it, outputs, sizeof *factors);
    if (layer == 0 || biases == 0 || factors == 0) {
        return false;
    }
    *layer = (struct dense){(int32_t)inputs, (int32_t)outputs, (int32_t)rows, weights->data, biases, factors, out};
    p->op->parameters = layer;
    return fill(p, layer, biases, factors) && prepare_steps(p, (uint64_t)rows * weights->elements);
}

/* To the nearest integer, halves away from zero. The difference is exact. */
static int32_t nearest(double value) {
    const int32_t whole = (int32_t)value;
    const double rest = value - (double)whole;
    if (rest >= 0.5) {
        return whole + 1;
    }
    return rest <= -0.5 ? whole - 1 : whole;
}

static int8_t output_of(const struct dense *layer, uint32_t sum, int32_t n) {
    return requantise_clamp(&layer->out, nearest((double)(int32_t)sum * layer->factors[n]));
}

void run_fully_connected(const struct interpreter_operator *op) {
    const struct dense *layer = op->parameters;
    const int8_t *input = op->inputs[0]->data;
    int8_t *output = op->target;
    const int32_t last = layer->outputs - 1;
    for (int32_t row = 0; row < layer->rows; row++) {
        const int8_t *weights = layer->weights;
        for (int32_t n = 0; n <= last; n += 2) {
            const int32_t other = n < last ? n + 1 : n;
            uint32_t sums[2] = {(uint32_t)layer->bias[n], (uint32_t)layer->bias[other]};
            dot_rows_s8(input, weights, weights + (other - n) * layer->inputs, layer->inputs, sums);
            output[n] = output_of(layer, sums[0], n);
            output[other] = output_of(layer, sums[other - n], other);
            weights += 2 * layer->inputs;
        }
        input += layer->inputs;
        output += layer->outputs;
    }
}
