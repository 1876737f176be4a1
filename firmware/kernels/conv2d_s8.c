#include "conv2d_s8.h"
#include "dot_u8s8.h"
#include "pad_u8.h"

/* All channels of one output element.  x: its first input in the padded copy.  row: bytes of a padded row. */
static void one_pixel(const struct conv2d_s8 *p, const uint8_t *x, int32_t row, int8_t *output) {
    const int8_t *w = p->weights;
    int32_t blocks = (p->kernel_w * p->input_c + DOT_TAPS - 1) / DOT_TAPS;
    for (int32_t channel = 0; channel < p->output_c; channel += DOT_CHANNELS) {
        uint32_t a = (uint32_t)p->bias[channel], b = (uint32_t)p->bias[channel + 1];
        const uint8_t *line = x;
        for (int32_t y = p->kernel_h; y > 0; y--) {
            w = dot_u8s8(line, w, blocks, &a, &b);
            line += row;
        }
        output[channel] = requantise_s8(&p->out, (int32_t)a, channel);
        if (channel + 1 < p->output_c) {
            output[channel + 1] = requantise_s8(&p->out, (int32_t)b, channel + 1);
        }
    }
}

void conv2d_s8(const struct conv2d_s8 *p, const int8_t *input, int8_t *output, uint8_t *scratch) {
    int32_t height = (p->output_h - 1) * p->stride_h + p->kernel_h;
    int32_t row = ((p->output_w - 1) * p->stride_w + p->kernel_w) * p->input_c;
    pad_u8(scratch, height, row, input, p->input_h, p->input_w * p->input_c, p->pad_top, p->pad_left * p->input_c,
           p->zero_byte);
    for (int32_t y = 0; y < p->output_h; y++) {
        const uint8_t *x = scratch + y * p->stride_h * row;
        for (int32_t n = p->output_w; n > 0; n--) {
            one_pixel(p, x, row, output);
            x += p->stride_w * p->input_c;
            output += p->output_c;
        }
    }
}
