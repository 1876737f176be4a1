/* What the vector tables of all Kinetis and K32 L parts have in common: 32 interrupts, and 16 bytes at 0x400 that the
 * flash controller reads at reset.
 *
 * Flash configuration field: no back-door key, no protection, and FSEC 0xFE = unsecured; another FSEC can lock the
 * part for ever. Its last word differs between parts. */
#ifndef SOC_KINETIS_VECTOR_TABLE_H
#define SOC_KINETIS_VECTOR_TABLE_H

#include <stdint.h>

#include "common/fault.h"
#include "common/vectors.h"

#define INTERRUPTS 32

struct vector_table {
    const uint32_t *initial_sp;
    vector exceptions[15];
    vector interrupts[INTERRUPTS];
};

#define ARMV6M_EXCEPTIONS                                                                                              \
    {Reset_Handler,  NMI_Handler,    HardFault_Handler, 0, 0, 0, 0, 0, 0, 0, SVC_Handler, 0, 0,                        \
     PendSV_Handler, SysTick_Handler}

#define FLASH_CONFIGURATION(last_word)                                                                                 \
    __attribute__((section(".flash_config"), used))                                                                    \
    const uint32_t flash_configuration[4] = {0xFFFFFFFFu, 0xFFFFFFFFu, 0xFFFFFFFFu, last_word}

#endif
