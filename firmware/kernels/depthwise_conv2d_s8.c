#include "depthwise_conv2d_s8.h"
#include "dsp.h"

/* Where the elements of a patch lie: in the input, or in the copy of it. */
struct patch {
    const int8_t *first;
    int32_t line; /* bytes from one row to the next */
};

static void fill(int8_t *to, const int8_t *from, int32_t count, int8_t zero_point) {
    KERNELS_NO_UNROLL
    for (; count > 0; count--) {
        *to++ = from ? *from++ : zero_point;
    }
}

/* Copy the patch whose first element is (top, left), of which a part lies outside. */
static void gather(const struct depthwise_conv2d_s8 *p, const int8_t *input, int32_t top, int32_t left, int8_t *to) {
    const int32_t depth = p->input_c;
    KERNELS_NO_UNROLL
    for (int32_t y = top; y < top + p->kernel_h; y++) {
        KERNELS_NO_UNROLL
        for (int32_t x = left; x < left + p->kernel_w; x++) {
            const int inside = y >= 0 && y < p->input_h && x >= 0 && x < p->input_w;
            fill(to, inside ? input + (y * p->input_w + x) * depth : 0, depth, p->zero_point);
            to += depth;
        }
    }
}

/* One output channel of a patch, without bias. */
static int32_t sum_of(const struct depthwise_conv2d_s8 *p, const struct patch *patch, int32_t from, int32_t channel) {
    const int32_t depth = p->input_c, step = depth * p->multiplier;
    const int8_t *row = patch->first + from, *w = p->weights + channel;
    uint32_t sum = 0;
    KERNELS_NO_UNROLL
    for (int32_t y = p->kernel_h; y > 0; y--) {
        const int8_t *x = row;
        KERNELS_NO_UNROLL
        for (int32_t n = p->kernel_w; n > 0; n--) {
            sum += (uint32_t)(*x * *w);
            x += depth;
            w += step;
        }
        row += patch->line;
    }
    return (int32_t)sum;
}

#if KERNELS_DSP
static inline uint32_t lanes(uint32_t x, uint32_t y, uint32_t sum) {
    return sum + (uint32_t)((int32_t)(int16_t)x * (int32_t)(int16_t)y);
}

static inline uint32_t upper_lanes(uint32_t x, uint32_t y, uint32_t sum) {
    return sum + (uint32_t)(((int32_t)x >> 16) * ((int32_t)y >> 16));
}

/* Four channels of a patch, without bias, where each input channel has one output channel. */
static void four_sums(const struct depthwise_conv2d_s8 *p, const struct patch *patch, int32_t channel,
                      uint32_t sums[4]) {
    const int32_t depth = p->input_c, columns = p->kernel_w;
    const int8_t *row = patch->first + channel, *w = p->weights + channel;
    uint32_t a = 0, b = 0, c = 0, d = 0;
    KERNELS_NO_UNROLL
    for (int32_t y = p->kernel_h; y > 0; y--) {
        const int8_t *x = row;
        KERNELS_NO_UNROLL
        for (int32_t n = columns; n > 0; n--) {
            uint32_t four, weights;
            __builtin_memcpy(&four, x, 4); /* Armv7E-M loads unaligned words */
            __builtin_memcpy(&weights, w, 4);
            const uint32_t even = dsp_sxtb16(four), odd = dsp_sxtb16_ror8(four);
            const uint32_t even_w = dsp_sxtb16(weights), odd_w = dsp_sxtb16_ror8(weights);
            a = lanes(even, even_w, a);
            b = lanes(odd, odd_w, b);
            c = upper_lanes(even, even_w, c);
            d = upper_lanes(odd, odd_w, d);
            x += depth;
            w += depth;
        }
        row += patch->line;
    }
    sums[0] = a;
    sums[1] = b;
    sums[2] = c;
    sums[3] = d;
}
#endif

static int8_t requantised(const struct depthwise_conv2d_s8 *p, uint32_t sum, int32_t channel) {
    return requantise_twice_s8(&p->out, (int32_t)(sum + (uint32_t)p->bias[channel]), channel);
}

/* All output channels of one patch. */
static void one_patch(const struct depthwise_conv2d_s8 *p, const struct patch *patch, int8_t *output) {
    int32_t channel = 0;
#if KERNELS_DSP
    const int32_t fours = p->multiplier == 1 ? p->input_c - p->input_c % 4 : 0;
    KERNELS_NO_UNROLL
    for (; channel < fours; channel += 4) {
        uint32_t sums[4];
        four_sums(p, patch, channel, sums);
        KERNELS_NO_UNROLL
        for (int32_t i = 0; i < 4; i++) {
            output[channel + i] = requantised(p, sums[i], channel + i);
        }
    }
#endif
    KERNELS_NO_UNROLL
    for (int32_t from = channel; from < p->input_c; from++) {
        KERNELS_NO_UNROLL
        for (int32_t n = p->multiplier; n > 0; n--) {
            output[channel] = requantised(p, (uint32_t)sum_of(p, patch, from, channel), channel);
            channel++;
        }
    }
}

void depthwise_conv2d_s8(const struct depthwise_conv2d_s8 *p, const int8_t *input, int8_t *output, int8_t *scratch) {
    const int32_t depth = p->input_c, line = p->input_w * depth;
    KERNELS_NO_UNROLL
    for (int32_t y = 0; y < p->output_h; y++) {
        const int32_t top = y * p->stride_h - p->pad_top;
        KERNELS_NO_UNROLL
        for (int32_t x = 0; x < p->output_w; x++) {
            const int32_t left = x * p->stride_w - p->pad_left;
            struct patch patch = {input + top * line + left * depth, line};
            if (top < 0 || left < 0 || top + p->kernel_h > p->input_h || left + p->kernel_w > p->input_w) {
                gather(p, input, top, left, scratch);
                patch = (struct patch){scratch, p->kernel_w * depth};
            }
            one_patch(p, &patch, output);
            output += depth * p->multiplier;
        }
    }
}
