#include "memory_protection.h"

#include "drivers/cache.h"
#include "drivers/mpu.h"

/* Region 0 forbids everything, so that speculative reads of a Cortex-M7 never reach addresses without a device
 * (Arm erratum 1013783); the others open what there is. The first 1 GB is device memory in region 4, with the memories
 * in it cut out again by 5 to 8. */
static const struct mpu_region regions[] = {
    {0, 0x00000000u, MPU_SIZE(32) | MPU_RASR_XN | MPU_AP_NONE | MPU_STRONGLY_ORDERED},
    {1, 0x80000000u, MPU_SIZE(29) | MPU_AP_FULL | MPU_DEVICE},
    {2, 0x60000000u, MPU_SIZE(29) | MPU_AP_FULL | MPU_DEVICE},
    {3, 0x60000000u, MPU_SIZE(23) | MPU_AP_READ_ONLY | MPU_NORMAL}, /* QSPI flash, 8 MB */
    {4, 0x00000000u, MPU_SIZE(30) | MPU_AP_FULL | MPU_DEVICE},
    {5, 0x00000000u, MPU_SIZE(17) | MPU_AP_FULL | MPU_NORMAL}, /* ITCM, 128 KB */
    {6, 0x20000000u, MPU_SIZE(17) | MPU_AP_FULL | MPU_NORMAL}, /* DTCM, 128 KB */
    {7, 0x20200000u, MPU_SIZE(19) | MPU_AP_FULL | MPU_NORMAL}, /* OCRAM2, 512 KB */
    {8, 0x20280000u, MPU_SIZE(18) | MPU_AP_FULL | MPU_NORMAL}, /* OCRAM, 256 KB */
    {11, 0x40000000u, MPU_SIZE(22) | MPU_AP_FULL | MPU_DEVICE},
    {12, 0x42000000u, MPU_SIZE(20) | MPU_AP_FULL | MPU_DEVICE},
};

void memory_protection_init(void) {
    cache_disable_instruction();
    cache_disable_data();
    mpu_configure(regions, sizeof regions / sizeof regions[0]);
    cache_enable_data();
    cache_enable_instruction();
}
