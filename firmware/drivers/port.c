#include "port.h"

#include "common/mmio.h"

void port_set_mux(uintptr_t base, uint32_t pin, uint32_t mux) {
    mmio_update(base + 4u * pin, PORT_PCR_MUX_MASK, mux << PORT_PCR_MUX_SHIFT);
}

void port_set_mux_pulled_up(uintptr_t base, uint32_t pin, uint32_t mux) {
    const uint32_t pull = PORT_PCR_PE | PORT_PCR_PS;
    mmio_update(base + 4u * pin, PORT_PCR_MUX_MASK | pull, (mux << PORT_PCR_MUX_SHIFT) | pull);
}
