#include "systick.h"

#include "common/mmio.h"

void SysTick_Handler(void);

static volatile uint32_t milliseconds;
static uint32_t clocks_per_tick;

void systick_count(void) { milliseconds = milliseconds + 1u; }

__attribute__((weak)) void SysTick_Handler(void) { milliseconds = milliseconds + 1u; }

enum status systick_start(uint32_t core_hz) {
    const uint32_t clocks = core_hz / 1000u;
    if (clocks < 2u || clocks - 1u > SYST_RVR_MAX) {
        return STATUS_UNREACHABLE;
    }
    clocks_per_tick = clocks;
    MMIO32(SYST_RVR) = clocks - 1u;
    MMIO32(SYST_CVR) = 0; /* any write clears the counter */
    MMIO32(SYST_CSR) = SYST_CSR_CLKSOURCE | SYST_CSR_TICKINT | SYST_CSR_ENABLE;
    return STATUS_OK;
}

void systick_stop(void) { MMIO32(SYST_CSR) = 0; }

uint32_t systick_ms(void) { return milliseconds; }

/* The counter runs down from clocks - 1; the tick comes when it reaches 0, hence 0 is the first clock of a new
 * millisecond and clocks - 1 the second. Read again when a tick came in between. */
uint32_t systick_cycles(void) {
    uint32_t ticks;
    uint32_t current;
    do {
        ticks = milliseconds;
        current = MMIO32(SYST_CVR);
    } while (ticks != milliseconds);
    return ticks * clocks_per_tick + (current == 0u ? 0u : clocks_per_tick - current);
}
