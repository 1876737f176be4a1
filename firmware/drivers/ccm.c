#include "ccm.h"

#include "common/mmio.h"

/* A field's value times its lowest bit is the value in its place. */
static uint32_t in_place(uint32_t field, uint32_t value) { return value * (field & (0u - field)); }

enum status ccm_run(uintptr_t base, const struct ccm_step *steps, uint32_t count) {
    for (uint32_t i = 0; i < count; i++) {
        const struct ccm_step *step = &steps[i];
        mmio_update(base + step->offset, step->field, in_place(step->field, step->value));
        if (step->busy != 0u && mmio_wait(base + CCM_CDHIPR, step->busy, 0) != STATUS_OK) {
            return STATUS_TIMEOUT;
        }
    }
    return STATUS_OK;
}
