/* Convolutions as a straightforward interpreter of layers would do them: every shape is a parameter. */
#include "bench.h"

int8_t bench_image[28 * 28] __attribute__((section(".bss.host")));
int8_t bench_weights[NET_WEIGHTS] __attribute__((section(".bss.host")));
int32_t bench_multipliers[28] __attribute__((section(".bss.host")));

struct shape {
    int32_t height, width, channels;
};

/* By the channel's multiplier / 2^31, then by 2^-5, both rounded, to eight bits. */
static int8_t requantise(int32_t sum, int32_t channel) {
    int32_t high = (int32_t)(((int64_t)sum * bench_multipliers[channel] + (1 << 30)) >> 31);
    int32_t value = (high + (1 << 4)) >> 5;
    return (int8_t)(value < -128 ? -128 : value > 127 ? 127 : value);
}

/* 3 x 3, zero padding, step `stride`; weights by output channel, row, column, input channel. */
static void convolve(const int8_t *in, struct shape from, const int8_t *weights, int8_t *out, struct shape to,
                     int32_t stride) {
    for (int32_t y = 0; y < to.height; y++) {
        for (int32_t x = 0; x < to.width; x++) {
            for (int32_t c = 0; c < to.channels; c++) {
                int32_t sum = 0;
                for (int32_t ky = 0; ky < 3; ky++) {
                    for (int32_t kx = 0; kx < 3; kx++) {
                        int32_t iy = y * stride + ky - 1, ix = x * stride + kx - 1;
                        if (iy < 0 || iy >= from.height || ix < 0 || ix >= from.width) {
                            continue;
                        }
                        for (int32_t k = 0; k < from.channels; k++) {
                            sum += in[(iy * from.width + ix) * from.channels + k] *
                                   weights[((c * 3 + ky) * 3 + kx) * from.channels + k];
                        }
                    }
                }
                out[(y * to.width + x) * to.channels + c] = requantise(sum, c);
            }
        }
    }
}

static void connect(const int8_t *in, int32_t inputs, const int8_t *weights, int8_t *out, int32_t outputs) {
    for (int32_t k = 0; k < outputs; k++) {
        int32_t sum = 0;
        for (int32_t i = 0; i < inputs; i++) {
            sum += in[i] * weights[inputs * k + i];
        }
        out[k] = requantise(sum, k);
    }
}

uint32_t bench_net(void) {
    static int8_t a[14 * 14 * 4], b[7 * 7 * 4], c[3 * 3 * 4], d[28], e[10];
    static const struct shape image = {28, 28, 1}, first = {14, 14, 4}, second = {7, 7, 4}, third = {3, 3, 4};
    convolve(bench_image, image, bench_weights, a, first, 2);
    convolve(a, first, bench_weights + 36, b, second, 2);
    convolve(b, second, bench_weights + 36 + 144, c, third, 2);
    connect(c, 36, bench_weights + 36 + 144 + 144, d, 28);
    connect(d, 28, bench_weights + 36 + 144 + 144 + 28 * 36, e, 10);
    uint32_t best = 0, total = 0;
    for (uint32_t k = 0; k < 10; k++) {
        total += (uint32_t)e[k];
        best = e[k] > e[best] ? k : best;
    }
    return best << 24 | (total & 0xFFFFFFu);
}
