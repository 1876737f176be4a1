#include "mpu.h"

#include "common/cpu.h"
#include "common/mmio.h"

#define SCB_SHCSR_MEMFAULTENA (1u << 16)

void mpu_configure(const struct mpu_region *regions, uint32_t count) {
    __asm volatile("dmb" ::: "memory");
    MMIO32(SCB_SHCSR) = MMIO32(SCB_SHCSR) & ~SCB_SHCSR_MEMFAULTENA;
    MMIO32(MPU_CTRL) = 0;
    for (uint32_t i = 0; i < count; i++) {
        MMIO32(MPU_RBAR) = regions[i].base | MPU_RBAR_VALID | regions[i].number;
        MMIO32(MPU_RASR) = regions[i].attributes | MPU_RASR_ENABLE;
    }
    MMIO32(MPU_CTRL) = MPU_CTRL_PRIVDEFENA | MPU_CTRL_HFNMIENA | MPU_CTRL_ENABLE;
    MMIO32(SCB_SHCSR) = MMIO32(SCB_SHCSR) | SCB_SHCSR_MEMFAULTENA;
    cpu_dsb();
    cpu_isb();
}
