/* The inner loop of the differential test: random states into two cores, one instruction, states compared.
 *
 * Python hands over the encodings and the functions of both libraries by address; nothing here is linked to either.
 * Unicorn runs until a WFI that follows the instruction (and fills the rest of the code area, so that a branch ends
 * there too); our core runs a given number of instructions. All randomness comes from one seeded generator. */
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

enum { ROLE_RANDOM, ROLE_POINTER, ROLE_POINTER4, ROLE_INDEX, ROLE_INDEX4, ROLE_CODE, ROLE_SMALL }; /* forms.py */
/* NEAREST: rounding to nearest only, where Unicorn follows FPSCR and the manual does not (fixed point to single).
 * NO_Q: Unicorn sets Q when the two products of SMLAD overflow and the accumulator takes the sum back into range; the
 * manual (DDI 0403E, A7.7, SMLAD) tests the exact sum of all three. HALVES: operands that are half-precision specials.
 */
enum { OPTION_FLOAT = 1, OPTION_HALVES = 2, OPTION_V6M = 4, OPTION_NEAREST = 8, OPTION_NO_Q = 16 };
enum { UNICORN_REGISTERS = 16, CPU_XPSR = 16, CPU_FPSCR = 23, CPU_S0 = 32 };

typedef struct state {
    uint32_t r[16], xpsr, fpscr, s[32], status; /* status: 0 completed, else a fault or error number */
} state;

typedef struct difference {
    uint32_t round, pad;
    state before, ours, theirs;
} difference;

typedef struct stop {
    uint32_t reason, pc, lr, detail;
    uint64_t at_ps, cycles, instructions;
} stop;

typedef struct cores {
    void *uc;
    int (*uc_reg_write_batch)(void *, const int *, void *const *, int);
    int (*uc_reg_read_batch)(void *, const int *, void **, int);
    int (*uc_emu_start)(void *, uint64_t, uint64_t, uint64_t, uint64_t);
    void *board;
    int (*set_cpu)(void *, uint32_t, uint32_t);
    int (*get_cpu)(const void *, uint32_t, uint32_t *);
    int (*run)(void *, uint64_t, uint64_t, stop *);
    int core_ids[UNICORN_REGISTERS]; /* R0..R12, SP, LR, PC */
    int xpsr_read, xpsr_write, fpscr, s_ids[32];
    uint32_t data_base, data_size, code_base, code_size;
    uint64_t random;
} cores;

static uint64_t next(cores *c) { /* splitmix64 */
    uint64_t z = c->random += 0x9E3779B97F4A7C15ull;
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9ull;
    z = (z ^ z >> 27) * 0x94D049BB133111EBull;
    return z ^ z >> 31;
}

static uint32_t random_word(cores *c) {
    static const uint32_t specials[] = {0,          1,          0xFFFFFFFF, 0x80000000, 0x7FFFFFFF, 0x80000001,
                                        0x7FFF8000, 0x80007FFF, 0x00FF00FF, 0xFF00FF00, 0x7F807F80, 0x8000,
                                        31,         32,         33,         0xFFFF0000};
    uint64_t x = next(c);
    switch (x & 7) {
    case 0:
    case 1:
        return specials[x >> 8 & 15];
    case 2:
        return (uint32_t)(x >> 32) & 0xFF;
    case 3: /* halves and bytes at their limits */
        return ((x >> 8 & 1) ? 0x80000000u : 0) | ((x >> 9 & 1) ? 0x7FFF0000u : 0) | ((x >> 10 & 1) ? 0x8000u : 0) |
               ((x >> 11 & 1) ? 0x7FFFu : 0) | (uint32_t)(x >> 12 & 1);
    default:
        return (uint32_t)(x >> 32);
    }
}

static uint32_t role_value(cores *c, uint8_t role, uint32_t options) {
    if ((options & OPTION_V6M) && (role == ROLE_POINTER || role == ROLE_INDEX)) {
        role++; /* Armv6-M has no unaligned access */
    }
    uint32_t x = (uint32_t)(next(c) >> 20), middle = c->data_base + c->data_size / 2;
    switch (role) {
    case ROLE_POINTER:
        return middle + (x & 63);
    case ROLE_POINTER4:
        return middle + (x & 60);
    case ROLE_INDEX:
        return x & 255;
    case ROLE_INDEX4:
        return x & 252;
    case ROLE_CODE:
        return (c->code_base + x % (c->code_size / 4)) | 1; /* not where the branch lies: Unicorn would never stop */
    case ROLE_SMALL:
        return x & 63;
    default:
        return random_word(c);
    }
}

static uint32_t special_single(cores *c, uint32_t near) {
    static const uint32_t specials[] = {
        0x00000000, 0x00000001, 0x007FFFFF, 0x00800000, 0x00800001, 0x3F800000, 0x3F7FFFFF, 0x3F800001,
        0x7F7FFFFF, 0x7F800000, 0x7F800001, 0x7FBFFFFF, 0x7FC00000, 0x7FC12345, 0x7FFFFFFF, 0x3F000000,
        0x3FC00000, 0x40200000, 0x4B000000, 0x4B7FFFFF, 0x4EFFFFFF, 0x4F000000, 0x4F7FFFFF, 0x4F800000,
        0x477FE000, 0x477FF000, 0x38800000, 0x33000000, 0x33800000, 0x1F000000, 0x20000000, 0x5F000000};
    uint64_t x = next(c);
    uint32_t sign = (uint32_t)(x & 1) << 31, high = (uint32_t)(x >> 32);
    switch (x >> 1 & 7) {
    case 0:
    case 1:
        return sign | specials[x >> 8 & 31];
    case 2: /* close to the one before: cancellation */
        return (near ^ sign) + (high & 7) - 4;
    case 3: /* few significant bits: exact results and ties */
        return sign | (120u + (high & 15)) << 23 | (high >> 8 & 0xF) << 19;
    case 4: /* near one: integers, fractions */
        return sign | (118u + (high & 63) % 48) << 23 | (high >> 8 & 0x7FFFFF);
    case 5: /* exponents about the middle and the ends */
        return sign | ((high & 3) == 0 ? (high >> 2 & 3) : 55u + (high & 127)) << 23 | (high >> 8 & 0x7FFFFF);
    default:
        return sign | (high & 0x7FFFFFFF);
    }
}

static uint64_t special_double(cores *c, uint64_t near) {
    static const uint64_t specials[] = {0x0000000000000000, 0x0000000000000001, 0x000FFFFFFFFFFFFF, 0x0010000000000000,
                                        0x0010000000000001, 0x3FF0000000000000, 0x3FEFFFFFFFFFFFFF, 0x3FF0000000000001,
                                        0x7FEFFFFFFFFFFFFF, 0x7FF0000000000000, 0x7FF0000000000001, 0x7FF7FFFFFFFFFFFF,
                                        0x7FF8000000000000, 0x7FF8123456789ABC, 0x7FFFFFFFFFFFFFFF, 0x3FE0000000000000,
                                        0x3FF8000000000000, 0x4004000000000000, 0x41DFFFFFFFC00000, 0x41E0000000000000,
                                        0x41EFFFFFFFE00000, 0x41F0000000000000, 0x47EFFFFFE0000000, 0x47EFFFFFF0000000,
                                        0x3810000000000000, 0x380FFFFFFFFFFFFF, 0x36A0000000000000, 0x3690000000000000,
                                        0x40EFFC0000000000, 0x40EFFE0000000000, 0x3F10000000000000, 0x3E60000000000000};
    uint64_t x = next(c), y = next(c), sign = x << 63;
    switch (x >> 1 & 7) {
    case 0:
    case 1:
        return sign | specials[x >> 8 & 31];
    case 2:
        return (near ^ sign) + (y & 7) - 4;
    case 3:
        return sign | (1016ull + (y & 15)) << 52 | (y >> 8 & 0xF) << 48;
    case 4:
        return sign | (1014ull + (y & 63) % 48) << 52 | (y >> 8 & 0xFFFFFFFFFFFFF);
    case 5: /* where singles and halves begin and end */
        return sign |
               ((y & 1)   ? 870ull + (y >> 1 & 31)
                : (y & 2) ? 1140ull + (y >> 2 & 15)
                          : 995ull + (y >> 2 & 63))
                   << 52 |
               (y >> 12 & 0xFFFFFFFFFFFFF);
    case 6:
        return sign | ((y & 1) ? (y >> 1 & 3) : 510ull + (y >> 1 & 1023)) << 52 | (y >> 12 & 0xFFFFFFFFFFFFF);
    default:
        return sign | (y & 0x7FFFFFFFFFFFFFFF);
    }
}

static uint32_t special_half(cores *c) {
    static const uint16_t specials[] = {0,      1,      0x3FF,  0x400,  0x3C00, 0x7BFF, 0x7C00, 0x7C01,
                                        0x7DFF, 0x7E00, 0x7FFF, 0x7D55, 0x3555, 0x8000, 0xFC00, 0xFE01};
    uint64_t x = next(c);
    uint32_t low = (x & 1) ? specials[x >> 4 & 15] : (uint32_t)(x >> 16) & 0xFFFF;
    uint32_t high = (x & 2) ? specials[x >> 8 & 15] : (uint32_t)(x >> 32) & 0xFFFF;
    return high << 16 | low;
}

static void random_floats(cores *c, state *s, uint32_t options) {
    uint64_t near = 0;
    bool doubles = next(c) & 1;
    for (uint32_t i = 0; i < 32; i += 2) {
        if (doubles) {
            near = special_double(c, near);
            s->s[i] = (uint32_t)near;
            s->s[i + 1] = (uint32_t)(near >> 32);
        } else {
            s->s[i] = special_single(c, (uint32_t)near);
            near = s->s[i + 1] = special_single(c, s->s[i]);
        }
        if ((options & OPTION_HALVES) && (next(c) & 1)) {
            s->s[i] = special_half(c);
        }
    }
    uint64_t x = next(c);
    s->fpscr = (uint32_t)x & 0xF000009F; /* condition and cumulative flags */
    s->fpscr |= (x >> 32 & 1) ? 0 : (uint32_t)(x >> 33 & 3) << 22;
    s->fpscr &= (options & OPTION_NEAREST) ? ~(3u << 22) : ~0u;
    s->fpscr |= ((x >> 36 & 3) == 0) << 24 | ((x >> 38 & 3) == 0) << 25 | ((x >> 40 & 3) == 0) << 26;
}

static void random_state(cores *c, const uint8_t *roles, uint32_t options, uint32_t pc, state *s) {
    memset(s, 0, sizeof *s);
    for (uint32_t i = 0; i < 15; i++) {
        s->r[i] = role_value(c, roles[i], options);
    }
    s->r[15] = pc;
    uint32_t flags = (uint32_t)(next(c) >> 16);
    s->xpsr = 0x01000000 | (flags & ((options & OPTION_V6M) ? 0xF0000000 : 0xF80F0000));
    if (options & OPTION_FLOAT) {
        random_floats(c, s, options);
    }
}

static void run_theirs(cores *c, uint32_t options, const state *before, state *after) {
    int ids[64], n = 0;
    void *values[64];
    *after = *before;
    for (uint32_t i = 0; i < 15; i++, n++) {
        ids[n] = c->core_ids[i];
        values[n] = &after->r[i];
    }
    ids[n] = c->xpsr_write;
    values[n++] = &after->xpsr;
    if (options & OPTION_FLOAT) {
        for (uint32_t i = 0; i < 32; i++, n++) {
            ids[n] = c->s_ids[i];
            values[n] = &after->s[i];
        }
        ids[n] = c->fpscr;
        values[n++] = &after->fpscr;
    }
    c->uc_reg_write_batch(c->uc, ids, values, n);
    after->status = (uint32_t)c->uc_emu_start(c->uc, before->r[15] | 1, 0, 0, 0);
    ids[15] = c->xpsr_read;
    ids[n] = c->core_ids[15];
    values[n++] = &after->r[15];
    c->uc_reg_read_batch(c->uc, ids, values, n);
    after->r[13] &= ~3u; /* always 0 (DDI 0403E, B1.4.1); Unicorn keeps what a load or write-back puts there */
    if (after->status == 0) {
        after->r[15] -= 2; /* the WFI */
    } else if (after->r[15] - c->code_base >= c->code_size) {
        after->status = 0; /* a branch that went far: PC is its target, where nothing can be fetched */
    }
}

static void run_ours(cores *c, uint32_t options, uint32_t instructions, const state *before, state *after) {
    stop end;
    *after = *before;
    c->set_cpu(c->board, CPU_XPSR, before->xpsr);
    for (uint32_t i = 0; i < 16; i++) {
        c->set_cpu(c->board, i, before->r[i]);
    }
    if (options & OPTION_FLOAT) {
        for (uint32_t i = 0; i < 32; i++) {
            c->set_cpu(c->board, CPU_S0 + i, before->s[i]);
        }
        c->set_cpu(c->board, CPU_FPSCR, before->fpscr);
    }
    c->run(c->board, ~0ull >> 8, instructions, &end);
    after->status = end.reason == 1 ? 0 : end.reason + 100; /* DR_STOP_INSTRUCTIONS */
    for (uint32_t i = 0; i < 16; i++) {
        c->get_cpu(c->board, i, &after->r[i]);
    }
    c->get_cpu(c->board, CPU_XPSR, &after->xpsr);
    if (options & OPTION_FLOAT) {
        for (uint32_t i = 0; i < 32; i++) {
            c->get_cpu(c->board, CPU_S0 + i, &after->s[i]);
        }
        c->get_cpu(c->board, CPU_FPSCR, &after->fpscr);
    }
}

static bool same(const state *a, const state *b, uint32_t xpsr_mask) {
    return !memcmp(a->r, b->r, sizeof a->r) && !memcmp(a->s, b->s, sizeof a->s) && a->fpscr == b->fpscr &&
           !((a->xpsr ^ b->xpsr) & xpsr_mask) && (a->status != 0) == (b->status != 0);
}

/* Run the code at pc `rounds` times on both; returns how many rounds differ, the first `room` of them in `out`. */
__attribute__((visibility("default"))) uint32_t run_rounds(cores *c, uint32_t pc, uint32_t instructions,
                                                           const uint8_t *roles, uint32_t options, uint32_t rounds,
                                                           difference *out, uint32_t room) {
    uint32_t found = 0;
    uint32_t xpsr_mask = (options & OPTION_V6M) ? 0xF0000000 : 0xFE0FFC00;
    xpsr_mask &= (options & OPTION_NO_Q) ? ~(1u << 27) : ~0u;
    for (uint32_t i = 0; i < rounds; i++) {
        difference d = {.round = i};
        random_state(c, roles, options, pc, &d.before);
        run_theirs(c, options, &d.before, &d.theirs);
        run_ours(c, options, instructions, &d.before, &d.ours);
        if (!same(&d.ours, &d.theirs, xpsr_mask)) {
            if (found < room) {
                out[found] = d;
            }
            found++;
        }
    }
    return found;
}

/* Which of `count` instructions, `step` bytes apart from pc on, the oracle takes: one that it does not stops it there
 * with UC_ERR_INSN_INVALID (10). Every register is a data address, so that loads and stores do no harm. `limit` is the
 * instruction count, 0 for none (faster, but a branch may loop for ever). */
__attribute__((visibility("default"))) void oracle_accepts(cores *c, uint32_t pc, uint32_t step, uint32_t count,
                                                           uint32_t limit, uint8_t *accepted) {
    uint32_t values[16], middle = c->data_base + c->data_size / 2;
    int ids[16];
    void *pointers[16];
    for (uint32_t i = 0; i < 15; i++) {
        ids[i] = c->core_ids[i];
        pointers[i] = &values[i];
    }
    uint32_t xpsr = 0x01000000;
    ids[15] = c->xpsr_write;
    pointers[15] = &xpsr;
    for (uint32_t n = 0; n < count; n++) {
        for (uint32_t i = 0; i < 15; i++) {
            values[i] = middle;
        }
        c->uc_reg_write_batch(c->uc, ids, pointers, 16);
        int error = c->uc_emu_start(c->uc, (pc + n * step) | 1, 0, 0, limit);
        uint32_t stopped = 0;
        void *where = &stopped;
        c->uc_reg_read_batch(c->uc, &c->core_ids[15], &where, 1);
        accepted[n] = !(error == 10 && stopped == pc + n * step);
    }
}

/* Which of `count` encodings (first halfword << 16 | second) our decoder takes. */
__attribute__((visibility("default"))) void core_accepts(void *board,
                                                         uint32_t (*decodes)(void *, uint32_t, uint32_t, uint32_t *),
                                                         const uint32_t *words, uint32_t count, uint8_t *accepted) {
    for (uint32_t n = 0; n < count; n++) {
        uint32_t length = 0;
        accepted[n] = (uint8_t)decodes(board, words[n] >> 16, words[n] & 0xFFFF, &length);
    }
}
