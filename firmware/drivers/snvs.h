/* SNVS of i.MX RT parts: registers that a reset leaves alone, and that a coin cell keeps without power. */
#ifndef DRIVERS_SNVS_H
#define DRIVERS_SNVS_H

#include <stdint.h>

#define SNVS_LPGPR 0x100u /* eight general purpose registers of the low power domain */
#define SNVS_WORDS 8u

void snvs_read(uintptr_t base, uint32_t *words, uint32_t count);
void snvs_write(uintptr_t base, const uint32_t *words, uint32_t count);

#endif
