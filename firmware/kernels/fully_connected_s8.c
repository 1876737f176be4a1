#include "fully_connected_s8.h"
#include "dot_u8s8.h"

/* Make the inputs what the inner loop reads, in scratch: value + 128.  Returns what it has to know of the weights. */
static struct dot_patches prepare(int32_t inputs, const int8_t *input, uint8_t *scratch) {
    const int32_t bytes = (inputs + DOT_TAPS - 1) / DOT_TAPS * DOT_BLOCK_BYTES;
    KERNELS_NO_UNROLL
    for (const int8_t *end = input + inputs; input != end; input++) {
        *scratch++ = (uint8_t)(*input ^ 0x80);
    }
    return (struct dot_patches){.row_bytes = bytes, .bytes = bytes, .gap = 0, .back = 0};
}

void fully_connected_s8(const struct fully_connected_s8 *p, const int8_t *input, int8_t *output, void *scratch) {
    const struct requantise_s8 *out = &p->out;
    const struct dot_patches row = prepare(p->inputs, input, scratch);
    const int32_t count = p->outputs;
    const int8_t *w = p->weights;
    KERNELS_NO_UNROLL
    for (int32_t n = 0; n < count; n += DOT_CHANNELS) {
        uint32_t sums[DOT_CHANNELS];
        dot_u8s8(&row, scratch, w, p->bias + n, sums, 1);
        w += row.bytes;
        output[n] = requantise_once_s8(out, (int32_t)sums[0], n);
        if (n + 1 < count) {
            output[n + 1] = requantise_once_s8(out, (int32_t)sums[1], n + 1);
        }
    }
}

void fully_connected_quick_s8(const struct fully_connected_quick_s8 *p, const int8_t *input, int8_t *output,
                              void *scratch) {
    const struct dot_patches row = prepare(p->inputs, input, scratch);
    const int32_t count = p->outputs, bytes = row.bytes;
    const int8_t *w = p->weights;
    KERNELS_NO_UNROLL
    for (int32_t n = 0; n < count; n += DOT_CHANNELS) {
        int32_t sums[DOT_CHANNELS];
        int8_t two[DOT_CHANNELS];
        dot_u8s8_row(scratch, w, w + bytes, sums);
        w += bytes;
        quick_s8(&p->out, sums, n, DOT_CHANNELS, two);
        *output++ = two[0];
        if (n + 1 < count) {
            *output++ = two[1];
        }
    }
}
