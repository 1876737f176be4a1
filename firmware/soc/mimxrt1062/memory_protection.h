#ifndef SOC_MIMXRT1062_MEMORY_PROTECTION_H
#define SOC_MIMXRT1062_MEMORY_PROTECTION_H

/* Caches off, MPU as BOARD_ConfigMPU of NXP's board files sets it for an image in FlexSPI flash without SDRAM, caches
 * on. */
void memory_protection_init(void);

#endif
