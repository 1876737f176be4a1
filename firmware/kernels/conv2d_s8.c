#include "conv2d_s8.h"
#include "dot_u8s8.h"
#include "pad_u8.h"

/* All channels of one output element. `x` is its first input in the padded copy. */
static void one_pixel(const struct conv2d_s8 *p, const struct dot_patch *patch, const uint8_t *x, int8_t *output) {
    const struct requantise_s8 *out = &p->out;
    const int8_t *w = p->weights;
    const int32_t *bias = p->bias;
    const int32_t count = p->output_c;
    for (int32_t channel = 0; channel < count; channel += DOT_CHANNELS) {
        uint32_t a = (uint32_t)bias[channel], b = (uint32_t)bias[channel + 1];
        dot_u8s8(patch, x, w, &a, &b);
        w += patch->bytes;
        output[channel] = requantise_s8(out, (int32_t)a, channel);
        if (channel + 1 < count) {
            output[channel + 1] = requantise_s8(out, (int32_t)b, channel + 1);
        }
    }
}

void conv2d_s8(const struct conv2d_s8 *p, const int8_t *input, int8_t *output, uint8_t *scratch) {
    const int32_t output_w = p->output_w, output_c = p->output_c, depth = p->input_c;
    const int32_t step = p->stride_w * depth;
    const int32_t height = (p->output_h - 1) * p->stride_h + p->kernel_h;
    const int32_t row = ((output_w - 1) * p->stride_w + p->kernel_w) * depth;
    const int32_t blocks = (p->kernel_w * depth + DOT_TAPS - 1) / DOT_TAPS;
    const int32_t row_bytes = blocks * DOT_BLOCK_BYTES;
    const struct dot_patch patch = {
        .row_bytes = row_bytes, .bytes = p->kernel_h * row_bytes, .gap = row - blocks * DOT_TAPS};
    pad_u8(scratch, height, row, input, p->input_h, p->input_w * depth, p->pad_top, p->pad_left * depth, p->zero_byte);
    for (int32_t y = p->output_h; y > 0; y--) {
        const uint8_t *x = scratch;
        for (int32_t n = output_w; n > 0; n--) {
            one_pixel(p, &patch, x, output);
            x += step;
            output += output_c;
        }
        scratch += p->stride_h * row;
    }
}
