/* Data accesses that the fast paths leave over: alignment rules, MPU, private peripherals, devices, bus errors. */
#include "cache.h"

#include <string.h>

#define CCR_UNALIGN_TRP (1u << 3)
#define CCR_BFHFNMIGN (1u << 8)

/* 0xE0000000-0xE00FFFFF: the private peripheral bus, served by the core itself. */
static bool is_private(uint32_t address) { return address >> 20 == 0xE00u; }

static void fault_at(struct dr_board *b, uint32_t exception, uint32_t cfsr, uint32_t address, bool stacked) {
    if (exception == DR_EXC_BUS_FAULT && !stacked) {
        b->scs.bfar = address;
        cfsr |= DR_CFSR_BFARVALID;
    } else if (exception == DR_EXC_MEM_MANAGE && !stacked) {
        b->scs.mmfar = address;
        cfsr |= DR_CFSR_MMARVALID;
    }
    dr_raise(b, exception, cfsr);
}

/* A refused access: which fault it is depends on what the core was doing. */
static bool refuse(struct dr_board *b, uint32_t exception, uint32_t flags, uint32_t address) {
    bool bus = exception == DR_EXC_BUS_FAULT, stacked = flags & (DR_ACCESS_STACKING | DR_ACCESS_UNSTACKING);
    uint32_t cfsr = bus ? DR_CFSR_PRECISERR : DR_CFSR_DACCVIOL;
    if (flags & DR_ACCESS_STACKING) {
        cfsr = bus ? DR_CFSR_STKERR : DR_CFSR_MSTKERR;
    } else if (flags & DR_ACCESS_UNSTACKING) {
        cfsr = bus ? DR_CFSR_UNSTKERR : DR_CFSR_MUNSTKERR;
    } else if (flags & DR_ACCESS_LAZY) {
        cfsr = bus ? DR_CFSR_LSPERR : DR_CFSR_MLSPERR;
        stacked = true;
    }
    if (bus && (b->scs.ccr & CCR_BFHFNMIGN) && dr_execution_priority(b) < 0) { /* recorded, otherwise ignored */
        b->scs.cfsr |= cfsr | (stacked ? 0 : DR_CFSR_BFARVALID);
        b->scs.bfar = stacked ? b->scs.bfar : address;
        return true;
    }
    fault_at(b, exception, cfsr, address, stacked);
    return false;
}

static bool is_privileged(const struct dr_board *b, uint32_t flags) {
    return dr_privileged(&b->cpu) && !(flags & DR_ACCESS_UNPRIVILEGED);
}

/* The class counts the access itself, which one cycle of every load and store stands for already. */
static uint32_t peripheral_wait(const struct dr_board *b) {
    uint32_t cycles = b->cost[DR_COST_peripheral_access];
    return cycles ? cycles - 1u : 0;
}

static bool load_aligned(struct dr_board *b, uint32_t address, uint32_t width, uint32_t flags, uint32_t *value) {
    bool privileged = is_privileged(b, flags);
    *value = 0;
    if (is_private(address)) {
        if (privileged && dr_scs_read(b, address, width, value)) {
            return true;
        }
        dr_log(b, DR_LOG_BUS_FAULT, ~0u, ~0u, address, width, false, 0, DR_BUS_UNMAPPED);
        return refuse(b, DR_EXC_BUS_FAULT, flags, address);
    }
    if (!dr_mpu_allows(b, address, DR_MPU_READ, privileged)) {
        return refuse(b, DR_EXC_MEM_MANAGE, flags, address);
    }
    dr_region *region = dr_find_region(b, address);
    if (!region) {
        b->cpu.cycles += dr_drain(b) + peripheral_wait(b); /* stores to devices come first (DDI 0489 5.9.2) */
    } else {
        b->cpu.cycles += region->read_wait + (region->lines ? dr_cache_load(b, region, address) : 0);
    }
    return dr_bus_read(b, address, width, value) == DR_BUS_OK || refuse(b, DR_EXC_BUS_FAULT, flags, address);
}

static bool store_aligned(struct dr_board *b, uint32_t address, uint32_t width, uint32_t flags, uint32_t value) {
    bool privileged = is_privileged(b, flags);
    value &= width == 4 ? ~0u : (1u << 8u * width) - 1u;
    if (is_private(address)) {
        if ((privileged || dr_scs_unprivileged_write(b, address)) && dr_scs_write(b, address, width, value)) {
            return true;
        }
        dr_log(b, DR_LOG_BUS_FAULT, ~0u, ~0u, address, width, true, value, DR_BUS_UNMAPPED);
        return refuse(b, DR_EXC_BUS_FAULT, flags, address);
    }
    if (!dr_mpu_allows(b, address, DR_MPU_WRITE, privileged)) {
        return refuse(b, DR_EXC_MEM_MANAGE, flags, address);
    }
    dr_region *region = dr_find_region(b, address);
    if (!region) {
        b->cpu.cycles += dr_buffered_store(b, peripheral_wait(b));
    } else if (region->lines) {
        b->cpu.cycles += dr_cache_store(b, region, address);
    }
    return dr_bus_write(b, address, width, value) == DR_BUS_OK || refuse(b, DR_EXC_BUS_FAULT, flags, address);
}

/* Normal memory: what the default memory map has as such (B3.1), and plain memory wherever it lies. */
static bool is_normal(struct dr_board *b, uint32_t address) {
    return address < 0x40000000u || (address >= 0x60000000u && address < 0xA0000000u) || dr_find_region(b, address);
}

/* An unaligned address is a fault on Armv6-M; on Armv7-M for instructions that insist, with UNALIGN_TRP, and outside
 * of normal memory. */
static bool alignment_fault(struct dr_board *b, uint32_t address, uint32_t width, uint32_t flags) {
    bool normal = dr_is_v7(b) && !(flags & DR_ACCESS_ALIGNED) && !(b->scs.ccr & CCR_UNALIGN_TRP) &&
                  is_normal(b, address) && is_normal(b, address + width - 1u);
    if (!normal) {
        dr_raise(b, DR_EXC_USAGE_FAULT, DR_CFSR_UNALIGNED);
    }
    return !normal;
}

/* Where an unaligned access is in host memory, if nothing of it needs a closer look. `state`: DR_LINE_*. */
static uint8_t *plain_memory(struct dr_board *b, uint32_t address, uint32_t width, uint32_t state) {
    const dr_region *r = b->window[address >> 20];
    uint32_t offset = address - r->base, last = offset + width - 1u;
    bool inside = (uint64_t)offset + width <= r->size && address >> 20 == (address + width - 1u) >> 20;
    if (!inside || !(r->line_state[offset >> r->line_shift] & r->line_state[last >> r->line_shift] & state)) {
        return NULL;
    }
    bool plain =
        r->page_flags[offset >> DR_PAGE_BITS] == DR_PAGE_DIRTY && r->page_flags[last >> DR_PAGE_BITS] == DR_PAGE_DIRTY;
    return r->read_wait || (state == DR_LINE_WRITE && !plain) ? NULL : r->host + offset;
}

static bool load(struct dr_board *b, uint32_t address, uint32_t width, uint32_t flags, uint32_t *value) {
    if (DR_LIKELY(!(address & (width - 1u)))) {
        return load_aligned(b, address, width, flags, value);
    }
    *value = 0;
    if (alignment_fault(b, address, width, flags)) {
        return false;
    }
    b->cpu.cycles += b->timing.unaligned_load;
    const uint8_t *from = flags & DR_ACCESS_UNPRIVILEGED ? NULL : plain_memory(b, address, width, DR_LINE_READ);
    if (from) {
        memcpy(value, from, width);
        return true;
    }
    for (uint32_t k = 0; k < width; k++) {
        uint32_t byte;
        uint64_t cycles = b->cpu.cycles;
        if (!load_aligned(b, address + k, 1, flags, &byte)) {
            return false;
        }
        if (k && ((address + k) & 3u)) {
            b->cpu.cycles = cycles; /* wait states once for each word touched */
        }
        *value |= byte << 8u * k;
    }
    return true;
}

static bool store(struct dr_board *b, uint32_t address, uint32_t width, uint32_t flags, uint32_t value) {
    if (DR_LIKELY(!(address & (width - 1u)))) {
        return store_aligned(b, address, width, flags, value);
    }
    if (alignment_fault(b, address, width, flags)) {
        return false;
    }
    b->cpu.cycles += dr_buffered_store(b, b->timing.unaligned_store);
    uint8_t *to = flags & DR_ACCESS_UNPRIVILEGED ? NULL : plain_memory(b, address, width, DR_LINE_WRITE);
    if (to) {
        memcpy(to, &value, width);
        return true;
    }
    for (uint32_t k = 0; k < width; k++) {
        if (!store_aligned(b, address + k, 1, flags, value >> 8u * k & 0xFFu)) {
            return false;
        }
    }
    return true;
}

/* Is this an access that DWT comparators look at? */
static bool is_watched(const struct dr_board *b, uint32_t flags) {
    return DR_UNLIKELY(((const dr_scratch *)b->code_scratch)->watches_data) &&
           !(flags & (DR_ACCESS_STACKING | DR_ACCESS_UNSTACKING | DR_ACCESS_LAZY));
}

bool dr_load(struct dr_board *b, uint32_t address, uint32_t width, uint32_t flags, uint32_t *value) {
    if (!load(b, address, width, flags, value)) {
        return false;
    }
    if (is_watched(b, flags)) {
        dr_debug_access(b, address, width, false, *value);
    }
    return true;
}

bool dr_store(struct dr_board *b, uint32_t address, uint32_t width, uint32_t flags, uint32_t value) {
    if (!store(b, address, width, flags, value)) {
        return false;
    }
    if (is_watched(b, flags)) {
        dr_debug_access(b, address, width, true, value);
    }
    return true;
}
