/* The level 1 caches of the Cortex-M7 by their tags, the store buffer, and what memories behind the bus cost.
 *
 * What is in memory is always up to date, so tags are enough: an access is as fast as from tightly coupled memory if
 * its line is in the cache, otherwise it waits for its memory (DDI 0489 5.9). A line goes to an invalid way, the lowest
 * first, or else to the way that a counter of the cache names, which then moves on: DDI 0489 calls its own choice
 * pseudo-random.
 *
 * Nothing is looked up on a hit. Data: region->line_state has a byte for each line of a memory behind the bus, which
 * the fast paths of loads and stores look at. Instructions: a record in decoded code means that its line is in the
 * cache; an evicted line loses its records, and decoding an instruction again is what a miss is noticed by.
 */
#include "cache.h"

#include <stdlib.h>
#include <string.h>

#define VALID 1u
#define DIRTY 2u
#define CCR_DC (1u << 16)
#define CCR_IC (1u << 17)

enum { DATA, INSTRUCTION }; /* as in dr_config.ccsidr */

static uint32_t way_count(const struct dr_board *b, uint32_t which) {
    return (b->config.ccsidr[which] >> 3 & 0x3FFu) + 1;
}

static uint32_t set_count(const struct dr_board *b, uint32_t which) {
    uint32_t ccsidr = b->config.ccsidr[which];
    return ccsidr ? (ccsidr >> 13 & 0x7FFFu) + 1u : 0;
}

static uint32_t slot_count(const struct dr_board *b, uint32_t which) {
    return set_count(b, which) * way_count(b, which);
}

bool dr_caches_valid(const dr_config *c) {
    for (uint32_t which = 0; which < 2; which++) {
        uint32_t sets = (c->ccsidr[which] >> 13 & 0x7FFFu) + 1u, ways = (c->ccsidr[which] >> 3 & 0x3FFu) + 1u;
        bool powers = !(sets & (sets - 1u)) && !(ways & (ways - 1u));
        if (c->ccsidr[which] && ((c->ccsidr[which] & 7u) != 1u || !powers || sets * ways > DR_MAX_CACHE_LINES)) {
            return false;
        }
    }
    return true;
}

static uint32_t *set_of(struct dr_board *b, uint32_t which, uint32_t address) {
    uint32_t set = address / DR_LINE_SIZE & (set_count(b, which) - 1u);
    return &b->cache.tag[which][set * way_count(b, which)];
}

static uint32_t *find_tag(struct dr_board *b, uint32_t which, uint32_t address) {
    if (!b->config.ccsidr[which]) {
        return NULL;
    }
    uint32_t *tag = set_of(b, which, address), line = address & ~(DR_LINE_SIZE - 1u);
    for (uint32_t way = 0; way < way_count(b, which); way++) {
        if ((tag[way] & ~DIRTY) == (line | VALID)) {
            return &tag[way];
        }
    }
    return NULL;
}

/* Does an access there look into the cache? */
static bool is_cached(const struct dr_board *b, uint32_t which, uint32_t address) {
    uint32_t enabled = which == DATA ? CCR_DC : CCR_IC;
    return b->config.ccsidr[which] && (b->scs.ccr & enabled) && (dr_mpu_memory(b, address) & DR_MEMORY_CACHED);
}

static uint8_t *state_of(dr_region *r, uint32_t address) { return &r->lines[(address - r->base) / DR_LINE_SIZE]; }

/* ------------------------------------------------------------------ the store buffer */
/* A write that leaves while the core goes on; how long the core waits for one of the entries to be free. */
static uint32_t put_in_buffer(struct dr_board *b, uint32_t cycles) {
    uint64_t now = b->cpu.cycles, start = b->cache.drained > now ? b->cache.drained : now;
    uint64_t full = now + (uint64_t)cycles * b->timing.store_buffer;
    b->cache.drained = start + cycles;
    return b->cache.drained > full ? (uint32_t)(b->cache.drained - full) : 0;
}

uint32_t dr_buffered_store(struct dr_board *b, uint32_t cycles) {
    return b->timing.dual_issue && cycles ? put_in_buffer(b, cycles) : cycles;
}

uint32_t dr_drain(const struct dr_board *b) {
    return b->cache.drained > b->cpu.cycles ? (uint32_t)(b->cache.drained - b->cpu.cycles) : 0;
}

/* ------------------------------------------------------------------ lines */
/* Cycles until a line has come from its memory; the controller of some memories reads on by itself (next_line). */
static uint32_t line_cycles(struct dr_board *b, const dr_region *r, uint32_t line, uint64_t now) {
    dr_cache *c = &b->cache;
    uint64_t ready = c->read_at + r->bus.next_line;
    if (!r->bus.next_line) {
        return r->bus.line;
    }
    uint32_t cycles = r->bus.line;
    if (line == c->read_line + DR_LINE_SIZE) {
        cycles = ready > now + r->bus.buffered ? (uint32_t)(ready - now) : r->bus.buffered;
    }
    c->read_line = line;
    c->read_at = now + cycles;
    return cycles;
}

static void forget(struct dr_board *b, uint32_t which, uint32_t *tag) {
    dr_region *r = dr_find_region(b, *tag);
    if ((*tag & VALID) && r && r->lines) {
        if (which == INSTRUCTION) {
            dr_drop_line(r, (*tag & ~(DR_LINE_SIZE - 1u)) - r->base);
        } else {
            *state_of(r, *tag) = 0;
        }
    }
    *tag = 0;
}

static void write_back(struct dr_board *b, uint32_t *tag) {
    const dr_region *r = dr_find_region(b, *tag);
    if ((*tag & DIRTY) && r) {
        b->cpu.cycles += put_in_buffer(b, r->bus.line);
    }
    *tag &= ~DIRTY;
}

static uint32_t *free_way(struct dr_board *b, uint32_t which, uint32_t line) {
    uint32_t *tag = set_of(b, which, line), ways = way_count(b, which);
    for (uint32_t way = 0; way < ways; way++) {
        if (!(tag[way] & VALID)) {
            return &tag[way];
        }
    }
    return &tag[b->cache.next_way[which]++ & (ways - 1u)];
}

/* Bring a line into the cache; the cycles until it is there. */
static uint32_t fill(struct dr_board *b, uint32_t which, const dr_region *r, uint32_t line, uint64_t now) {
    uint32_t *tag = free_way(b, which, line);
    if (*tag & DIRTY) { /* leaves by a buffer of its own, but through the same port as what is stored */
        uint64_t busy = b->cache.drained > now ? b->cache.drained : now;
        b->cache.drained = busy + r->bus.line;
    }
    forget(b, which, tag);
    *tag = line | VALID;
    b->cache.fills[which]++;
    return line_cycles(b, r, line, now);
}

/* ------------------------------------------------------------------ accesses */
static uint32_t uncached_read(struct dr_board *b, const dr_region *r, uint32_t line) {
    bool buffered = r->bus.next_line && line == b->cache.read_line;
    b->cache.read_line = line;
    return buffered ? r->bus.buffered : r->bus.word;
}

uint32_t dr_cache_load(struct dr_board *b, dr_region *r, uint32_t address) {
    uint8_t *state = state_of(r, address);
    if (*state) {
        return 0;
    }
    uint32_t line = address & ~(DR_LINE_SIZE - 1u);
    if (!is_cached(b, DATA, address)) {
        return dr_drain(b) + uncached_read(b, r, line);
    }
    *state = DR_LINE_READ;
    return fill(b, DATA, r, line, b->cpu.cycles);
}

uint32_t dr_cache_store(struct dr_board *b, dr_region *r, uint32_t address) {
    uint8_t *state = state_of(r, address);
    if (*state & DR_LINE_WRITE) {
        return 0;
    }
    uint32_t line = address & ~(DR_LINE_SIZE - 1u), memory = dr_mpu_memory(b, address), cycles = r->bus.word;
    bool cached = is_cached(b, DATA, address);
    if (cached && !*state && (memory & DR_MEMORY_ALLOCATES)) { /* the core goes on while the line comes */
        cycles = fill(b, DATA, r, line, b->cpu.cycles);
        *state = DR_LINE_READ;
    } else if (*state && (memory & DR_MEMORY_WRITE_BACK)) {
        cycles = 0;
    }
    if (cached && *state && (memory & DR_MEMORY_WRITE_BACK)) {
        *state = DR_LINE_READ | DR_LINE_WRITE;
        *find_tag(b, DATA, line) |= DIRTY;
    }
    return cycles ? put_in_buffer(b, cycles) : 0;
}

uint32_t dr_cache_fetch(struct dr_board *b, uint32_t address, uint32_t bytes, uint64_t now) {
    uint32_t cycles = 0;
    for (uint32_t line = address & ~(DR_LINE_SIZE - 1u); line < address + bytes; line += DR_LINE_SIZE) {
        const dr_region *r = dr_find_region(b, line);
        if (r && r->lines && is_cached(b, INSTRUCTION, line) && !find_tag(b, INSTRUCTION, line)) {
            cycles += fill(b, INSTRUCTION, r, line, now + cycles);
        }
    }
    return cycles;
}

/* Fetches that pass the cache by are 64 bits wide and in sequence. */
static uint32_t doubleword_cycles(const dr_region *r) { return r->bus.next_line ? r->bus.next_line / 4u : r->bus.word; }

uint32_t dr_uncached_fetch(const struct dr_board *b, const dr_region *r, uint32_t address, uint32_t size) {
    if (!r->lines || is_cached(b, INSTRUCTION, address)) {
        return 0;
    }
    uint32_t begins = address % 8u == 0, reaches = address % 8u + size > 8u;
    return (begins + reaches) * doubleword_cycles(r);
}

/* ------------------------------------------------------------------ what the registers say */
void dr_cache_refresh(struct dr_board *b) {
    for (uint32_t k = 0; k < slot_count(b, DATA); k++) {
        uint32_t tag = b->cache.tag[DATA][k];
        dr_region *r = dr_find_region(b, tag);
        if ((tag & VALID) && r && r->lines) {
            uint8_t state = tag & DIRTY ? DR_LINE_READ | DR_LINE_WRITE : DR_LINE_READ;
            *state_of(r, tag) = is_cached(b, DATA, tag) ? state : 0;
        }
    }
    for (uint32_t k = 0; k < b->region_count; k++) {
        dr_region *r = &b->regions[k];
        if (r->lines) { /* a fetch behind a taken branch is not in sequence */
            uint32_t further = r->bus.word > doubleword_cycles(r) ? r->bus.word - doubleword_cycles(r) : 0;
            r->branch_wait = is_cached(b, INSTRUCTION, r->base) ? 0 : further;
        }
    }
}

static void forget_all(struct dr_board *b, uint32_t which) {
    for (uint32_t k = 0; k < slot_count(b, which); k++) {
        forget(b, which, &b->cache.tag[which][k]);
    }
}

void dr_cache_reset(struct dr_board *b) {
    forget_all(b, DATA);
    forget_all(b, INSTRUCTION);
    b->cache.next_way[DATA] = b->cache.next_way[INSTRUCTION] = 0;
    b->cache.drained = 0;
    b->cache.read_line = DR_NO_LINE;
}

void dr_cache_restore(struct dr_board *b, const dr_cache *from) {
    dr_cache *now = &b->cache;
    for (uint32_t which = DATA; which <= INSTRUCTION; which++) {
        size_t bytes = slot_count(b, which) * sizeof now->tag[0][0];
        if (!memcmp(now->tag[which], from->tag[which], bytes)) {
            continue;
        }
        for (uint32_t k = 0; k < slot_count(b, which); k++) {
            if (now->tag[which][k] != from->tag[which][k]) {
                forget(b, which, &now->tag[which][k]);
            }
        }
    }
    *now = *from;
    dr_cache_refresh(b);
}

/* ------------------------------------------------------------------ maintenance (DDI 0403E B2.2.7) */
enum { INVALIDATE = 1u, CLEAN = 2u };

static void maintain(struct dr_board *b, uint32_t which, uint32_t *tag, uint32_t what) {
    if (!tag || !(*tag & VALID)) {
        return;
    }
    if (what & CLEAN) {
        dr_region *r = dr_find_region(b, *tag);
        if ((*tag & DIRTY) && r && r->lines) {
            *state_of(r, *tag) &= (uint8_t)~DR_LINE_WRITE;
        }
        write_back(b, tag);
    }
    if (what & INVALIDATE) {
        forget(b, which, tag);
    }
}

/* The way stands in the highest bits of `value`, the set from bit 5 on. */
static uint32_t *by_set_and_way(struct dr_board *b, uint32_t value) {
    uint32_t ways = way_count(b, DATA), bits = (uint32_t)__builtin_ctz(ways);
    if (!b->config.ccsidr[DATA]) {
        return NULL;
    }
    uint32_t way = bits ? value >> (32u - bits) : 0, set = value / DR_LINE_SIZE & (set_count(b, DATA) - 1u);
    return &b->cache.tag[DATA][set * ways + way];
}

void dr_cache_maintain(struct dr_board *b, uint32_t offset, uint32_t value) {
    switch (offset) {
    case 0xF50: /* ICIALLU */
        forget_all(b, INSTRUCTION);
        break;
    case 0xF58: /* ICIMVAU */
        maintain(b, INSTRUCTION, find_tag(b, INSTRUCTION, value), INVALIDATE);
        break;
    case 0xF5C: /* DCIMVAC */
        maintain(b, DATA, find_tag(b, DATA, value), INVALIDATE);
        break;
    case 0xF60: /* DCISW */
        maintain(b, DATA, by_set_and_way(b, value), INVALIDATE);
        break;
    case 0xF64: /* DCCMVAU */
    case 0xF68: /* DCCMVAC */
        maintain(b, DATA, find_tag(b, DATA, value), CLEAN);
        break;
    case 0xF6C: /* DCCSW */
        maintain(b, DATA, by_set_and_way(b, value), CLEAN);
        break;
    case 0xF70: /* DCCIMVAC */
        maintain(b, DATA, find_tag(b, DATA, value), CLEAN | INVALIDATE);
        break;
    case 0xF74: /* DCCISW */
        maintain(b, DATA, by_set_and_way(b, value), CLEAN | INVALIDATE);
        break;
    case 0xF78: /* BPIALL */
        memset(b->cpu.predictor, 0, sizeof b->cpu.predictor);
        break;
    default:
        break;
    }
}

/* ------------------------------------------------------------------ the host */
dr_status dr_set_region_bus(dr_board *b, uint32_t region, const dr_bus_timing *timing) {
    if (region >= b->region_count) {
        return dr_fail(b, DR_ERR_ARGUMENT, "region %u of %u", region, b->region_count);
    }
    dr_region *r = &b->regions[region];
    if (!timing->line || !timing->word) {
        return dr_fail(b, DR_ERR_ARGUMENT, "%s behind the bus: %u cycles a line, %u a word; at least 1", r->name,
                       timing->line, timing->word);
    }
    uint8_t *lines = r->lines ? r->lines : calloc(1, r->size / DR_LINE_SIZE);
    if (!lines) {
        return dr_fail(b, DR_ERR_MEMORY, "no host memory for the lines of %s", r->name);
    }
    r->bus = *timing;
    r->lines = lines;
    r->line_state = lines;
    r->line_shift = DR_LINE_BITS;
    dr_drop_all_code(r);
    dr_cache_refresh(b);
    return DR_OK;
}

uint64_t dr_cache_fills(const dr_board *b, uint32_t which) { return which < 2 ? b->cache.fills[which] : 0; }
