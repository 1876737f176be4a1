/* Operators with a window that moves over an image. */
#include "average_pool_s8.h"
#include "conv2d_rows_s8.h"
#include "depthwise_conv2d_s8.h"
#include "max_pool_s8.h"
#include "prepare.h"
#include "tflite.h"

/* Strides, dilations and windows in height and in width. */
struct geometry {
    struct window_span height, width;
};

static bool strides(const struct prepare *p, struct geometry *g) {
    const struct interpreter_tensor *input = p->op->inputs[0];
    g->height.size = (int16_t)input->shape[1];
    g->width.size = (int16_t)input->shape[2];
    g->height.dilation = g->width.dilation = 1;
    return prepare_option(p, CONV_STRIDE_H, 0, 1, PREPARE_LARGEST, "stride in height", &g->height.stride) &&
           prepare_option(p, CONV_STRIDE_W, 0, 1, PREPARE_LARGEST, "stride in width", &g->width.stride);
}

/* Find the output's size, and compare it with what the model says. */
static bool moved(const struct prepare *p, struct geometry *g, int32_t channels) {
    if (!prepare_span(p, &g->height) || !prepare_span(p, &g->width)) {
        return false;
    }
    const struct interpreter_tensor *output = p->op->output;
    if (output->shape[1] != g->height.output || output->shape[2] != g->width.output || output->shape[3] != channels) {
        return prepare_refuse(p, "the output's shape is not what input, window, stride and padding give");
    }
    return true;
}

static bool weights_fit(const struct prepare *p, struct geometry *g) {
    const struct interpreter_tensor *weights = p->op->inputs[1];
    if (weights->shape[1] > PREPARE_LARGEST || weights->shape[2] > PREPARE_LARGEST) {
        return prepare_refuse(p, "a window of more than 32767");
    }
    g->height.window = (int16_t)weights->shape[1];
    g->width.window = (int16_t)weights->shape[2];
    return true;
}

/* Bias of each channel with the input's zero point folded in. `sum` gives the sum of a channel's weights. */
static int32_t *biases(const struct prepare *p, uint32_t channels, int32_t (*sum)(const struct prepare *, uint32_t)) {
    const struct interpreter_tensor *bias = p->op->inputs[2];
    if (bias != 0 && !prepare_int32(p, bias, channels, "the bias")) {
        return 0;
    }
    int32_t *folded = interpreter_reserve(p->it, channels, sizeof *folded);
    for (uint32_t i = 0; folded != 0 && i < channels; i++) {
        const uint32_t start = bias != 0 ? (uint32_t)prepare_int32_at(bias, i) : 0u;
        const uint32_t shifted = (uint32_t)p->op->inputs[0]->zero_point * (uint32_t)sum(p, i);
        folded[i] = (int32_t)(start - shifted);
    }
    return folded;
}

static int32_t sum_of_column(const struct prepare *p, uint32_t channel) {
    const struct interpreter_tensor *weights = p->op->inputs[1];
    const uint32_t step = (uint32_t)weights->shape[3];
    int32_t sum = 0;
    for (uint32_t i = channel; i < weights->elements; i += step) {
        sum += weights->data[i];
    }
    return sum;
}

static int32_t sum_of_row(const struct prepare *p, uint32_t channel) {
    const struct interpreter_tensor *weights = p->op->inputs[1];
    const uint32_t count = weights->elements / (uint32_t)weights->shape[0];
    const int8_t *row = weights->data + channel * count;
    int32_t sum = 0;
    for (uint32_t i = 0; i < count; i++) {
        sum += row[i];
    }
    return sum;
}

/* What the parameters of both kinds of convolution have. */
#define CONVOLUTION_MEMBERS                                                                                            \
    .input_h = g.height.size, .input_w = g.width.size, .input_c = (int16_t)input->shape[3],                            \
    .kernel_h = g.height.window, .kernel_w = g.width.window, .stride_h = g.height.stride, .stride_w = g.width.stride,  \
    .pad_top = g.height.pad, .pad_left = g.width.pad, .output_h = g.height.output, .output_w = g.width.output,         \
    .zero_point = (int8_t)input->zero_point, .weights = weights->data, .bias = bias, .out = out

bool prepare_conv_2d(struct prepare *p) {
    const struct interpreter_tensor *input = p->op->inputs[0], *weights = p->op->inputs[1];
    const uint32_t channels = (uint32_t)p->op->output->shape[3];
    struct geometry g = {0};
    int32_t minimum, maximum;
    if (!prepare_images(p) || !prepare_weights(p, 4, channels, 0) || !strides(p, &g) || !weights_fit(p, &g) ||
        !prepare_option(p, CONV_DILATION_H, 1, 1, PREPARE_LARGEST, "dilation in height", &g.height.dilation) ||
        !prepare_option(p, CONV_DILATION_W, 1, 1, PREPARE_LARGEST, "dilation in width", &g.width.dilation) ||
        !moved(p, &g, weights->shape[0]) || !prepare_range(p, CONV_ACTIVATION, &minimum, &maximum)) {
        return false;
    }
    if (weights->shape[3] != input->shape[3]) {
        return prepare_refuse_value(p, "depth of the weights", weights->shape[3], "that of the input");
    }
    struct conv2d_rows_s8 *layer = interpreter_reserve(p->it, 1, sizeof *layer);
    int32_t *bias = layer == 0 ? 0 : biases(p, channels, sum_of_row);
    struct requantise_s8 out;
    if (bias == 0 || !prepare_requantise(p, channels, minimum, maximum, &out)) {
        return false;
    }
    *layer = (struct conv2d_rows_s8){
        CONVOLUTION_MEMBERS,
        .output_c = (int16_t)channels,
        .dilation_h = g.height.dilation,
        .dilation_w = g.width.dilation,
    };
    p->op->parameters = layer;
    p->op->scratch_bytes = conv2d_rows_s8_scratch_bytes(layer);
    return prepare_steps(p, (uint64_t)p->op->output->elements * p->op->scratch_bytes);
}

void run_conv_2d(const struct interpreter_operator *op) {
    conv2d_rows_s8(op->parameters, op->inputs[0]->data, op->target, op->scratch);
}

bool prepare_depthwise_conv_2d(struct prepare *p) {
    const struct interpreter_tensor *input = p->op->inputs[0], *weights = p->op->inputs[1];
    const uint32_t channels = (uint32_t)p->op->output->shape[3];
    struct geometry g = {0};
    int32_t minimum, maximum;
    int16_t times;
    if (!prepare_images(p) || !prepare_weights(p, 4, channels, 3) || !strides(p, &g) || !weights_fit(p, &g) ||
        !prepare_option(p, DEPTHWISE_DILATION_H, 1, 1, 1, "dilation in height", &g.height.dilation) ||
        !prepare_option(p, DEPTHWISE_DILATION_W, 1, 1, 1, "dilation in width", &g.width.dilation) ||
        !prepare_option(p, DEPTHWISE_MULTIPLIER, 0, 0, PREPARE_LARGEST, "depth multiplier", &times) ||
        !moved(p, &g, weights->shape[3]) || !prepare_range(p, DEPTHWISE_ACTIVATION, &minimum, &maximum)) {
        return false;
    }
    if (weights->shape[0] != 1 || weights->shape[3] % input->shape[3] != 0) {
        return prepare_refuse(p, "the weights must be 1 x height x width x a multiple of the input's channels");
    }
    if (times != 0 && times != weights->shape[3] / input->shape[3]) {
        return prepare_refuse_value(p, "depth multiplier", times, "output channels / input channels");
    }
    struct depthwise_conv2d_s8 *layer = interpreter_reserve(p->it, 1, sizeof *layer);
    int32_t *bias = layer == 0 ? 0 : biases(p, channels, sum_of_column);
    struct requantise_s8 out;
    if (bias == 0 || !prepare_requantise(p, channels, minimum, maximum, &out)) {
        return false;
    }
    *layer = (struct depthwise_conv2d_s8){
        CONVOLUTION_MEMBERS,
        .multiplier = (int16_t)(weights->shape[3] / input->shape[3]),
    };
    p->op->parameters = layer;
    p->op->scratch_bytes = depthwise_conv2d_s8_scratch_bytes(layer);
    return prepare_steps(p, (uint64_t)p->op->output->elements * (uint32_t)(weights->shape[1] * weights->shape[2]));
}

void run_depthwise_conv_2d(const struct interpreter_operator *op) {
    depthwise_conv2d_s8(op->parameters, op->inputs[0]->data, op->target, op->scratch);
}

/* Geometry and range of both kinds of pooling. */
static bool pooling(const struct prepare *p, struct geometry *g, int32_t *minimum, int32_t *maximum) {
    if (!prepare_images(p) || !prepare_same_scale(p) || !strides(p, g) ||
        !prepare_option(p, POOL_FILTER_H, 0, 1, PREPARE_LARGEST, "height of the window", &g->height.window) ||
        !prepare_option(p, POOL_FILTER_W, 0, 1, PREPARE_LARGEST, "width of the window", &g->width.window) ||
        !moved(p, g, p->op->inputs[0]->shape[3]) || !prepare_range(p, POOL_ACTIVATION, minimum, maximum)) {
        return false;
    }
    const int32_t rows = g->height.window < g->height.size ? g->height.window : g->height.size;
    const int32_t columns = g->width.window < g->width.size ? g->width.window : g->width.size;
    return prepare_steps(p, (uint64_t)p->op->output->elements * (uint64_t)rows * (uint64_t)columns);
}

#define POOL_MEMBERS                                                                                                   \
    .input_h = g.height.size, .input_w = g.width.size, .channels = (int16_t)p->op->output->shape[3],                   \
    .window_h = g.height.window, .window_w = g.width.window, .stride_h = g.height.stride, .stride_w = g.width.stride,  \
    .pad_top = g.height.pad, .pad_left = g.width.pad, .output_h = g.height.output, .output_w = g.width.output,         \
    .minimum = (int8_t)minimum, .maximum = (int8_t)maximum

bool prepare_max_pool_2d(struct prepare *p) {
    struct geometry g = {0};
    int32_t minimum, maximum;
    struct max_pool_s8 *layer = 0;
    if (pooling(p, &g, &minimum, &maximum)) {
        layer = interpreter_reserve(p->it, 1, sizeof *layer);
    }
    if (layer != 0) {
        *layer = (struct max_pool_s8){POOL_MEMBERS};
    }
    p->op->parameters = layer;
    return layer != 0;
}

void run_max_pool_2d(const struct interpreter_operator *op) {
    max_pool_s8(op->parameters, op->inputs[0]->data, op->target);
}

bool prepare_average_pool_2d(struct prepare *p) {
    struct geometry g = {0};
    int32_t minimum, maximum;
    struct average_pool_s8 *layer = 0;
    if (pooling(p, &g, &minimum, &maximum)) {
        layer = interpreter_reserve(p->it, 1, sizeof *layer);
    }
    if (layer != 0) {
        *layer = (struct average_pool_s8){POOL_MEMBERS};
    }
    p->op->parameters = layer;
    return layer != 0;
}

void run_average_pool_2d(const struct interpreter_operator *op) {
    average_pool_s8(op->parameters, op->inputs[0]->data, op->target);
}
