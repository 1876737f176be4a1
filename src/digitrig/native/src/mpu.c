/* Memory protection: PMSAv7 (DDI 0403E B3.5) and the same with 256-byte granules on Armv6-M (DDI 0419 B3.5).
 *
 * Data: where everything in a megabyte of a memory region may be accessed, its window stays and accesses are fast;
 * otherwise the window is taken away and dr_load and dr_store ask dr_mpu_allows. Code: asked when it is decoded.
 */
#include "cache.h"

#include <string.h>

#define CTRL_ENABLE 1u
#define CTRL_HFNMIENA 2u
#define CTRL_PRIVDEFENA 4u

dr_mpu_view dr_mpu_view_of(const struct dr_board *b, bool privileged) {
    if (!(b->scs.mpu_ctrl & CTRL_ENABLE) ||
        (!(b->scs.mpu_ctrl & CTRL_HFNMIENA) && (b->cpu.faultmask || dr_execution_priority(b) < 0))) {
        return DR_MPU_OFF;
    }
    return privileged ? DR_MPU_PRIVILEGED : DR_MPU_UNPRIVILEGED;
}

/* What an AP field (RASR 26:24) gives. */
static uint32_t permissions(uint32_t rasr, bool privileged) {
    static const uint8_t privileged_access[] = {0, 3, 3, 3, 0, 1, 1, 1}, other_access[] = {0, 0, 1, 3, 0, 0, 1, 1};
    uint32_t ap = rasr >> 24 & 7u, access = privileged ? privileged_access[ap] : other_access[ap];
    return access | ((access & DR_MPU_READ) && !(rasr >> 28 & 1u) ? DR_MPU_EXECUTE : 0u);
}

static bool default_allows(uint32_t address, uint32_t access) {
    bool never = (address >= 0x40000000u && address < 0x60000000u) || address >= 0xA0000000u;
    return !((access & DR_MPU_EXECUTE) && never);
}

/* log2 of a region's size; 0 if it is off or smaller than the architecture has. */
static uint32_t region_bits(const struct dr_board *b, uint32_t k) {
    uint32_t rasr = b->scs.mpu_rasr[k], bits = (rasr >> 1 & 31u) + 1u;
    return (rasr & 1u) && bits >= (dr_is_v7(b) ? 5u : 8u) ? bits : 0;
}

static uint32_t region_base(const struct dr_board *b, uint32_t k, uint32_t bits) {
    return bits >= 32 ? 0 : b->scs.mpu_rbar[k] & ~((1u << bits) - 1u);
}

static bool region_covers(const struct dr_board *b, uint32_t k, uint32_t address) {
    uint32_t bits = region_bits(b, k);
    if (!bits) {
        return false;
    }
    uint32_t offset = address - region_base(b, k, bits);
    if (bits < 32 && offset >> bits) {
        return false;
    }
    return bits < 8 || !(b->scs.mpu_rasr[k] >> (8u + (offset >> (bits - 3u))) & 1u);
}

bool dr_mpu_view_allows(const struct dr_board *b, dr_mpu_view view, uint32_t address, uint32_t access) {
    bool privileged = view == DR_MPU_PRIVILEGED;
    if (view == DR_MPU_OFF) {
        return default_allows(address, access);
    }
    for (uint32_t k = b->config.mpu_regions; k-- > 0;) {
        if (region_covers(b, k, address)) {
            bool system = address >= 0xE0000000u && (access & DR_MPU_EXECUTE);
            return !system && (permissions(b->scs.mpu_rasr[k], privileged) & access) == access;
        }
    }
    return privileged && (b->scs.mpu_ctrl & CTRL_PRIVDEFENA) && default_allows(address, access);
}

bool dr_mpu_allows(const struct dr_board *b, uint32_t address, uint32_t access, bool privileged) {
    if (DR_LIKELY(!(b->scs.mpu_ctrl & CTRL_ENABLE))) {
        return default_allows(address, access);
    }
    return dr_mpu_view_allows(b, dr_mpu_view_of(b, privileged), address, access);
}

/* ------------------------------------------------------------------ memory types */
/* The default memory map (DDI 0403E B3.1): code and the second half of external RAM are write-through. */
static uint32_t default_memory(uint32_t address) {
    static const uint8_t by_half_gigabyte[8] = {DR_MEMORY_CACHED,
                                                DR_MEMORY_CACHED | DR_MEMORY_WRITE_BACK | DR_MEMORY_ALLOCATES,
                                                0,
                                                DR_MEMORY_CACHED | DR_MEMORY_WRITE_BACK | DR_MEMORY_ALLOCATES,
                                                DR_MEMORY_CACHED,
                                                0,
                                                0,
                                                0};
    return by_half_gigabyte[address >> 29];
}

/* A policy of two bits, as the C and B bits of a region with TEX = 1xx have it. */
static uint32_t policy_memory(uint32_t policy) {
    static const uint8_t policies[4] = {0, DR_MEMORY_CACHED | DR_MEMORY_WRITE_BACK | DR_MEMORY_ALLOCATES,
                                        DR_MEMORY_CACHED, DR_MEMORY_CACHED | DR_MEMORY_WRITE_BACK};
    return policies[policy];
}

/* TEX, S, C and B (DDI 0403E B3.5.9). The Cortex-M7 does not cache what is shared (DDI 0489 5.9). */
static uint32_t region_memory(uint32_t rasr) {
    uint32_t tex = rasr >> 19 & 7u, c = rasr >> 17 & 1u, bufferable = rasr >> 16 & 1u;
    if (rasr >> 18 & 1u) {
        return 0;
    }
    if (tex & 4u) {
        return policy_memory(c << 1 | bufferable);
    }
    if (tex == 1) {
        return c && bufferable ? policy_memory(1) : 0;
    }
    return tex == 0 && c ? policy_memory(c << 1 | bufferable) : 0;
}

uint32_t dr_mpu_memory(const struct dr_board *b, uint32_t address) {
    for (uint32_t k = b->scs.mpu_ctrl & CTRL_ENABLE ? b->config.mpu_regions : 0; k-- > 0;) {
        if (region_covers(b, k, address)) {
            return region_memory(b->scs.mpu_rasr[k]);
        }
    }
    return default_memory(address);
}

/* ------------------------------------------------------------------ windows */
/* Does every address of [low, high] give `access`? May say no where the answer is yes. */
static bool all_allowed(const struct dr_board *b, dr_mpu_view view, uint32_t low, uint32_t high, uint32_t access) {
    bool privileged = view == DR_MPU_PRIVILEGED;
    if (view == DR_MPU_OFF) {
        return true;
    }
    for (uint32_t k = b->config.mpu_regions; k-- > 0;) {
        uint32_t bits = region_bits(b, k);
        if (!bits) {
            continue;
        }
        uint32_t base = region_base(b, k, bits), last = base + (uint32_t)((1ull << bits) - 1u);
        if (last < low || base > high) {
            continue;
        }
        if ((permissions(b->scs.mpu_rasr[k], privileged) & access) != access) {
            return false;
        }
        if (base <= low && last >= high && !(b->scs.mpu_rasr[k] >> 8 & 0xFFu)) {
            return true;
        }
    }
    return privileged && (b->scs.mpu_ctrl & CTRL_PRIVDEFENA);
}

static void make_windows(struct dr_board *b, dr_mpu_view view) {
    bool restricted = false;
    for (uint32_t k = 0; k < b->region_count; k++) {
        dr_region *r = &b->regions[k];
        for (uint32_t mb = r->base >> 20; mb <= (r->base + (r->size - 1u)) >> 20; mb++) {
            b->window[mb] = &b->no_region;
        }
    }
    for (uint32_t k = 0; k < b->region_count; k++) {
        dr_region *r = &b->regions[k];
        uint32_t last = r->base + (r->size - 1u);
        uint32_t access = DR_MPU_READ | (r->flags & DR_MEM_WRITE ? DR_MPU_WRITE : 0);
        for (uint32_t mb = r->base >> 20; mb <= last >> 20; mb++) {
            uint32_t low = mb << 20, high = low + 0xFFFFFu;
            low = low < r->base ? r->base : low;
            high = high > last ? last : high;
            if (b->window[mb] != &b->no_region || !(r->flags & DR_MEM_READ) || r->disabled) {
                continue;
            }
            if (all_allowed(b, view, low, high, access) && !dr_debug_watches(b, low, high)) {
                dr_open_window(b, mb, r);
            } else {
                restricted = true;
            }
        }
    }
    dr_scratch *scratch = b->code_scratch;
    scratch->windows_restricted = restricted;
    scratch->view = view;
}

void dr_mpu_windows(struct dr_board *b) {
    dr_scratch *scratch = b->code_scratch;
    if (DR_LIKELY(!(b->scs.mpu_ctrl & CTRL_ENABLE) && !scratch->windows_restricted)) {
        scratch->view = DR_MPU_OFF;
        return;
    }
    dr_mpu_view view = dr_mpu_view_of(b, dr_privileged(&b->cpu));
    if (view == scratch->view) {
        return;
    }
    make_windows(b, view);
    if (scratch->code_depends_on_view) {
        scratch->code_depends_on_view = false;
        dr_drop_every_code(b);
    }
}

static dr_mpu_registers registers_of(const struct dr_board *b) {
    dr_mpu_registers now = {.ctrl = b->scs.mpu_ctrl, .caches = b->scs.ccr & 0x30000u};
    memcpy(now.rbar, b->scs.mpu_rbar, sizeof now.rbar);
    memcpy(now.rasr, b->scs.mpu_rasr, sizeof now.rasr);
    return now;
}

void dr_mpu_refresh(struct dr_board *b) {
    const dr_mpu_registers now = registers_of(b);
    if (memcmp(&now, &((dr_scratch *)b->code_scratch)->mpu, sizeof now)) {
        dr_mpu_changed(b);
    }
    dr_debug_refresh(b);
    dr_mpu_windows(b);
}

void dr_mpu_changed(struct dr_board *b) {
    dr_scratch *scratch = b->code_scratch;
    scratch->mpu = registers_of(b);
    scratch->code_depends_on_view = false;
    dr_drop_every_code(b);
    make_windows(b, dr_mpu_view_of(b, dr_privileged(&b->cpu)));
    dr_cache_refresh(b);
}
