/* What the register-only instructions do: one function an operation, part of execute.c.
 * Operands as in dr_record: rd, rn, rm; a fourth register (ra, or RdHi) is the low byte of imm. */

#define OP(name) static inline __attribute__((always_inline)) void do_##name(dr_board *b, dr_cpu *c, const dr_record *i)
#define UNUSED (void)b, (void)c, (void)i
#define RD c->r[i->rd]
#define RN c->r[i->rn]
#define RM c->r[i->rm]
#define RA c->r[i->imm & 15u]

/* ------------------------------------------------------------------ arithmetic with flags */
static inline void set_nz(dr_cpu *c, uint32_t result) { c->flag_n = c->flag_z = result; }

static inline uint32_t add_flags(dr_cpu *c, uint32_t x, uint32_t y) {
    uint32_t result = x + y;
    set_nz(c, result);
    c->flag_c = result < x;
    c->flag_v = ((x ^ result) & (y ^ result)) >> 31;
    return result;
}

static inline uint32_t adc_flags(dr_cpu *c, uint32_t x, uint32_t y) {
    uint64_t wide = (uint64_t)x + y + c->flag_c;
    uint32_t result = (uint32_t)wide;
    set_nz(c, result);
    c->flag_c = (uint32_t)(wide >> 32);
    c->flag_v = ((x ^ result) & (y ^ result)) >> 31;
    return result;
}

static inline uint32_t sub_flags(dr_cpu *c, uint32_t x, uint32_t y) {
    uint32_t result = x - y;
    set_nz(c, result);
    c->flag_c = x >= y;
    c->flag_v = ((x ^ y) & (x ^ result)) >> 31;
    return result;
}

static inline uint32_t logic_flags(dr_cpu *c, uint32_t result, uint32_t carry) {
    set_nz(c, result);
    c->flag_c = carry;
    return result;
}

/* ------------------------------------------------------------------ shifts (DDI 0403E A2.2.1) */
static inline uint32_t rotate(uint32_t x, uint32_t amount) { return x >> (amount & 31u) | x << (-amount & 31u); }

static inline uint32_t lsl_carry(uint32_t x, uint32_t amount, uint32_t *carry) {
    if (amount == 0) {
        return x;
    }
    *carry = amount <= 32 ? (uint32_t)((uint64_t)x << amount >> 32) & 1u : 0;
    return amount < 32 ? x << amount : 0;
}

static inline uint32_t lsr_carry(uint32_t x, uint32_t amount, uint32_t *carry) {
    if (amount == 0) {
        return x;
    }
    *carry = amount <= 32 ? x >> (amount - 1) & 1u : 0;
    return amount < 32 ? x >> amount : 0;
}

static inline uint32_t asr_carry(uint32_t x, uint32_t amount, uint32_t *carry) {
    if (amount == 0) {
        return x;
    }
    uint32_t limited = amount < 32 ? amount : 32;
    int64_t wide = (int64_t)(int32_t)x;
    *carry = (uint32_t)(wide >> (limited - 1)) & 1u;
    return (uint32_t)(wide >> limited);
}

static inline uint32_t ror_carry(uint32_t x, uint32_t amount, uint32_t *carry) {
    if (amount == 0) {
        return x;
    }
    uint32_t result = rotate(x, amount);
    *carry = result >> 31;
    return result;
}

enum { SHIFT_LSL, SHIFT_LSR, SHIFT_ASR, SHIFT_ROR, SHIFT_RRX };

/* A shifted register operand: imm = type | amount << 8, amount 1..32 (0 only with LSL). */
static inline uint32_t shifted(const dr_cpu *c, const dr_record *i) {
    uint32_t x = c->r[i->rm], amount = i->imm >> 8;
    switch (i->imm & 0xFFu) {
    case SHIFT_LSL:
        return x << amount;
    case SHIFT_LSR:
        return amount < 32 ? x >> amount : 0;
    case SHIFT_ASR:
        return (uint32_t)((int32_t)x >> (amount < 32 ? amount : 31));
    case SHIFT_ROR:
        return rotate(x, amount);
    default:
        return c->flag_c << 31 | x >> 1;
    }
}

static inline uint32_t shifted_carry(const dr_cpu *c, const dr_record *i, uint32_t *carry) {
    uint32_t x = c->r[i->rm], amount = i->imm >> 8;
    *carry = c->flag_c;
    switch (i->imm & 0xFFu) {
    case SHIFT_LSL:
        return lsl_carry(x, amount, carry);
    case SHIFT_LSR:
        return lsr_carry(x, amount, carry);
    case SHIFT_ASR:
        return asr_carry(x, amount, carry);
    case SHIFT_ROR:
        return ror_carry(x, amount, carry);
    default:
        *carry = x & 1u;
        return c->flag_c << 31 | x >> 1;
    }
}

/* An expanded immediate's carry: rm = 1 when the constant was rotated (C = its top bit), else C stays. */
static inline uint32_t immediate_carry(const dr_cpu *c, const dr_record *i) { return i->rm ? i->imm >> 31 : c->flag_c; }

#define LOGIC(name, expression)                                                                                        \
    static inline uint32_t logic_##name(uint32_t x, uint32_t y) { return (void)x, (expression); }                      \
    OP(name##_imm) {                                                                                                   \
        UNUSED;                                                                                                        \
        RD = logic_##name(RN, i->imm);                                                                                 \
    }                                                                                                                  \
    OP(name##_imm_s) {                                                                                                 \
        UNUSED;                                                                                                        \
        RD = logic_flags(c, logic_##name(RN, i->imm), immediate_carry(c, i));                                          \
    }                                                                                                                  \
    OP(name##_reg) {                                                                                                   \
        UNUSED;                                                                                                        \
        RD = logic_##name(RN, RM);                                                                                     \
    }                                                                                                                  \
    OP(name##_reg_s) {                                                                                                 \
        UNUSED;                                                                                                        \
        uint32_t v = logic_##name(RN, RM);                                                                             \
        set_nz(c, v);                                                                                                  \
        RD = v;                                                                                                        \
    }                                                                                                                  \
    OP(name##_shift) {                                                                                                 \
        UNUSED;                                                                                                        \
        RD = logic_##name(RN, shifted(c, i));                                                                          \
    }                                                                                                                  \
    OP(name##_shift_s) {                                                                                               \
        UNUSED;                                                                                                        \
        uint32_t carry, y = shifted_carry(c, i, &carry);                                                               \
        RD = logic_flags(c, logic_##name(RN, y), carry);                                                               \
    }

LOGIC(and, x &y)
LOGIC(bic, x & ~y)
LOGIC(orr, x | y)
LOGIC(orn, x | ~y)
LOGIC(eor, x ^ y)
LOGIC(mov, y)
LOGIC(mvn, ~y)

#define ARITHMETIC(name, plain, flags)                                                                                 \
    static inline uint32_t plain_##name(const dr_cpu *c, uint32_t x, uint32_t y) { return (void)c, (plain); }          \
    static inline uint32_t flags_##name(dr_cpu *c, uint32_t x, uint32_t y) { return (flags); }                         \
    OP(name##_imm) {                                                                                                   \
        UNUSED;                                                                                                        \
        RD = plain_##name(c, RN, i->imm);                                                                              \
    }                                                                                                                  \
    OP(name##_imm_s) {                                                                                                 \
        UNUSED;                                                                                                        \
        RD = flags_##name(c, RN, i->imm);                                                                              \
    }                                                                                                                  \
    OP(name##_reg) {                                                                                                   \
        UNUSED;                                                                                                        \
        RD = plain_##name(c, RN, RM);                                                                                  \
    }                                                                                                                  \
    OP(name##_reg_s) {                                                                                                 \
        UNUSED;                                                                                                        \
        RD = flags_##name(c, RN, RM);                                                                                  \
    }                                                                                                                  \
    OP(name##_shift) {                                                                                                 \
        UNUSED;                                                                                                        \
        RD = plain_##name(c, RN, shifted(c, i));                                                                       \
    }                                                                                                                  \
    OP(name##_shift_s) {                                                                                               \
        UNUSED;                                                                                                        \
        RD = flags_##name(c, RN, shifted(c, i));                                                                       \
    }

ARITHMETIC(add, x + y, add_flags(c, x, y))
ARITHMETIC(adc, x + y + c->flag_c, adc_flags(c, x, y))
ARITHMETIC(sub, x - y, sub_flags(c, x, y))
ARITHMETIC(sbc, x - y - 1u + c->flag_c, adc_flags(c, x, ~y))
ARITHMETIC(rsb, y - x, sub_flags(c, y, x))

OP(cmp_imm) {
    UNUSED;
    sub_flags(c, RN, i->imm);
}
OP(cmp_reg) {
    UNUSED;
    sub_flags(c, RN, RM);
}
OP(cmp_shift) {
    UNUSED;
    sub_flags(c, RN, shifted(c, i));
}
OP(cmn_imm) {
    UNUSED;
    add_flags(c, RN, i->imm);
}
OP(cmn_reg) {
    UNUSED;
    add_flags(c, RN, RM);
}
OP(cmn_shift) {
    UNUSED;
    add_flags(c, RN, shifted(c, i));
}
OP(tst_imm) {
    UNUSED;
    logic_flags(c, RN & i->imm, immediate_carry(c, i));
}
OP(tst_reg) {
    UNUSED;
    set_nz(c, RN & RM);
}
OP(tst_shift) {
    UNUSED;
    uint32_t carry, y = shifted_carry(c, i, &carry);
    logic_flags(c, RN & y, carry);
}
OP(teq_imm) {
    UNUSED;
    logic_flags(c, RN ^ i->imm, immediate_carry(c, i));
}
OP(teq_reg) {
    UNUSED;
    set_nz(c, RN ^ RM);
}
OP(teq_shift) {
    UNUSED;
    uint32_t carry, y = shifted_carry(c, i, &carry);
    logic_flags(c, RN ^ y, carry);
}

/* Constant shift: amount in imm (1..32, LSL 0..31); register shift: value rn, amount rm. */
#define SHIFT(name)                                                                                                    \
    OP(name##_imm) {                                                                                                   \
        UNUSED;                                                                                                        \
        uint32_t carry = 0;                                                                                            \
        RD = name##_carry(RM, i->imm, &carry);                                                                         \
    }                                                                                                                  \
    OP(name##_imm_s) {                                                                                                 \
        UNUSED;                                                                                                        \
        uint32_t carry = c->flag_c, v = name##_carry(RM, i->imm, &carry);                                              \
        RD = logic_flags(c, v, carry);                                                                                 \
    }                                                                                                                  \
    OP(name##_reg) {                                                                                                   \
        UNUSED;                                                                                                        \
        uint32_t carry = 0;                                                                                            \
        RD = name##_carry(RN, RM & 0xFFu, &carry);                                                                     \
    }                                                                                                                  \
    OP(name##_reg_s) {                                                                                                 \
        UNUSED;                                                                                                        \
        uint32_t carry = c->flag_c, v = name##_carry(RN, RM & 0xFFu, &carry);                                          \
        RD = logic_flags(c, v, carry);                                                                                 \
    }

SHIFT(lsl)
SHIFT(lsr)
SHIFT(asr)
SHIFT(ror)
OP(rrx) {
    UNUSED;
    RD = c->flag_c << 31 | RM >> 1;
}
OP(rrx_s) {
    UNUSED;
    uint32_t x = RM;
    RD = logic_flags(c, c->flag_c << 31 | x >> 1, x & 1u);
}

/* Writes to SP: the low bits read as zero, and the stack may be watched. */
#define TO_SP(name)                                                                                                    \
    OP(sp_##name) {                                                                                                    \
        do_##name(b, c, i);                                                                                            \
        dr_sp_changed(b);                                                                                              \
    }
TO_SP(mov_reg)
TO_SP(add_imm)
TO_SP(sub_imm)
TO_SP(add_imm_s)
TO_SP(sub_imm_s)
TO_SP(add_reg)
TO_SP(add_shift)
TO_SP(add_shift_s)
TO_SP(sub_shift)
TO_SP(sub_shift_s)

/* ------------------------------------------------------------------ extension, reversal, bit fields */
#define ROTATED rotate(RM, i->imm)
OP(sxtb) {
    UNUSED;
    RD = (uint32_t)(int8_t)ROTATED;
}
OP(sxth) {
    UNUSED;
    RD = (uint32_t)(int16_t)ROTATED;
}
OP(uxtb) {
    UNUSED;
    RD = (uint8_t)ROTATED;
}
OP(uxth) {
    UNUSED;
    RD = (uint16_t)ROTATED;
}
OP(sxtab) {
    UNUSED;
    RD = RN + (uint32_t)(int8_t)ROTATED;
}
OP(sxtah) {
    UNUSED;
    RD = RN + (uint32_t)(int16_t)ROTATED;
}
OP(uxtab) {
    UNUSED;
    RD = RN + (uint8_t)ROTATED;
}
OP(uxtah) {
    UNUSED;
    RD = RN + (uint16_t)ROTATED;
}
static inline uint32_t halves(uint32_t high, uint32_t low) { return high << 16 | (low & 0xFFFFu); }
OP(sxtb16) {
    UNUSED;
    uint32_t v = ROTATED;
    RD = halves((uint32_t)(int8_t)(v >> 16), (uint32_t)(int8_t)v);
}
OP(uxtb16) {
    UNUSED;
    RD = ROTATED & 0x00FF00FFu;
}
OP(sxtab16) {
    UNUSED;
    uint32_t v = ROTATED, n = RN;
    RD = halves((n >> 16) + (uint32_t)(int8_t)(v >> 16), n + (uint32_t)(int8_t)v);
}
OP(uxtab16) {
    UNUSED;
    uint32_t v = ROTATED, n = RN;
    RD = halves((n >> 16) + (uint8_t)(v >> 16), n + (uint8_t)v);
}
OP(rev) {
    UNUSED;
    RD = __builtin_bswap32(RM);
}
OP(rev16) {
    UNUSED;
    RD = rotate(__builtin_bswap32(RM), 16);
}
OP(revsh) {
    UNUSED;
    RD = (uint32_t)(int16_t)__builtin_bswap16((uint16_t)RM);
}
OP(rbit) {
    UNUSED;
    uint32_t v = RM;
    v = (v >> 1 & 0x55555555u) | (v & 0x55555555u) << 1;
    v = (v >> 2 & 0x33333333u) | (v & 0x33333333u) << 2;
    v = (v >> 4 & 0x0F0F0F0Fu) | (v & 0x0F0F0F0Fu) << 4;
    RD = __builtin_bswap32(v);
}
OP(clz) {
    UNUSED;
    RD = RM ? (uint32_t)__builtin_clz(RM) : 32u;
}
OP(movt) {
    UNUSED;
    RD = (RD & 0xFFFFu) | i->imm;
}
/* Bit fields: rm = lowest bit, imm = mask of the width; SBFX: imm = left shift | right shift << 8. */
OP(bfi) {
    UNUSED;
    RD = (RD & ~(i->imm << i->rm)) | (RN & i->imm) << i->rm;
}
OP(bfc) {
    UNUSED;
    RD &= ~(i->imm << i->rm);
}
OP(ubfx) {
    UNUSED;
    RD = RN >> i->rm & i->imm;
}
OP(sbfx) {
    UNUSED;
    RD = (uint32_t)((int32_t)(RN << (i->imm & 0xFFu)) >> (i->imm >> 8));
}
/* imm = shift type | amount << 8; LSL is PKHBT, ASR PKHTB */
OP(pkh) {
    UNUSED;
    uint32_t v = shifted(c, i);
    RD = (i->imm & 0xFFu) == SHIFT_LSL ? (v & 0xFFFF0000u) | (RN & 0xFFFFu) : (RN & 0xFFFF0000u) | (v & 0xFFFFu);
}

/* ------------------------------------------------------------------ saturation */
static inline int32_t signed_saturate(dr_cpu *c, int64_t x, uint32_t bits) {
    int64_t limit = (int64_t)1 << (bits - 1);
    if (x >= limit || x < -limit) {
        c->flag_q = 1;
        return (int32_t)(x < 0 ? -limit : limit - 1);
    }
    return (int32_t)x;
}

static inline uint32_t unsigned_saturate(dr_cpu *c, int64_t x, uint32_t bits) {
    int64_t limit = (int64_t)1 << bits;
    if (x >= limit || x < 0) {
        c->flag_q = 1;
        return x < 0 ? 0 : (uint32_t)(limit - 1);
    }
    return (uint32_t)x;
}

/* rn: bits to keep; rm shifted by imm */
OP(ssat) {
    UNUSED;
    RD = (uint32_t)signed_saturate(c, (int32_t)shifted(c, i), i->rn);
}
OP(usat) {
    UNUSED;
    RD = unsigned_saturate(c, (int32_t)shifted(c, i), i->rn);
}
OP(ssat16) {
    UNUSED;
    uint32_t v = RM;
    uint32_t low = (uint32_t)signed_saturate(c, (int16_t)v, i->rn);
    RD = halves((uint32_t)signed_saturate(c, (int16_t)(v >> 16), i->rn), low);
}
OP(usat16) {
    UNUSED;
    uint32_t v = RM;
    uint32_t low = unsigned_saturate(c, (int16_t)v, i->rn);
    RD = halves(unsigned_saturate(c, (int16_t)(v >> 16), i->rn), low);
}
OP(qadd) {
    UNUSED;
    RD = (uint32_t)signed_saturate(c, (int64_t)(int32_t)RM + (int32_t)RN, 32);
}
OP(qsub) {
    UNUSED;
    RD = (uint32_t)signed_saturate(c, (int64_t)(int32_t)RM - (int32_t)RN, 32);
}
OP(qdadd) {
    UNUSED;
    int64_t twice = signed_saturate(c, 2 * (int64_t)(int32_t)RN, 32);
    RD = (uint32_t)signed_saturate(c, (int64_t)(int32_t)RM + twice, 32);
}
OP(qdsub) {
    UNUSED;
    int64_t twice = signed_saturate(c, 2 * (int64_t)(int32_t)RN, 32);
    RD = (uint32_t)signed_saturate(c, (int64_t)(int32_t)RM - twice, 32);
}

/* ------------------------------------------------------------------ parallel arithmetic */
static inline int32_t clip(int32_t x, int32_t low, int32_t high) { return x < low ? low : x > high ? high : x; }

#define LANE(x, bits, lane, type) ((int32_t)(type)((x) >> (bits) * (lane)))

/* Two lanes of 16 bits: first_add/second_add say what each lane does; X exchanges the halves of Rm. */
#define PARALLEL16(name, low_sign, high_sign, exchange)                                                                \
    OP(s##name) {                                                                                                      \
        UNUSED;                                                                                                        \
        uint32_t n = RN, m = exchange ? rotate(RM, 16) : RM;                                                           \
        int32_t low = LANE(n, 16, 0, int16_t) low_sign LANE(m, 16, 0, int16_t);                                        \
        int32_t high = LANE(n, 16, 1, int16_t) high_sign LANE(m, 16, 1, int16_t);                                      \
        c->ge = (low >= 0 ? 3u : 0u) | (high >= 0 ? 12u : 0u);                                                         \
        RD = halves((uint32_t)high, (uint32_t)low);                                                                    \
    }                                                                                                                  \
    OP(u##name) {                                                                                                      \
        UNUSED;                                                                                                        \
        uint32_t n = RN, m = exchange ? rotate(RM, 16) : RM;                                                           \
        int32_t low = LANE(n, 16, 0, uint16_t) low_sign LANE(m, 16, 0, uint16_t);                                      \
        int32_t high = LANE(n, 16, 1, uint16_t) high_sign LANE(m, 16, 1, uint16_t);                                    \
        bool low_ge = (1 low_sign 1) ? low >= 0x10000 : low >= 0,                                                      \
             high_ge = (1 high_sign 1) ? high >= 0x10000 : high >= 0;                                                  \
        c->ge = (low_ge ? 3u : 0u) | (high_ge ? 12u : 0u);                                                             \
        RD = halves((uint32_t)high, (uint32_t)low);                                                                    \
    }                                                                                                                  \
    PARALLEL16_PLAIN(q##name, low_sign, high_sign, exchange, int16_t, clip(v, -32768, 32767))                          \
    PARALLEL16_PLAIN(sh##name, low_sign, high_sign, exchange, int16_t, v >> 1)                                         \
    PARALLEL16_PLAIN(uq##name, low_sign, high_sign, exchange, uint16_t, clip(v, 0, 65535))                             \
    PARALLEL16_PLAIN(uh##name, low_sign, high_sign, exchange, uint16_t, v >> 1)

#define PARALLEL16_PLAIN(name, low_sign, high_sign, exchange, type, expression)                                        \
    OP(name) {                                                                                                         \
        UNUSED;                                                                                                        \
        uint32_t n = RN, m = exchange ? rotate(RM, 16) : RM;                                                           \
        int32_t v = LANE(n, 16, 0, type) low_sign LANE(m, 16, 0, type);                                                \
        int32_t low = (expression);                                                                                    \
        v = LANE(n, 16, 1, type) high_sign LANE(m, 16, 1, type);                                                       \
        RD = halves((uint32_t)(expression), (uint32_t)low);                                                            \
    }

PARALLEL16(add16, +, +, false)
PARALLEL16(sub16, -, -, false)
PARALLEL16(asx, -, +, true)
PARALLEL16(sax, +, -, true)

#define PARALLEL8_ONE(name, type, sign, expression, set_ge)                                                            \
    OP(name) {                                                                                                         \
        UNUSED;                                                                                                        \
        uint32_t n = RN, m = RM, result = 0, ge = 0;                                                                   \
        for (uint32_t lane = 0; lane < 4; lane++) {                                                                    \
            int32_t v = LANE(n, 8, lane, type) sign LANE(m, 8, lane, type);                                            \
            bool greater = (type) - 1 > 0 && (1 sign 1) ? v >= 0x100 : v >= 0;                                         \
            ge |= greater ? 1u << lane : 0u;                                                                           \
            result |= ((uint32_t)(expression) & 0xFFu) << 8 * lane;                                                    \
        }                                                                                                              \
        if (set_ge) {                                                                                                  \
            c->ge = ge;                                                                                                \
        }                                                                                                              \
        RD = result;                                                                                                   \
    }
#define PARALLEL8(name, sign)                                                                                          \
    PARALLEL8_ONE(s##name, int8_t, sign, v, true)                                                                      \
    PARALLEL8_ONE(u##name, uint8_t, sign, v, true)                                                                     \
    PARALLEL8_ONE(q##name, int8_t, sign, clip(v, -128, 127), false)                                                    \
    PARALLEL8_ONE(uq##name, uint8_t, sign, clip(v, 0, 255), false)                                                     \
    PARALLEL8_ONE(sh##name, int8_t, sign, v >> 1, false)                                                               \
    PARALLEL8_ONE(uh##name, uint8_t, sign, v >> 1, false)

PARALLEL8(add8, +)
PARALLEL8(sub8, -)

OP(sel) {
    UNUSED;
    uint32_t mask = (c->ge & 1u ? 0xFFu : 0) | (c->ge & 2u ? 0xFF00u : 0) | (c->ge & 4u ? 0xFF0000u : 0) |
                    (c->ge & 8u ? 0xFF000000u : 0);
    RD = (RN & mask) | (RM & ~mask);
}
OP(usad8) {
    UNUSED;
    uint32_t sum = 0;
    for (uint32_t lane = 0; lane < 4; lane++) {
        int32_t d = LANE(RN, 8, lane, uint8_t) - LANE(RM, 8, lane, uint8_t);
        sum += (uint32_t)(d < 0 ? -d : d);
    }
    RD = sum;
}
OP(usada8) {
    uint32_t a = RA;
    do_usad8(b, c, i);
    RD += a;
}

/* ------------------------------------------------------------------ multiplication; imm: ra | option bits << 8 */
#define OPTION(bit) (i->imm >> (8 + (bit)) & 1u)
static inline int32_t half(uint32_t x, uint32_t top) { return (int16_t)(top ? x >> 16 : x); }
/* Q is set when the 32-bit accumulation overflows; the result wraps. */
static inline uint32_t accumulate(dr_cpu *c, int64_t sum) {
    if (sum != (int32_t)sum) {
        c->flag_q = 1;
    }
    return (uint32_t)sum;
}

OP(mul) {
    UNUSED;
    RD = RN * RM;
}
OP(mul_s) {
    UNUSED;
    uint32_t v = RN * RM;
    set_nz(c, v);
    RD = v;
}
OP(mla) {
    UNUSED;
    RD = RN * RM + RA;
}
OP(mls) {
    UNUSED;
    RD = RA - RN * RM;
}
OP(smulxy) {
    UNUSED;
    RD = (uint32_t)(half(RN, OPTION(1)) * half(RM, OPTION(0)));
}
OP(smlaxy) {
    UNUSED;
    RD = accumulate(c, (int64_t)(half(RN, OPTION(1)) * half(RM, OPTION(0))) + (int32_t)RA);
}
OP(smulw) {
    UNUSED;
    RD = (uint32_t)((int64_t)(int32_t)RN * half(RM, OPTION(0)) >> 16);
}
OP(smlaw) {
    UNUSED;
    RD = accumulate(c, ((int64_t)(int32_t)RN * half(RM, OPTION(0)) >> 16) + (int32_t)RA);
}
#define DUAL(sign)                                                                                                     \
    UNUSED;                                                                                                            \
    uint32_t m = OPTION(0) ? rotate(RM, 16) : RM;                                                                      \
    int64_t sum = (int64_t)(half(RN, 0) * half(m, 0)) sign(int64_t)(half(RN, 1) * half(m, 1))
OP(smuad) {
    DUAL(+);
    RD = accumulate(c, sum);
}
OP(smlad) {
    DUAL(+);
    RD = accumulate(c, sum + (int32_t)RA);
}
OP(smusd) {
    DUAL(-);
    RD = (uint32_t)sum;
}
OP(smlsd) {
    DUAL(-);
    RD = accumulate(c, sum + (int32_t)RA);
}
#define ROUND (OPTION(0) ? 0x80000000ull : 0ull)
OP(smmul) {
    UNUSED;
    RD = (uint32_t)(((uint64_t)((int64_t)(int32_t)RN * (int32_t)RM) + ROUND) >> 32);
}
OP(smmla) {
    UNUSED;
    uint64_t product = (uint64_t)((int64_t)(int32_t)RN * (int32_t)RM);
    RD = (uint32_t)((((uint64_t)RA << 32) + product + ROUND) >> 32);
}
OP(smmls) {
    UNUSED;
    uint64_t product = (uint64_t)((int64_t)(int32_t)RN * (int32_t)RM);
    RD = (uint32_t)((((uint64_t)RA << 32) - product + ROUND) >> 32);
}
/* 64-bit: rd = RdLo, ra = RdHi */
static inline void set_long(dr_cpu *c, const dr_record *i, uint64_t v) {
    RD = (uint32_t)v;
    RA = (uint32_t)(v >> 32);
}
#define ACCUMULATOR ((uint64_t)RA << 32 | RD)
OP(smull) {
    UNUSED;
    set_long(c, i, (uint64_t)((int64_t)(int32_t)RN * (int32_t)RM));
}
OP(umull) {
    UNUSED;
    set_long(c, i, (uint64_t)RN * RM);
}
OP(smlal) {
    UNUSED;
    set_long(c, i, ACCUMULATOR + (uint64_t)((int64_t)(int32_t)RN * (int32_t)RM));
}
OP(umlal) {
    UNUSED;
    set_long(c, i, ACCUMULATOR + (uint64_t)RN * RM);
}
OP(umaal) {
    UNUSED;
    set_long(c, i, (uint64_t)RN * RM + RD + RA);
}
OP(smlalxy) {
    UNUSED;
    set_long(c, i, ACCUMULATOR + (uint64_t)(int64_t)(half(RN, OPTION(1)) * half(RM, OPTION(0))));
}
OP(smlald) {
    DUAL(+);
    set_long(c, i, ACCUMULATOR + (uint64_t)sum);
}
OP(smlsld) {
    DUAL(-);
    set_long(c, i, ACCUMULATOR + (uint64_t)sum);
}
OP(nop) { UNUSED; }
