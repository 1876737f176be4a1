/* Operands of the 32-bit instructions on registers: data processing, multiplication, branches, special registers. */
#include "decode32.h"

static uint32_t imm12_of(uint32_t insn) { return FIELD(26, 26) << 11 | FIELD(14, 12) << 8 | FIELD(7, 0); }

/* ThumbExpandImm (A5.3.2); `rotated`: the constant's top bit becomes the carry. */
static bool expand(uint32_t imm12, uint32_t *value, bool *rotated) {
    uint32_t low = imm12 & 0xFFu;
    *rotated = imm12 >> 10 != 0;
    if (!*rotated) {
        uint32_t form = imm12 >> 8;
        *value = form == 0 ? low : form == 1 ? low << 16 | low : form == 2 ? low << 24 | low << 8 : low * 0x01010101u;
        return form == 0 || low != 0; /* a repeated zero is UNPREDICTABLE */
    }
    uint32_t byte = 0x80u | (imm12 & 0x7Fu), amount = imm12 >> 7;
    *value = byte >> amount | byte << (32u - amount);
    return true;
}

static bool is_logical(uint32_t op) { return op <= DR_OP_mvn_shift_s; /* they come first in ops.h */ }

/* Rd = SP is allowed for ADD and SUB with Rn = SP only (and, without flags, for MOV). */
static bool to_stack_pointer(dr_insn *out) {
    switch (out->op) {
    case DR_OP_add_imm:
        out->op = DR_OP_sp_add_imm;
        return true;
    case DR_OP_add_imm_s:
        out->op = DR_OP_sp_add_imm_s;
        return true;
    case DR_OP_sub_imm:
        out->op = DR_OP_sp_sub_imm;
        return true;
    case DR_OP_sub_imm_s:
        out->op = DR_OP_sp_sub_imm_s;
        return true;
    case DR_OP_add_reg:
    case DR_OP_add_shift:
        out->op = DR_OP_sp_add_shift;
        return true;
    case DR_OP_add_reg_s:
    case DR_OP_add_shift_s:
        out->op = DR_OP_sp_add_shift_s;
        return true;
    case DR_OP_sub_reg:
    case DR_OP_sub_shift:
        out->op = DR_OP_sp_sub_shift;
        return true;
    case DR_OP_sub_reg_s:
    case DR_OP_sub_shift_s:
        out->op = DR_OP_sp_sub_shift_s;
        return true;
    default:
        return false;
    }
}

static bool is_add_or_sub(uint32_t op) {
    return (op >= DR_OP_add_imm && op <= DR_OP_add_shift_s) || (op >= DR_OP_sub_imm && op <= DR_OP_sub_shift_s);
}

/* Registers of a data-processing form with two operands. */
static bool data_registers(dr_insn *out) {
    if (out->rn == 13 && is_add_or_sub(out->op)) {
        return out->rd != 15 && (out->rd != 13 || to_stack_pointer(out));
    }
    return !bad(out->rd) && !bad(out->rn);
}

static bool modified_immediate(format32 format, uint32_t insn, dr_insn *out) {
    bool rotated, flags = FIELD(20, 20);
    uint32_t value;
    bool good = expand(imm12_of(insn), &value, &rotated);
    out->imm = value;
    out->rn = format == W_CONST_MOV ? 0 : (uint8_t)RN;
    out->rd = format == W_CONST_TEST ? 0 : (uint8_t)RD;
    out->writes_flags = flags;
    if (format == W_CONST_TEST) {
        out->rm = rotated;
        bool compare = out->op == DR_OP_cmp_imm || out->op == DR_OP_cmn_imm;
        return good && out->rn != 15 && (compare || out->rn != 13);
    }
    out->rm = is_logical(out->op) && rotated;
    out->op = (uint16_t)(out->op + flags);
    return good && (format == W_CONST_MOV ? !bad(out->rd) : data_registers(out));
}

/* imm = shift type | amount << 8 as execution wants it: LSR and ASR by 32 for 0, ROR by 0 is RRX. */
static uint32_t decode_shift(uint32_t type, uint32_t amount) {
    if (type == 3 && amount == 0) {
        return 4u;
    }
    return type | (type != 0 && amount == 0 ? 32u : amount) << 8;
}

/* MOV with a shift is the shift instruction. */
static bool move_shifted(uint32_t insn, bool flags, dr_insn *out) {
    static const uint16_t shifts[] = {DR_OP_lsl_imm, DR_OP_lsr_imm, DR_OP_asr_imm, DR_OP_ror_imm, DR_OP_rrx};
    uint32_t type = out->imm & 0xFFu, amount = out->imm >> 8;
    if (type == 0 && amount == 0) {
        out->op = (uint16_t)(DR_OP_mov_reg + flags);
        if (!flags && (out->rd == 13) != (out->rm == 13) && out->rd != 15 && out->rm != 15) {
            out->op = out->rd == 13 ? DR_OP_sp_mov_reg : DR_OP_mov_reg;
            return true;
        }
    } else {
        out->op = (uint16_t)(shifts[type] + flags);
        out->imm = amount;
    }
    (void)insn;
    return !bad(out->rd) && !bad(out->rm);
}

static bool shifted_register(format32 format, uint32_t insn, dr_insn *out) {
    bool flags = FIELD(20, 20);
    out->rn = format == W_REG_MOV ? 0 : (uint8_t)RN;
    out->rd = format == W_REG_TEST ? 0 : (uint8_t)RD;
    out->rm = (uint8_t)RM;
    out->imm = decode_shift(FIELD(5, 4), FIELD(14, 12) << 2 | FIELD(7, 6));
    out->writes_flags = flags;
    if (FIELD(15, 15)) {
        return false;
    }
    if (format == W_REG_MOV && out->op == DR_OP_mov_shift) {
        return move_shifted(insn, flags, out);
    }
    if (out->imm == 0) {
        out->op -= format == W_REG_TEST ? 1 : 2; /* the form without a shift */
    }
    if (format == W_REG_TEST) {
        bool compare = out->op == DR_OP_cmp_shift || out->op == DR_OP_cmn_shift || out->op == DR_OP_cmp_reg ||
                       out->op == DR_OP_cmn_reg;
        return out->rn != 15 && (compare || out->rn != 13) && !bad(out->rm);
    }
    uint32_t shift = out->imm;
    out->op = (uint16_t)(out->op + flags);
    if (bad(out->rm) || (format == W_REG_MOV ? bad(out->rd) : !data_registers(out))) {
        return false;
    }
    /* SP + shifted register to SP: LSL #0 to #3 only */
    return out->rd != 13 || ((shift & 0xFFu) == 0 && shift >> 8 <= 3);
}

/* ------------------------------------------------------------------ the rest */
static bool multiply(format32 format, uint32_t insn, dr_insn *out) {
    out->rn = (uint8_t)RN;
    out->rm = (uint8_t)RM;
    out->rd = (uint8_t)RD;
    out->imm = FIELD(5, 4) << 8;
    if (format == W_MUL4 || format == W_MUL4_OPTION) {
        out->imm |= RT;
        if (bad(RT)) {
            return false;
        }
    }
    if (format == W_LONG || format == W_LONG_OPTION) {
        out->rd = (uint8_t)RT;
        out->imm |= RD;
        if (bad(RT) || RT == RD) {
            return false;
        }
    }
    return !bad(out->rn) && !bad(out->rm) && !bad(RD);
}

static bool bit_field(format32 format, uint32_t insn, dr_insn *out) {
    uint32_t low = FIELD(14, 12) << 2 | FIELD(7, 6), last = FIELD(4, 0);
    uint32_t width = format == W_EXTRACT ? last + 1u : last - low + 1u;
    out->rd = (uint8_t)RD;
    out->rn = (uint8_t)RN;
    out->rm = (uint8_t)low;
    if (bad(RD) || RN == 13 || (RN == 15 && out->op != DR_OP_bfc) || FIELD(26, 26) || FIELD(5, 5)) {
        return false;
    }
    if (format == W_EXTRACT ? low + width > 32 : last < low) {
        return false;
    }
    if (out->op == DR_OP_bfc) {
        out->rn = 0;
    }
    out->imm = out->op == DR_OP_sbfx ? (32u - low - width) | (32u - width) << 8 : (uint32_t)((1ull << width) - 1u);
    return true;
}

static bool saturation(format32 format, uint32_t insn, dr_insn *out) {
    bool is_signed = out->op == DR_OP_ssat || out->op == DR_OP_ssat16;
    out->rd = (uint8_t)RD;
    out->rm = (uint8_t)RN;
    if (format == W_SATURATE16) {
        out->rn = (uint8_t)(FIELD(3, 0) + is_signed);
        return !bad(RD) && !bad(RN);
    }
    uint32_t amount = FIELD(14, 12) << 2 | FIELD(7, 6);
    out->rn = (uint8_t)(FIELD(4, 0) + is_signed);
    out->imm = FIELD(21, 21) ? 2u | amount << 8 : amount << 8; /* ASR #0 is SSAT16's place */
    return !bad(RD) && !bad(RN) && !(FIELD(21, 21) && amount == 0) && !FIELD(26, 26);
}

static bool far_branch(const dr_decode_context *x, format32 format, uint32_t insn, dr_insn *out) {
    uint32_t s = FIELD(26, 26), j1 = FIELD(13, 13), j2 = FIELD(11, 11);
    out->leaves = true;
    if (format == W_COND) {
        uint32_t cond = FIELD(25, 22);
        uint32_t offset = s << 20 | j2 << 19 | j1 << 18 | FIELD(21, 16) << 12 | FIELD(10, 0) << 1;
        out->op = (uint16_t)(DR_OP_b_eq + cond);
        out->imm = x->address + 4u + sign_extend(offset, 21);
        out->not_in_it = true;
        return cond < 14;
    }
    uint32_t offset =
        s << 24 | (~(j1 ^ s) & 1u) << 23 | (~(j2 ^ s) & 1u) << 22 | FIELD(25, 16) << 12 | FIELD(10, 0) << 1;
    out->imm = x->address + 4u + sign_extend(offset, 25);
    return true;
}

/* Special registers that MRS and MSR know (B5.1.1): 0-3, 5-9, 16 and, from Armv7-M on, 17-19; 20. */
static bool special_register(const dr_decode_context *x, uint32_t number) {
    bool v7 = x->arch == DR_ARCH_V7;
    return number <= 3 || (number >= 5 && number <= 9) || number == 16 || number == 20 ||
           (v7 && number >= 17 && number <= 19);
}

static bool move_special(const dr_decode_context *x, format32 format, uint32_t insn, dr_insn *out) {
    out->imm = insn & 0xFFu;
    if (format == W_MRS) {
        out->rd = (uint8_t)RD;
        return !bad(RD) && special_register(x, out->imm);
    }
    uint32_t mask = FIELD(11, 10);
    out->rn = (uint8_t)RN;
    out->imm |= mask << 8;
    out->writes_flags = true;
    if (bad(RN) || !special_register(x, out->imm & 0xFFu) || mask == 0) {
        return false;
    }
    return mask == 2 || (out->imm & 0xFFu) <= 3; /* GE bits: APSR and its combinations only */
}

static bool registers3(format32 format, uint32_t insn, dr_insn *out) {
    out->rd = (uint8_t)RD;
    out->rn = (uint8_t)RN;
    out->rm = (uint8_t)RM;
    if (format == W_REVERSE && RN != RM) {
        return false;
    }
    if (format == W_EXTEND || format == W_EXTEND_ADD) {
        out->imm = FIELD(5, 4) * 8u;
    }
    if (format == W_SHIFT_REG) {
        out->op = (uint16_t)(out->op + FIELD(20, 20));
        out->writes_flags = FIELD(20, 20);
    }
    bool no_rn = format == W_EXTEND;
    out->rn = no_rn ? 0 : out->rn;
    return !bad(RD) && !bad(RM) && (no_rn || !bad(RN));
}

static bool plain_immediate(const dr_decode_context *x, format32 format, uint32_t insn, dr_insn *out) {
    uint32_t pc = (x->address + 4u) & ~3u, imm12 = imm12_of(insn), imm16 = RN << 12 | imm12;
    out->rd = (uint8_t)RD;
    switch (format) {
    case W_ADR_ADD:
        out->imm = pc + imm12;
        return !bad(RD);
    case W_ADR_SUB:
        out->imm = pc - imm12;
        return !bad(RD);
    case W_MOVW:
        out->imm = imm16;
        return !bad(RD);
    case W_MOVT:
        out->imm = imm16 << 16;
        return !bad(RD);
    default:
        out->rn = (uint8_t)RN;
        out->imm = imm12;
        return data_registers(out);
    }
}

bool dr_data_operands(const dr_decode_context *x, format32 format, uint32_t insn, dr_insn *out) {
    switch (format) {
    case W_CONST:
    case W_CONST_MOV:
    case W_CONST_TEST:
        return modified_immediate(format, insn, out);
    case W_REG:
    case W_REG_MOV:
    case W_REG_TEST:
        return shifted_register(format, insn, out);
    case W_PLAIN12:
    case W_ADR_ADD:
    case W_ADR_SUB:
    case W_MOVW:
    case W_MOVT:
        return plain_immediate(x, format, insn, out);
    case W_SATURATE:
    case W_SATURATE16:
        return saturation(format, insn, out);
    case W_EXTRACT:
    case W_INSERT:
        return bit_field(format, insn, out);
    case W_SHIFT_REG:
    case W_EXTEND:
    case W_EXTEND_ADD:
    case W_RD_RN_RM:
    case W_REVERSE:
        return registers3(format, insn, out);
    case W_PKH:
        out->rd = (uint8_t)RD, out->rn = (uint8_t)RN, out->rm = (uint8_t)RM;
        out->imm = decode_shift(FIELD(5, 5) ? 2u : 0u, FIELD(14, 12) << 2 | FIELD(7, 6));
        return !bad(RD) && !bad(RN) && !bad(RM);
    case W_MUL3:
    case W_MUL3_OPTION:
    case W_MUL4:
    case W_MUL4_OPTION:
    case W_LONG:
    case W_LONG_OPTION:
    case W_DIVIDE:
        return multiply(format, insn, out);
    case W_COND:
    case W_B:
    case W_BL:
        return far_branch(x, format, insn, out);
    case W_MRS:
    case W_MSR:
        return move_special(x, format, insn, out);
    case W_NONE:
        return true;
    default:
        return false;
    }
}
