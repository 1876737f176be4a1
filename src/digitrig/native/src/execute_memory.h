/* Loads and stores: part of execute.c.
 *
 * The fast path serves aligned accesses inside a window's region (and, for stores, a page that is already dirty and has
 * no decoded code). Everything else goes through dr_load and dr_store with the state in b->cpu.
 */

/* Value x of a slow access: address in the low word, what to do above. */
enum {
    ACCESS_SIGNED = 1u << 2, /* bits 0-1: log2 of the width */
    ACCESS_STORE = 1u << 3,
    ACCESS_WIDE = 1u << 4, /* 32-bit instruction */
    ACCESS_WRITE_BACK = 1u << 5,
    ACCESS_USER = 1u << 6
};
#define ACCESS(address, what) ((uint64_t)(what) << 32 | (address))

static void finish_load(struct dr_board *b, const dr_record *i, uint32_t what, uint32_t value) {
    uint32_t bits = 8u << (what & 3u);
    if (what & ACCESS_SIGNED) {
        value = (uint32_t)((int32_t)(value << (32u - bits)) >> (32u - bits));
    }
    b->cpu.r[i->rd] = value;
}

__attribute__((noinline)) HANDLER(slow_access) {
    const dr_record record = *i; /* the access may drop the page */
    uint32_t what = (uint32_t)(x >> 32), width = 1u << (what & 3u), value = 0;
    uint32_t flags = what & ACCESS_USER ? DR_ACCESS_UNPRIVILEGED : 0;
    store_state(b, i, cycles, count, page);
    bool done = what & ACCESS_STORE ? dr_store(b, (uint32_t)x, width, flags, b->cpu.r[record.rd])
                                    : dr_load(b, (uint32_t)x, width, flags, &value);
    if (!done) {
        return;
    }
    if (what & ACCESS_WRITE_BACK) {
        b->cpu.r[record.rn] += record.imm;
    }
    if (!(what & ACCESS_STORE)) {
        finish_load(b, &record, what, value);
    }
    dr_sp_changed(b);
    b->cpu.cycles += record.cost;
    b->cpu.instructions++;
    b->cpu.r[15] += what & ACCESS_WIDE ? 4u : 2u;
    b->cpu.itstate = dr_it_advance(b->cpu.itstate);
    JUMP(resume);
}

/* Where the host has an address for which there is a window: found beside the region, not after it. */
static inline uint8_t *host_address(const struct dr_board *b, uint32_t address) {
    uintptr_t host = b->host_base[address >> 20] + address;
    DR_ASSUME(host);
    return (uint8_t *)host;
}

static inline const uint8_t *fast_read(struct dr_board *b, uint32_t address, uint32_t width, uint64_t *cycles) {
    const dr_region *region = b->window[address >> 20];
    uint32_t offset = address - region->base;
    if (DR_UNLIKELY((uint64_t)offset + width > region->size || (address & (width - 1u)))) {
        return NULL;
    }
    if (DR_UNLIKELY(!region->line_state[offset >> region->line_shift])) {
        return NULL; /* not in the data cache */
    }
    *cycles += region->read_wait;
    return host_address(b, address);
}

static inline uint8_t *fast_write(struct dr_board *b, uint32_t address, uint32_t width) {
    const dr_region *region = b->window[address >> 20];
    uint32_t offset = address - region->base;
    if (DR_UNLIKELY((uint64_t)offset + width > region->size || (address & (width - 1u)))) {
        return NULL;
    }
    bool plain = region->page_flags[offset >> DR_PAGE_BITS] == DR_PAGE_DIRTY &&
                 (region->line_state[offset >> region->line_shift] & DR_LINE_WRITE);
    return DR_LIKELY(plain) ? host_address(b, address) : NULL;
}

/* LDR to SP or PC (rd), any form: rm = 0x80 | register for a shifted index (shift in imm), else SPECIAL_*. */
enum { SPECIAL_IMM, SPECIAL_LIT, SPECIAL_PRE, SPECIAL_POST, SPECIAL_INDEX = 0x80 };

/* ------------------------------------------------------------------ several registers */
/* What all lines of up to 16 words have in common. */
static inline uint32_t lines_in(const dr_region *region, uint32_t first, uint32_t last) {
    const uint8_t *state = region->line_state;
    uint32_t middle = first + (last - first) / 2u, shift = region->line_shift;
    return state[first >> shift] & state[middle >> shift] & state[last >> shift];
}

/* `words` words at address, as one piece of host memory if all of it is plain; for stores, writable without ado. */
static inline const uint8_t *fast_read_block(struct dr_board *b, uint32_t address, uint32_t words, uint64_t *cycles) {
    const dr_region *region = b->window[address >> 20];
    uint32_t offset = address - region->base;
    if (DR_UNLIKELY((uint64_t)offset + 4u * words > region->size || (address & 3u))) {
        return NULL;
    }
    if (DR_UNLIKELY((address ^ (address + 4u * words - 1u)) >> 20)) {
        return NULL; /* the next window may be restricted */
    }
    if (DR_UNLIKELY(!(lines_in(region, offset, offset + 4u * words - 1u) & DR_LINE_READ))) {
        return NULL;
    }
    *cycles += (uint64_t)region->read_wait * words;
    return host_address(b, address);
}

static inline uint8_t *fast_write_block(struct dr_board *b, uint32_t address, uint32_t words) {
    const dr_region *region = b->window[address >> 20];
    uint32_t offset = address - region->base, last = offset + 4u * words - 1u;
    if (DR_UNLIKELY((uint64_t)offset + 4u * words > region->size || (address & 3u))) {
        return NULL;
    }
    if (DR_UNLIKELY((address ^ (address + 4u * words - 1u)) >> 20)) {
        return NULL;
    }
    const uint8_t *flags = region->page_flags;
    bool plain = flags[offset >> DR_PAGE_BITS] == DR_PAGE_DIRTY && flags[last >> DR_PAGE_BITS] == DR_PAGE_DIRTY &&
                 (lines_in(region, offset, last) & DR_LINE_WRITE);
    return DR_LIKELY(plain) ? host_address(b, address) : NULL;
}

/* Two words go at once, but not from 4 modulo 8 on. */
static inline uint32_t split_cycles(const struct dr_board *b, uint32_t address, uint32_t words) {
    return address & 4u && !(words & 1u) ? b->timing.split_multiple : 0;
}

static inline uint32_t lowest(uint32_t list) { return (uint32_t)__builtin_ctz(list); }

/* The slow way of LDM, STM, PUSH and POP: word by word, nothing changed if one fails. */
static bool load_words(struct dr_board *b, uint32_t address, uint32_t words, uint32_t *to) {
    for (uint32_t k = 0; k < words; k++) {
        if (!dr_load(b, address + 4u * k, 4, DR_ACCESS_ALIGNED, &to[k])) {
            return false;
        }
    }
    return true;
}

static bool store_list(struct dr_board *b, uint32_t address, uint32_t list) {
    for (; list; list &= list - 1u, address += 4u) {
        if (!dr_store(b, address, 4, DR_ACCESS_ALIGNED, b->cpu.r[lowest(list)])) {
            return false;
        }
    }
    return true;
}

/* A record of several registers: imm = list | MULTIPLE_*; rn = base; rd = number of words. */
enum { MULTIPLE_DOWN = 1u << 16, MULTIPLE_WRITE_BACK = 1u << 17 };

static void slow_multiple_done(struct dr_board *b, const dr_record *record, uint32_t size) {
    b->cpu.cycles += record->cost;
    b->cpu.instructions++;
    b->cpu.r[15] += 2u * size;
    b->cpu.itstate = dr_it_advance(b->cpu.itstate);
    dr_sp_changed(b);
}

static inline void load_list(dr_cpu *c, uint32_t list, const uint8_t *from) {
    for (; list; list &= list - 1u, from += 4) {
        memcpy(&c->r[lowest(list)], from, 4);
    }
}

static inline void put_list(const dr_cpu *c, uint32_t list, uint8_t *to) {
    for (; list; list &= list - 1u, to += 4) {
        memcpy(to, &c->r[lowest(list)], 4);
    }
}

/* Two registers: rd and rm; imm = offset, low bits DOUBLE_*; base of a literal: rn = 15, imm the address. */
enum { DOUBLE_POST = 1u, DOUBLE_WRITE_BACK = 2u };

static inline uint32_t double_address(const dr_cpu *c, const dr_record *i) {
    uint32_t base = i->rn == 15 ? 0 : c->r[i->rn];
    return i->imm & DOUBLE_POST ? base : base + (i->imm & ~3u);
}

__attribute__((noinline)) HANDLER(slow_ldrd) {
    const dr_record record = *i;
    uint32_t address = double_address(&b->cpu, i), words[2];
    store_state(b, i, cycles, count, page);
    if (!load_words(b, address, 2, words)) {
        return;
    }
    if (record.imm & DOUBLE_WRITE_BACK) {
        b->cpu.r[record.rn] += record.imm & ~3u;
    }
    b->cpu.r[record.rd] = words[0];
    b->cpu.r[record.rm] = words[1];
    slow_multiple_done(b, &record, 2);
    JUMP(resume);
}

__attribute__((noinline)) HANDLER(slow_strd) {
    const dr_record record = *i;
    uint32_t address = double_address(&b->cpu, i);
    store_state(b, i, cycles, count, page);
    if (!dr_store(b, address, 4, DR_ACCESS_ALIGNED, b->cpu.r[record.rd]) ||
        !dr_store(b, address + 4u, 4, DR_ACCESS_ALIGNED, b->cpu.r[record.rm])) {
        return;
    }
    if (record.imm & DOUBLE_WRITE_BACK) {
        b->cpu.r[record.rn] += record.imm & ~3u;
    }
    slow_multiple_done(b, &record, 2);
    JUMP(resume);
}

/* ------------------------------------------------------------------ FP loads and stores */
/* Enabled for this privilege level, nothing left to preserve, and FPCA set where it has to be. */
static inline bool fp_ready(const struct dr_board *b) {
    uint32_t access = b->scs.cpacr >> 20 & 3u;
    return (access == 3u || (access == 1u && dr_privileged(&b->cpu))) && !(b->scs.fpccr & 1u) &&
           ((b->cpu.control & 4u) || !(b->scs.fpccr >> 31));
}

/* VLDR and VSTR: rd = index of the first single, rm = words; imm = offset, or the address with rn = 15. */
static inline uint32_t vldr_address(const dr_cpu *c, const dr_record *i) {
    return (i->rn == 15 ? 0 : c->r[i->rn]) + i->imm;
}

static bool store_words(struct dr_board *b, uint32_t address, uint32_t words, const uint32_t *from) {
    for (uint32_t k = 0; k < words; k++) {
        if (!dr_store(b, address + 4u * k, 4, DR_ACCESS_ALIGNED, from[k])) {
            return false;
        }
    }
    return true;
}

/* VLDM and VSTM: rd = first single, rm = number of singles, imm = MULTIPLE_* | words by which the base moves. */
static bool load_fp_block(struct dr_board *b, const dr_record *i, uint32_t start) {
    uint32_t words[32];
    if (!load_words(b, start, i->rm, words)) {
        return false;
    }
    memcpy(&b->cpu.s[i->rd], words, 4u * i->rm);
    return true;
}

static bool store_fp_block(struct dr_board *b, const dr_record *i, uint32_t start) {
    return store_words(b, start, i->rm, &b->cpu.s[i->rd]);
}
