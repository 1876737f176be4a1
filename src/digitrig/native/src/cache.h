/* Caches, store buffer and memories behind the bus: what accesses cost beyond their instruction. */
#ifndef DIGITRIG_INTERNAL_CACHE_H
#define DIGITRIG_INTERNAL_CACHE_H

#include "cpu.h"

bool dr_caches_valid(const dr_config *config);

/* Cycles that an access to a region with `lines` takes longer than to tightly coupled memory. */
uint32_t dr_cache_load(struct dr_board *b, dr_region *r, uint32_t address);
uint32_t dr_cache_store(struct dr_board *b, dr_region *r, uint32_t address);
/* Bring in the lines of an instruction, `now` = cycles so far; the cycles until all are there. */
uint32_t dr_cache_fetch(struct dr_board *b, uint32_t address, uint32_t bytes, uint64_t now);
/* Cycles of every execution of an instruction that is not cached. */
uint32_t dr_uncached_fetch(const struct dr_board *b, const dr_region *r, uint32_t address, uint32_t size);

uint32_t dr_buffered_store(struct dr_board *b,
                           uint32_t cycles); /* cycles that a store of so many makes the core wait */
uint32_t dr_drain(const struct dr_board *b); /* cycles until the store buffer is empty */

void dr_cache_refresh(struct dr_board *b); /* MPU or CCR have changed */
void dr_cache_reset(struct dr_board *b);
void dr_cache_restore(struct dr_board *b, const dr_cache *from);
void dr_cache_maintain(struct dr_board *b, uint32_t offset, uint32_t value); /* 0xE000EF50 to 0xE000EF78 */

#endif
