/* What the functions that check a model and prepare its operators share. All of those that return bool return false
 * with the error text written. */
#ifndef INTERPRETER_PREPARE_H
#define INTERPRETER_PREPARE_H

#include "fixed_point.h"
#include "interpreter.h"

#define PREPARE_LARGEST 32767 /* sizes are int16 in the kernels' parameters */

/* One operator while its model is opened. */
struct prepare {
    struct interpreter *it;
    struct interpreter_operator *op;
    uint32_t index;
    uint32_t input_count; /* that the file has */
    struct flatbuffer_table options;
    uint8_t options_type;
};

struct operator_kind {
    uint8_t code;
    uint8_t inputs_minimum, inputs_maximum;
    uint8_t options; /* tag of its options; OPTIONS_NONE where it needs none */
    const char *name;
    bool (*prepare)(struct prepare *p);
    void (*run)(const struct interpreter_operator *op); /* 0: nothing to do, the output is the input */
};

/* 0 if there is none with that code. */
const struct operator_kind *operator_kind(int32_t code);

/* Whether all that was read was in the file. */
bool interpreter_is_sound(struct interpreter *it);

/* Refuse a number of things, or a tensor. */
bool interpreter_refuse_count(struct interpreter *it, const char *what, uint32_t found, uint32_t expected);
bool interpreter_refuse_tensor(struct interpreter *it, const struct interpreter_tensor *tensor, const char *text);

/* All tensors of a graph; and its only input or output, 0 if that is not usable. */
bool interpreter_read_tensors(struct interpreter *it, const struct flatbuffer_table *graph);
struct interpreter_tensor *interpreter_read_end(struct interpreter *it, const struct flatbuffer_table *graph,
                                                uint32_t field, const char *what);

/* Begin an error text about the model, or about an operator, to be continued with line_text and so on. */
struct line *interpreter_error(struct interpreter *it);
struct line *prepare_error(const struct prepare *p);

bool prepare_refuse(const struct prepare *p, const char *text);
bool prepare_refuse_value(const struct prepare *p, const char *what, int32_t value, const char *expected);

/* Memory that lasts as long as the model, aligned to 8; 0 with the error text written if there is not enough. */
void *interpreter_reserve(struct interpreter *it, uint32_t count, uint32_t element_bytes);

/* An int8 tensor with one scale. `what` names it in the text. */
bool prepare_activation(const struct prepare *p, const struct interpreter_tensor *tensor, const char *what);
/* Input 0 and the output are activations. */
bool prepare_activations(const struct prepare *p);
/* Input 0 and the output are one image each: NHWC, N = 1. */
bool prepare_images(const struct prepare *p);
bool prepare_same_scale(const struct prepare *p);
/* Constant int8 weights with zero point 0, and one scale or one for each of `channels` along `dimension`. */
bool prepare_weights(const struct prepare *p, uint32_t rank, uint32_t channels, int32_t dimension);
/* A constant of int32, such as a bias or axes; 0 where the optional one is left out is for the caller to see. */
bool prepare_int32(const struct prepare *p, const struct interpreter_tensor *tensor, uint32_t count, const char *what);
int32_t prepare_int32_at(const struct interpreter_tensor *tensor, uint32_t index);
float prepare_weight_scale(const struct prepare *p, uint32_t channel);

/* A field of the options, which has to lie in a range. */
bool prepare_option(const struct prepare *p, uint32_t field, int32_t otherwise, int32_t least, int32_t greatest,
                    const char *what, int16_t *value);
bool prepare_range(const struct prepare *p, uint32_t field, int32_t *minimum, int32_t *maximum);

/* One dimension of a window that moves over an image. */
struct window_span {
    int16_t size, window, stride, dilation; /* given; dilation is 1 without one */
    int16_t output, pad;                    /* found */
};
bool prepare_span(const struct prepare *p, struct window_span *span);

/* Account for multiplications or elements looked at. */
bool prepare_steps(const struct prepare *p, uint64_t steps);

/* A factor >= 0 as multiplier * 2^(shift - 31), digit for digit as LiteRT does it (QuantizeMultiplier). */
bool prepare_multiplier(const struct prepare *p, double real, int32_t *multiplier, int32_t *shift);

/* Scales, zero point and range of a convolution for each of `channels` channels. */
bool prepare_requantise(const struct prepare *p, uint32_t channels, int32_t minimum, int32_t maximum,
                        struct requantise_s8 *out);

bool prepare_conv_2d(struct prepare *p);
bool prepare_depthwise_conv_2d(struct prepare *p);
bool prepare_fully_connected(struct prepare *p);
bool prepare_max_pool_2d(struct prepare *p);
bool prepare_average_pool_2d(struct prepare *p);
bool prepare_mean(struct prepare *p);
bool prepare_add(struct prepare *p);
bool prepare_pad(struct prepare *p);
bool prepare_reshape(struct prepare *p);
bool prepare_softmax(struct prepare *p);
bool prepare_quantize(struct prepare *p);

void run_conv_2d(const struct interpreter_operator *op);
void run_depthwise_conv_2d(const struct interpreter_operator *op);
void run_fully_connected(const struct interpreter_operator *op);
void run_max_pool_2d(const struct interpreter_operator *op);
void run_average_pool_2d(const struct interpreter_operator *op);
void run_mean(const struct interpreter_operator *op);
void run_add(const struct interpreter_operator *op);
void run_pad(const struct interpreter_operator *op);
void run_softmax(const struct interpreter_operator *op);
void run_quantize(const struct interpreter_operator *op);

#endif
