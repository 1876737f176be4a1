/* Level 1 caches of the Cortex-M7 (Armv7-M ARM, DDI 0403, B2.2 and B3.2). */
#ifndef DRIVERS_CACHE_H
#define DRIVERS_CACHE_H

#include <stdint.h>

#define SCB_CCSIDR 0xE000ED80u
#define SCB_CSSELR 0xE000ED84u
#define SCB_ICIALLU 0xE000EF50u
#define SCB_DCISW 0xE000EF60u
#define SCB_DCCMVAC 0xE000EF68u
#define SCB_DCCISW 0xE000EF74u

/* Write back what the data cache holds of this memory, for other bus masters to see. */
void cache_clean_data(const void *address, uint32_t bytes);

/* Each does nothing where the cache already is as asked for. */
void cache_enable_instruction(void);
void cache_disable_instruction(void);
void cache_enable_data(void);  /* invalidates it first */
void cache_disable_data(void); /* writes back what it holds */

#endif
