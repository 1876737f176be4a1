#include "conv2d_windows_s8.h"
#include "pad.h"
#include "window_s8.h"

/* Four channels of one output, from sums without bias. */
__attribute__((noinline)) static void four_outputs(const struct conv2d_windows_s8 *p, const int32_t *sums,
                                                   int32_t channel, int8_t *output) {
    KERNELS_NO_UNROLL
    for (int32_t i = 0; i < WINDOW_CHANNELS; i++) {
        output[i] = requantise_twice_s8(&p->out, sums[i] + p->bias[channel + i], channel + i);
    }
}

/* The same with short products. */
__attribute__((noinline)) static void four_outputs_quickly(const struct conv2d_windows_s8 *p, const int32_t *sums,
                                                           int32_t channel, int8_t *output) {
    const int32_t *bias = p->bias + channel, *multiplier = p->out.multiplier + 2 * channel,
                  *end = sums + WINDOW_CHANNELS;
    const int32_t shift = p->quick, minimum = p->out.minimum, maximum = p->out.maximum;
    KERNELS_NO_UNROLL
    do {
        const int32_t sum = *sums++ + *bias++;
        *output++ = (int8_t)requantise_quick_s8(sum, (const uint32_t *)multiplier, shift, minimum, maximum);
        multiplier += 2;
    } while (sums != end);
}

/* Four channels of all outputs. */
static void four_channels(const struct conv2d_windows_s8 *p, struct window_s8 *window, int32_t channel, const int8_t *x,
                          int32_t row, int8_t *output) {
    const int32_t step = p->window * p->input_c;
    const int32_t gap = p->window * row - p->output_w * step;
    KERNELS_NO_UNROLL
    for (int32_t y = p->output_h; y > 0; y--) {
        KERNELS_NO_UNROLL
        for (int32_t n = p->output_w; n > 0; n--) {
            window_s8(window, x);
            if (p->quick != 0) {
                four_outputs_quickly(p, window->best, channel, output);
            } else {
                four_outputs(p, window->best, channel, output);
            }
            x += step;
            output += p->output_c;
        }
        x += gap;
    }
}

void conv2d_windows_s8(const struct conv2d_windows_s8 *p, const int8_t *input, int8_t *output, void *scratch) {
    const int32_t depth = p->input_c, taps = p->kernel_w * depth;
    const int32_t height = p->output_h * p->window + p->kernel_h - 1;
    const int32_t row = p->output_w * p->window * depth + taps - depth;
    int8_t *padded = (int8_t *)scratch + p->kernel_h * taps * WINDOW_TAP_BYTES;
    struct window_s8 window = {
        .rows = p->kernel_h,
        .taps = taps,
        .row = row,
        .offsets = {0, p->window == 1 ? 0 : depth, row, row + depth},
        .patches = p->window * p->window,
    };
    const struct pad pad = {height, row, p->input_h, p->input_w * depth, p->pad_top, p->pad_left * depth, p->zero, 0};
    pad_s8(padded, input, &pad);
    KERNELS_NO_UNROLL
    for (int32_t channel = 0; channel < p->output_c; channel += WINDOW_CHANNELS) {
        window_s8_begin(&window, p->weights, channel, scratch);
        four_channels(p, &window, channel, padded, row, output + channel);
    }
}
