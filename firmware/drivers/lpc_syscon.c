#include "lpc_syscon.h"

#include "common/mmio.h"

#define THUMB 1u

void syscon_clock_on(uintptr_t base, uint32_t bit) {
    MMIO32(base + SYSCON_SYSAHBCLKCTRL0) = MMIO32(base + SYSCON_SYSAHBCLKCTRL0) | (1u << bit);
}

void syscon_reset(uintptr_t base, uint32_t bit) {
    MMIO32(base + SYSCON_PRESETCTRL0) = MMIO32(base + SYSCON_PRESETCTRL0) & ~(1u << bit);
    MMIO32(base + SYSCON_PRESETCTRL0) = MMIO32(base + SYSCON_PRESETCTRL0) | (1u << bit);
}

void syscon_power_on(uintptr_t base, uint32_t bits) {
    MMIO32(base + SYSCON_PDRUNCFG) = MMIO32(base + SYSCON_PDRUNCFG) & ~bits;
}

/* A source register takes effect with the change of its update register from 0 to 1. */
static enum status update(uintptr_t update_register) {
    MMIO32(update_register) = 0;
    MMIO32(update_register) = 1;
    return mmio_wait(update_register, 1, 1);
}

static enum status select_fro_as_main_clock(uintptr_t base) {
    MMIO32(base + SYSCON_MAINCLKSEL) = 0;
    enum status status = update(base + SYSCON_MAINCLKUEN);
    if (status == STATUS_OK) {
        MMIO32(base + SYSCON_MAINCLKPLLSEL) = 0;
        status = update(base + SYSCON_MAINCLKPLLUEN);
    }
    return status;
}

enum status syscon_run_from_fro(uintptr_t base, uintptr_t rom_routine, uint32_t khz) {
    void (*const set_fro_frequency)(uint32_t) = (void (*)(uint32_t))(rom_routine | THUMB);
    syscon_power_on(base, SYSCON_PDRUNCFG_FROOUT_PD | SYSCON_PDRUNCFG_FRO_PD);
    set_fro_frequency(khz);
    MMIO32(base + SYSCON_FROOSCCTRL) = MMIO32(base + SYSCON_FROOSCCTRL) | SYSCON_FROOSCCTRL_FRO_DIRECT;
    enum status status = update(base + SYSCON_FRODIRECTCLKUEN);
    if (status == STATUS_OK) {
        syscon_power_on(base, SYSCON_PDRUNCFG_SYSOSC_PD);
        MMIO32(base + SYSCON_EXTCLKSEL) = 0;
        status = select_fro_as_main_clock(base);
    }
    if (status == STATUS_OK) {
        MMIO32(base + SYSCON_SYSAHBCLKDIV) = 1;
    }
    return status;
}

void flash_access_clocks(uintptr_t flash_ctrl, uint32_t clocks) {
    mmio_update(flash_ctrl + FLASH_CTRL_FLASHCFG, FLASH_CTRL_FLASHCFG_FLASHTIM_MASK, clocks - 1u);
}
