#include "fully_connected_s8.h"
#include "dot_u8s8.h"
#include "pad.h"

void fully_connected_s8(const struct fully_connected_s8 *p, const int8_t *input, int8_t *output, void *scratch) {
    const struct requantise_s8 *out = &p->out;
    const int8_t *w = p->weights;
    const int32_t *bias = p->bias;
    const int32_t count = p->outputs;
    const int32_t bytes = (p->inputs + DOT_TAPS - 1) / DOT_TAPS * DOT_BLOCK_BYTES;
    const struct dot_patches row = {.row_bytes = bytes, .bytes = bytes, .gap = 0, .back = 0};
    const struct pad copy = {1, p->inputs, 1, p->inputs, 0, 0, 0, 0x80};
    pad_s8(scratch, input, &copy);
    KERNELS_NO_UNROLL
    for (int32_t n = 0; n < count; n += DOT_CHANNELS) {
        uint32_t sums[DOT_CHANNELS];
        dot_u8s8(&row, scratch, w, bias + n, sums, 1);
        w += bytes;
        output[n] = requantise_once_s8(out, (int32_t)sums[0], n);
        if (n + 1 < count) {
            output[n + 1] = requantise_once_s8(out, (int32_t)sums[1], n + 1);
        }
    }
}
