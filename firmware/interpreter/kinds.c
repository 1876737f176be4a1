/* The operators that there are. */
#include "prepare.h"
#include "tflite.h"

static const struct operator_kind kinds[] = {
    {OPERATOR_ADD, 2, 2, OPTIONS_ADD, "ADD", prepare_add, run_add},
    {OPERATOR_AVERAGE_POOL_2D, 1, 1, OPTIONS_POOL_2D, "AVERAGE_POOL_2D", prepare_average_pool_2d, run_average_pool_2d},
    {OPERATOR_CONV_2D, 2, 3, OPTIONS_CONV_2D, "CONV_2D", prepare_conv_2d, run_conv_2d},
    {OPERATOR_DEPTHWISE_CONV_2D, 2, 3, OPTIONS_DEPTHWISE_CONV_2D, "DEPTHWISE_CONV_2D", prepare_depthwise_conv_2d,
     run_depthwise_conv_2d},
    {OPERATOR_FULLY_CONNECTED, 2, 3, OPTIONS_FULLY_CONNECTED, "FULLY_CONNECTED", prepare_fully_connected,
     run_fully_connected},
    {OPERATOR_MAX_POOL_2D, 1, 1, OPTIONS_POOL_2D, "MAX_POOL_2D", prepare_max_pool_2d, run_max_pool_2d},
    {OPERATOR_RESHAPE, 1, 2, OPTIONS_NONE, "RESHAPE", prepare_reshape, 0},
    {OPERATOR_SOFTMAX, 1, 1, OPTIONS_SOFTMAX, "SOFTMAX", prepare_softmax, run_softmax},
    {OPERATOR_PAD, 2, 2, OPTIONS_NONE, "PAD", prepare_pad, run_pad},
    {OPERATOR_MEAN, 2, 2, OPTIONS_NONE, "MEAN", prepare_mean, run_mean},
    {OPERATOR_QUANTIZE, 1, 1, OPTIONS_NONE, "QUANTIZE", prepare_quantize, run_quantize},
};

const struct operator_kind *operator_kind(int32_t code) {
    for (uint32_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        if (kinds[i].code == code) {
            return &kinds[i];
        }
    }
    return 0;
}
