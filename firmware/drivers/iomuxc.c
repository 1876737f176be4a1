#include "iomuxc.h"

#include "common/mmio.h"

void iomuxc_set_pin(uintptr_t mux_register, uint32_t mode, uintptr_t pad_register, uint32_t pad) {
    MMIO32(mux_register) = mode;
    MMIO32(pad_register) = pad;
}
