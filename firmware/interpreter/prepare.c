#include "prepare.h"

#include "tflite.h"

struct line *prepare_error(const struct prepare *p) {
    struct line *line = interpreter_error(p->it);
    line_text(line, "operator ");
    line_unsigned(line, p->index);
    if (p->op->kind != 0) {
        line_text(line, " ");
        line_text(line, p->op->kind->name);
    }
    line_text(line, ": ");
    return line;
}

bool prepare_refuse(const struct prepare *p, const char *text) {
    line_text(prepare_error(p), text);
    return false;
}

bool prepare_refuse_value(const struct prepare *p, const char *what, int32_t value, const char *expected) {
    struct line *line = prepare_error(p);
    line_text(line, what);
    line_text(line, " is ");
    line_signed(line, value);
    line_text(line, ", expected ");
    line_text(line, expected);
    return false;
}

static bool refuse_tensor(const struct prepare *p, const struct interpreter_tensor *tensor, const char *what,
                          const char *expected) {
    struct line *line = prepare_error(p);
    line_text(line, what);
    line_text(line, " (tensor ");
    line_unsigned(line, tensor->index);
    line_text(line, ") must be ");
    line_text(line, expected);
    return false;
}

/* A number above 0 that is not infinite. */
static bool usable_scale(float scale) { return scale > 0.0f && scale <= 3.0e38f; }

bool prepare_activation(const struct prepare *p, const struct interpreter_tensor *tensor, const char *what) {
    if (tensor->type != TYPE_INT8) {
        return refuse_tensor(p, tensor, what, "int8");
    }
    if (tensor->scales.count != 1u || !usable_scale(tensor->scale)) {
        return refuse_tensor(p, tensor, what, "quantised with one scale above 0");
    }
    return true;
}

bool prepare_activations(const struct prepare *p) {
    return prepare_activation(p, p->op->inputs[0], "the input") && prepare_activation(p, p->op->output, "the output");
}

static bool is_image(const struct prepare *p, const struct interpreter_tensor *tensor, const char *what) {
    if (tensor->rank != 4u || tensor->shape[0] != 1) {
        return refuse_tensor(p, tensor, what, "of shape 1 x height x width x channels");
    }
    for (uint32_t i = 1; i < 4u; i++) {
        if (tensor->shape[i] > PREPARE_LARGEST) {
            return refuse_tensor(p, tensor, what, "at most 32767 in each dimension");
        }
    }
    return true;
}

bool prepare_images(const struct prepare *p) {
    return prepare_activations(p) && is_image(p, p->op->inputs[0], "the input") &&
           is_image(p, p->op->output, "the output");
}

bool prepare_same_scale(const struct prepare *p) {
    const struct interpreter_tensor *input = p->op->inputs[0], *output = p->op->output;
    const float difference = input->scale - output->scale;
    if (input->zero_point != output->zero_point || difference > 1.0e-6f || difference < -1.0e-6f) {
        return prepare_refuse(p, "input and output must be quantised alike");
    }
    return true;
}

float prepare_weight_scale(const struct prepare *p, uint32_t channel) {
    const struct interpreter_tensor *weights = p->op->inputs[1];
    const uint32_t index = weights->scales.count == 1u ? 0u : channel;
    return flatbuffer_f32(&p->it->file, weights->scales.position + 4u * index);
}

bool prepare_weights(const struct prepare *p, uint32_t rank, uint32_t channels, int32_t dimension) {
    const struct interpreter_tensor *weights = p->op->inputs[1];
    if (!weights->constant || weights->type != TYPE_INT8 || weights->rank != rank) {
        return refuse_tensor(p, weights, "the weights",
                             rank == 2u ? "constant int8 of 2 dimensions" : "constant int8 of 4 dimensions");
    }
    if (weights->scales.count != 1u && (weights->scales.count != channels || weights->dimension != dimension)) {
        return refuse_tensor(p, weights, "the weights", "quantised with one scale, or one per output channel");
    }
    for (uint32_t i = 0; i < weights->scales.count; i++) {
        if (!usable_scale(prepare_weight_scale(p, i))) {
            return refuse_tensor(p, weights, "the weights", "quantised with scales above 0");
        }
    }
    for (uint32_t i = 0; i < weights->zero_points.count; i++) {
        if (flatbuffer_i64(&p->it->file, weights->zero_points.position + 8u * i) != 0) {
            return refuse_tensor(p, weights, "the weights", "quantised with zero point 0");
        }
    }
    return true;
}

bool prepare_int32(const struct prepare *p, const struct interpreter_tensor *tensor, uint32_t count, const char *what) {
    if (!tensor->constant || tensor->type != TYPE_INT32 || tensor->elements != count) {
        struct line *line = prepare_error(p);
        line_text(line, what);
        line_text(line, " must be ");
        line_unsigned(line, count);
        line_text(line, " constant int32");
        return false;
    }
    return true;
}

int32_t prepare_int32_at(const struct interpreter_tensor *tensor, uint32_t index) {
    int32_t value;
    __builtin_memcpy(&value, tensor->data + 4u * index, sizeof value);
    return value;
}

bool prepare_option(const struct prepare *p, uint32_t field, int32_t otherwise, int32_t least, int32_t greatest,
                    const char *what, int16_t *value) {
    const int32_t found = flatbuffer_field_i32(&p->it->file, &p->options, field, otherwise);
    if (found < least || found > greatest) {
        struct line *line = prepare_error(p);
        line_text(line, what);
        line_text(line, " is ");
        line_signed(line, found);
        line_text(line, ", expected ");
        line_signed(line, least);
        line_text(line, " to ");
        line_signed(line, greatest);
        return false;
    }
    *value = (int16_t)found;
    return true;
}

/* value / scale to the nearest int, halves away from zero, as TfLiteRound in CalculateActivationRangeQuantized; value
 * is not negative. Beyond the range of int8 it does not matter how far. */
static int32_t steps_of(float value, float scale) {
    const float quotient = value / scale;
    if (quotient >= 1000.0f) {
        return 1000;
    }
    const int32_t whole = (int32_t)quotient;
    return whole + (quotient - (float)whole >= 0.5f ? 1 : 0);
}

bool prepare_range(const struct prepare *p, uint32_t field, int32_t *minimum, int32_t *maximum) {
    const uint8_t activation = flatbuffer_field_u8(&p->it->file, &p->options, field);
    const struct interpreter_tensor *output = p->op->output;
    int32_t least = INT8_MIN, greatest = INT8_MAX;
    switch (activation) {
    case ACTIVATION_NONE:
        break;
    case ACTIVATION_RELU:
        least = output->zero_point;
        break;
    case ACTIVATION_RELU6:
        least = output->zero_point;
        greatest = output->zero_point + steps_of(6.0f, output->scale);
        break;
    case ACTIVATION_RELU_N1_TO_1:
        least = output->zero_point - steps_of(1.0f, output->scale);
        greatest = output->zero_point + steps_of(1.0f, output->scale);
        break;
    default:
        return prepare_refuse_value(p, "fused activation", activation, "NONE, RELU, RELU6 or RELU_N1_TO_1");
    }
    *minimum = least < INT8_MIN ? INT8_MIN : least;
    *maximum = greatest > INT8_MAX ? INT8_MAX : greatest;
    return true;
}

bool prepare_span(const struct prepare *p, struct window_span *span) {
    const uint8_t padding = flatbuffer_field_u8(&p->it->file, &p->options, CONV_PADDING);
    const int32_t reach = (span->window - 1) * span->dilation + 1;
    if (padding > PADDING_VALID) {
        return prepare_refuse_value(p, "padding", padding, "SAME or VALID");
    }
    if (reach > PREPARE_LARGEST || (padding == PADDING_VALID && reach > span->size)) {
        return prepare_refuse_value(p, "window", reach, "one that fits the input");
    }
    if (padding == PADDING_VALID) {
        span->output = (int16_t)((span->size - reach) / span->stride + 1);
        span->pad = 0;
    } else {
        span->output = (int16_t)((span->size + span->stride - 1) / span->stride);
        const int32_t over = (span->output - 1) * span->stride + reach - span->size;
        span->pad = (int16_t)(over > 0 ? over / 2 : 0);
    }
    return true;
}

bool prepare_steps(const struct prepare *p, uint64_t steps) {
    p->it->steps += steps;
    return (steps <= INTERPRETER_STEPS && p->it->steps <= INTERPRETER_STEPS) ||
           prepare_refuse(p, "more than 2000000000 steps of work in one run");
}

bool prepare_multiplier(const struct prepare *p, double real, int32_t *multiplier, int32_t *shift) {
    uint64_t bits;
    __builtin_memcpy(&bits, &real, sizeof bits);
    const int32_t exponent = (int32_t)(bits >> 52) - 1022; /* real = fraction * 2^exponent, 1/2 <= fraction < 1 */
    const uint64_t fraction = (bits & 0xFFFFFFFFFFFFFu) | 0x10000000000000u;
    *multiplier = *shift = 0;
    if (exponent > 1023) {
        return prepare_refuse(p, "a scale that is no number");
    }
    uint64_t rounded = (fraction + (1u << 21)) >> 22; /* fraction * 2^31, halves up */
    int32_t power = exponent;
    if (rounded == 0x80000000u) {
        rounded >>= 1;
        power++;
    }
    if (power < -31) {
        return true; /* as good as 0 */
    }
    if (power > 30) {
        return prepare_refuse(p, "scales whose ratio is 2^30 or more");
    }
    *multiplier = (int32_t)rounded;
    *shift = power;
    return true;
}

bool prepare_requantise(const struct prepare *p, uint32_t channels, int32_t minimum, int32_t maximum,
                        struct requantise_s8 *out) {
    int32_t *multipliers = interpreter_reserve(p->it, channels, sizeof *multipliers);
    int8_t *shifts = interpreter_reserve(p->it, channels, sizeof *shifts);
    if (multipliers == 0 || shifts == 0) {
        return false;
    }
    const double input = (double)p->op->inputs[0]->scale, output = (double)p->op->output->scale;
    for (uint32_t i = 0; i < channels; i++) {
        int32_t shift;
        const double real = input * (double)prepare_weight_scale(p, i) / output;
        if (!prepare_multiplier(p, real, &multipliers[i], &shift)) {
            return false;
        }
        shifts[i] = (int8_t)shift;
    }
    *out = (struct requantise_s8){multipliers, shifts, p->op->output->zero_point, minimum, maximum};
    return true;
}
