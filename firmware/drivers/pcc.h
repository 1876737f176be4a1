/* PCC, the clock gates of Kinetis KE1x parts: one word per peripheral. Names as in MKE16Z4.h of NXP's SDK. */
#ifndef DRIVERS_PCC_H
#define DRIVERS_PCC_H

#include <stdint.h>

#include "common/status.h"

#define PCC_PCS_SHIFT 24
#define PCC_PCS_MASK (7u << 24)
#define PCC_CGC (1u << 30)
#define PCC_PR (1u << 31)

/* slot: address of the peripheral's word. STATUS_NOT_PRESENT: its PR bit reads 0. */
enum status pcc_set_source(uintptr_t slot, uint32_t source);
enum status pcc_enable(uintptr_t slot);

#endif
