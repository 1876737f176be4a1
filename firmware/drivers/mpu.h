/* MPU of Armv7-M (ARM DDI 0403, B3.5). */
#ifndef DRIVERS_MPU_H
#define DRIVERS_MPU_H

#include <stdint.h>

#define MPU_CTRL 0xE000ED94u
#define MPU_CTRL_ENABLE (1u << 0)
#define MPU_CTRL_HFNMIENA (1u << 1)
#define MPU_CTRL_PRIVDEFENA (1u << 2)
#define MPU_RBAR 0xE000ED9Cu
#define MPU_RBAR_VALID (1u << 4)
#define MPU_RASR 0xE000EDA0u

#define MPU_RASR_ENABLE (1u << 0)
#define MPU_RASR_SIZE_SHIFT 1
#define MPU_RASR_B (1u << 16)
#define MPU_RASR_C (1u << 17)
#define MPU_RASR_TEX_SHIFT 19
#define MPU_RASR_AP_SHIFT 24
#define MPU_RASR_XN (1u << 28)

/* Access: nobody, all, or all but only to read. */
#define MPU_AP_NONE (0u << MPU_RASR_AP_SHIFT)
#define MPU_AP_FULL (3u << MPU_RASR_AP_SHIFT)
#define MPU_AP_READ_ONLY (6u << MPU_RASR_AP_SHIFT)

/* Kinds of memory. */
#define MPU_STRONGLY_ORDERED 0u
#define MPU_DEVICE (2u << MPU_RASR_TEX_SHIFT) /* not shared, not cached */
#define MPU_NORMAL (MPU_RASR_C | MPU_RASR_B)  /* cached, write-back */

/* Size of a region: two to the power of `bits`, 5..32. */
#define MPU_SIZE(bits) ((uint32_t)((bits) - 1u) << MPU_RASR_SIZE_SHIFT)

struct mpu_region {
    uint32_t number; /* of overlapping regions the highest number counts */
    uint32_t base;
    uint32_t attributes; /* RASR without ENABLE */
};

/* Set these regions up; others stay as they are, and so does the background map for privileged code. */
void mpu_configure(const struct mpu_region *regions, uint32_t count);

#endif
