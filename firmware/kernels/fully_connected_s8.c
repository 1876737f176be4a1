#include "fully_connected_s8.h"
#include "dot_u8s8.h"
#include "pad_u8.h"

void fully_connected_s8(const struct fully_connected_s8 *p, const int8_t *input, int8_t *output, uint8_t *scratch) {
    const int8_t *w = p->weights;
    int32_t blocks = (p->inputs + DOT_TAPS - 1) / DOT_TAPS;
    pad_u8(scratch, 1, p->inputs, input, 1, p->inputs, 0, 0, 0);
    for (int32_t n = 0; n < p->outputs; n += DOT_CHANNELS) {
        uint32_t a = (uint32_t)p->bias[n], b = (uint32_t)p->bias[n + 1];
        w = dot_u8s8(scratch, w, blocks, &a, &b);
        output[n] = requantise_once_s8(&p->out, (int32_t)a, n);
        if (n + 1 < p->outputs) {
            output[n + 1] = requantise_once_s8(&p->out, (int32_t)b, n + 1);
        }
    }
}
