/* Decoder of the floating-point instructions without memory operand (DDI 0403E, A6.4 "Floating-point data-processing
 * instructions" and A6.6, A6.7 "transfer between Arm core and extension registers"). */
#include "fpu.h"
#include "softfloat.h"

static uint32_t bits(uint32_t insn, uint32_t high, uint32_t low) { return insn >> low & ((2u << (high - low)) - 1); }
static uint32_t bit(uint32_t insn, uint32_t n) { return insn >> n & 1; }

/* A register is four bits and one more, which comes last for a single and must be 0 for a double (D0 to D15 only). */
static bool take_register(uint32_t field, uint32_t extra, bool wide, uint8_t *out) {
    *out = (uint8_t)(field * 2 + extra);
    return !wide || extra == 0;
}

static bool take_d(uint32_t insn, bool wide, uint8_t *out) {
    return take_register(bits(insn, 15, 12), bit(insn, 22), wide, out);
}
static bool take_n(uint32_t insn, bool wide, uint8_t *out) {
    return take_register(bits(insn, 19, 16), bit(insn, 7), wide, out);
}
static bool take_m(uint32_t insn, bool wide, uint8_t *out) {
    return take_register(bits(insn, 3, 0), bit(insn, 5), wide, out);
}

static bool take_dnm(uint32_t insn, dr_fpu_op *out) {
    return take_d(insn, out->wide, &out->d) && take_n(insn, out->wide, &out->n) && take_m(insn, out->wide, &out->m);
}

static void set(dr_fpu_op *out, dr_fpu_operation op, uint32_t arg, dr_cost cost) {
    out->op = (uint8_t)op;
    out->arg = (uint8_t)arg;
    out->cost = (uint8_t)cost;
}

static dr_cost by_width(const dr_fpu_op *out, dr_cost single_cost, dr_cost double_cost) {
    return out->wide ? double_cost : single_cost;
}

/* VFPExpandImm: sign, one exponent bit spread out, six more bits; the rest is 0. */
static uint32_t expand_immediate(uint32_t imm8, bool wide) {
    uint32_t sign = imm8 >> 7, spread = imm8 >> 6 & 1, rest = imm8 & 0x3F;
    if (wide) {
        return sign << 31 | (spread ^ 1) << 30 | (spread ? 0xFFu << 22 : 0) | rest << 16;
    }
    return sign << 31 | (spread ^ 1) << 30 | (spread ? 0x1Fu << 25 : 0) | rest << 19;
}

static bool decode_move_immediate(uint32_t insn, dr_fpu_op *out) {
    set(out, DR_FPU_MOVE_IMMEDIATE, 0, DR_COST_fp_move);
    out->imm = expand_immediate(bits(insn, 19, 16) << 4 | bits(insn, 3, 0), out->wide);
    return (insn & 0xA0) == 0 && take_d(insn, out->wide, &out->d);
}

static bool decode_fixed(uint32_t insn, dr_fpu_op *out) {
    bool to_fixed = bit(insn, 18), words = bit(insn, 7);
    uint32_t size = words ? 32 : 16, whole = bits(insn, 3, 0) << 1 | bit(insn, 5);
    set(out, to_fixed ? DR_FPU_TO_FIXED : DR_FPU_FROM_FIXED, bit(insn, 16) | (uint32_t)words << 1, DR_COST_fp_convert);
    out->imm = size - whole;
    return whole <= size && take_d(insn, out->wide, &out->d);
}

static bool decode_compare(uint32_t insn, dr_fpu_op *out) {
    bool with_zero = bit(insn, 16);
    set(out, DR_FPU_COMPARE, bit(insn, 7) | (uint32_t)with_zero << 1,
        by_width(out, DR_COST_fp_add, DR_COST_fp_add_double));
    if (with_zero && (insn & 0x2F) != 0) {
        return false;
    }
    return take_d(insn, out->wide, &out->d) && take_m(insn, out->wide, &out->m);
}

static bool decode_half(uint32_t insn, dr_fpu_op *out) {
    bool to_half = bit(insn, 16);
    set(out, to_half ? DR_FPU_TO_HALF : DR_FPU_FROM_HALF, bit(insn, 7), DR_COST_fp_convert);
    return take_d(insn, out->wide && !to_half, &out->d) && take_m(insn, out->wide && to_half, &out->m);
}

static bool decode_from_integer(uint32_t insn, dr_fpu_op *out) {
    set(out, DR_FPU_FROM_INTEGER, bit(insn, 7), DR_COST_fp_convert);
    return take_d(insn, out->wide, &out->d) && take_m(insn, false, &out->m);
}

static bool decode_to_integer(uint32_t insn, uint32_t rounding, bool is_signed, dr_fpu_op *out) {
    set(out, DR_FPU_TO_INTEGER, rounding, DR_COST_fp_convert);
    out->imm = is_signed;
    return take_d(insn, false, &out->d) && take_m(insn, out->wide, &out->m);
}

/* The bit that tells double from single names the source here. */
static bool decode_change_precision(uint32_t insn, bool double_precision, dr_fpu_op *out) {
    bool narrow = out->wide;
    set(out, narrow ? DR_FPU_DOUBLE_TO_SINGLE : DR_FPU_SINGLE_TO_DOUBLE, 0, DR_COST_fp_convert);
    return double_precision && take_d(insn, !narrow, &out->d) && take_m(insn, narrow, &out->m);
}

static bool decode_move(uint32_t insn, dr_fpu_operation op, dr_cost cost, dr_fpu_op *out) {
    set(out, op, 0, cost);
    return take_d(insn, out->wide, &out->d) && take_m(insn, out->wide, &out->m);
}

static bool decode_round(uint32_t insn, uint32_t arg, dr_fpu_op *out) {
    set(out, DR_FPU_ROUND, arg, DR_COST_fp_convert);
    return take_d(insn, out->wide, &out->d) && take_m(insn, out->wide, &out->m);
}

/* Everything with one operand: opc1 = 1x11, told apart by opc2 (bits 19:16) and bit 7. */
static bool decode_unary(uint32_t insn, bool double_precision, dr_fpu_op *out) {
    bool op = bit(insn, 7);
    switch (bits(insn, 19, 16)) {
    case 0:
        return decode_move(insn, op ? DR_FPU_ABS : DR_FPU_MOVE, DR_COST_fp_move, out);
    case 1:
        return op ? decode_move(insn, DR_FPU_SQRT, by_width(out, DR_COST_fp_sqrt, DR_COST_fp_sqrt_double), out)
                  : decode_move(insn, DR_FPU_NEG, DR_COST_fp_move, out);
    case 2:
    case 3:
        return decode_half(insn, out);
    case 4:
    case 5:
        return decode_compare(insn, out);
    case 6:
        return decode_round(insn, op ? DR_ROUND_ZERO : DR_FPU_ROUND_FPSCR, out);
    case 7:
        return op ? decode_change_precision(insn, double_precision, out)
                  : decode_round(insn, DR_FPU_ROUND_FPSCR | DR_FPU_EXACT, out);
    case 8:
        return decode_from_integer(insn, out);
    case 12:
    case 13:
        return decode_to_integer(insn, op ? DR_ROUND_ZERO : DR_FPU_ROUND_FPSCR, bit(insn, 16), out);
    case 10:
    case 11:
    case 14:
    case 15:
        return decode_fixed(insn, out);
    default:
        return false;
    }
}

static bool decode_data_processing(uint32_t insn, bool double_precision, dr_fpu_op *out) {
    uint32_t op = bit(insn, 6);
    dr_cost add = by_width(out, DR_COST_fp_add, DR_COST_fp_add_double);
    dr_cost multiply = by_width(out, DR_COST_fp_mul, DR_COST_fp_mul_double);
    dr_cost accumulate = by_width(out, DR_COST_fp_mac, DR_COST_fp_mac_double);
    switch (bit(insn, 23) << 2 | bits(insn, 21, 20)) {
    case 0: /* VMLA, VMLS */
        set(out, DR_FPU_MLA, op, accumulate);
        break;
    case 1: /* VNMLS, VNMLA */
        set(out, DR_FPU_MLA, 2 | op, accumulate);
        break;
    case 2:
        set(out, op ? DR_FPU_NMUL : DR_FPU_MUL, 0, multiply);
        break;
    case 3:
        set(out, op ? DR_FPU_SUB : DR_FPU_ADD, 0, add);
        break;
    case 4:
        set(out, DR_FPU_DIV, 0, by_width(out, DR_COST_fp_div, DR_COST_fp_div_double));
        return op == 0 && take_dnm(insn, out);
    case 5: /* VFNMS, VFNMA */
        set(out, DR_FPU_FMA, 2 | op, accumulate);
        break;
    case 6: /* VFMA, VFMS */
        set(out, DR_FPU_FMA, op, accumulate);
        break;
    default:
        return op ? decode_unary(insn, double_precision, out) : decode_move_immediate(insn, out);
    }
    return take_dnm(insn, out);
}

/* First halfword 0xFE..: VSEL, VMAXNM, VMINNM, VRINTA/N/P/M, VCVTA/N/P/M. */
static bool decode_fpv5(uint32_t insn, dr_fpu_op *out) {
    static const uint8_t modes[4] = {DR_ROUND_AWAY, DR_ROUND_NEAREST, DR_ROUND_UP, DR_ROUND_DOWN};
    uint32_t op = bit(insn, 6);
    if (bit(insn, 23) == 0) {
        set(out, DR_FPU_SELECT, bits(insn, 21, 20), DR_COST_fp_move);
        return op == 0 && take_dnm(insn, out);
    }
    if (bits(insn, 21, 20) == 0) {
        set(out, DR_FPU_MAX_NUMBER, op, by_width(out, DR_COST_fp_add, DR_COST_fp_add_double));
        return take_dnm(insn, out);
    }
    if (bits(insn, 21, 19) != 7 || op == 0) {
        return false;
    }
    uint32_t mode = modes[bits(insn, 17, 16)];
    if (bit(insn, 18)) {
        return decode_to_integer(insn, mode, bit(insn, 7), out);
    }
    return bit(insn, 7) == 0 && decode_round(insn, mode, out);
}

static bool core_register_usable(uint32_t r) { return r != 13 && r != 15; }

/* VMRS and VMSR reach FPSCR only; R15 as target of VMRS means APSR.NZCV. */
static bool decode_status(uint32_t insn, uint32_t rt, dr_fpu_op *out) {
    bool read = bit(insn, 20);
    set(out, read ? DR_FPU_READ_STATUS : DR_FPU_WRITE_STATUS, 0, DR_COST_fp_move);
    out->d = out->n = (uint8_t)rt;
    return bits(insn, 19, 16) == 1 && (insn & 0xEF) == 0 && (read ? rt != 13 : core_register_usable(rt));
}

static bool decode_transfer(uint32_t insn, dr_fpu_op *out) {
    uint32_t rt = bits(insn, 15, 12);
    bool to_core = bit(insn, 20), scalar = bit(insn, 8);
    uint8_t fp;
    if (!scalar && bits(insn, 23, 21) == 7) {
        return decode_status(insn, rt, out);
    }
    if ((insn & 0x6F) != 0 || bits(insn, 23, 22) != 0 || !core_register_usable(rt)) {
        return false;
    }
    if (scalar) { /* bit 21: which word of the double */
        if (!take_n(insn, true, &fp)) {
            return false;
        }
        fp = (uint8_t)(fp + bit(insn, 21));
    } else {
        if (bit(insn, 21)) {
            return false;
        }
        take_n(insn, false, &fp);
    }
    set(out, to_core ? DR_FPU_SINGLE_TO_CORE : DR_FPU_CORE_TO_SINGLE, 0, DR_COST_fp_move);
    out->d = to_core ? (uint8_t)rt : fp;
    out->n = to_core ? fp : (uint8_t)rt;
    return true;
}

static bool decode_transfer_pair(uint32_t insn, dr_fpu_op *out) {
    uint32_t rt = bits(insn, 15, 12), rt2 = bits(insn, 19, 16);
    bool to_core = bit(insn, 20), wide = bit(insn, 8);
    uint8_t fp;
    if (!take_m(insn, wide, &fp) || fp == 31 || !core_register_usable(rt) || !core_register_usable(rt2) ||
        (to_core && rt == rt2)) {
        return false;
    }
    set(out, to_core ? DR_FPU_PAIR_TO_CORE : DR_FPU_CORE_TO_PAIR, 0, DR_COST_fp_move);
    out->d = to_core ? (uint8_t)rt : fp;
    out->n = to_core ? (uint8_t)rt2 : (uint8_t)rt;
    out->m = to_core ? fp : (uint8_t)rt2;
    return true;
}

static bool decode(uint32_t insn, bool double_precision, dr_fpu_op *out) {
    if ((insn & 0xFFE00ED0) == 0xEC400A10) {
        return decode_transfer_pair(insn, out);
    }
    if (bits(insn, 11, 9) != 5) {
        return false;
    }
    if (insn >> 24 == 0xEE && bit(insn, 4)) {
        return decode_transfer(insn, out);
    }
    if (bit(insn, 4) || (out->wide && !double_precision)) {
        return false;
    }
    if (insn >> 24 == 0xEE) {
        return decode_data_processing(insn, double_precision, out);
    }
    return insn >> 24 == 0xFE && decode_fpv5(insn, out);
}

static dr_fpu_shortcut shortcut_double(const dr_fpu_op *op) {
    switch (op->op) {
    case DR_FPU_ADD:
        return DR_FAST_ADD_DOUBLE;
    case DR_FPU_SUB:
        return DR_FAST_SUB_DOUBLE;
    case DR_FPU_MUL:
        return DR_FAST_MUL_DOUBLE;
    case DR_FPU_DIV:
        return DR_FAST_DIV_DOUBLE;
    default:
        return DR_FAST_NONE;
    }
}

static dr_fpu_shortcut shortcut_single(const dr_fpu_op *op) {
    static const uint8_t direct[DR_FPU_OPERATION_COUNT] = {
        [DR_FPU_ADD] = DR_FAST_ADD,
        [DR_FPU_SUB] = DR_FAST_SUB,
        [DR_FPU_MUL] = DR_FAST_MUL,
        [DR_FPU_DIV] = DR_FAST_DIV,
        [DR_FPU_MLA] = DR_FAST_MLA,
        [DR_FPU_FMA] = DR_FAST_FMA,
        [DR_FPU_SQRT] = DR_FAST_SQRT,
        [DR_FPU_MOVE] = DR_FAST_MOVE,
        [DR_FPU_COMPARE] = DR_FAST_COMPARE,
        [DR_FPU_FROM_INTEGER] = DR_FAST_FROM_INTEGER,
        [DR_FPU_TO_INTEGER] = DR_FAST_TO_INTEGER,
    };
    bool is_signed = op->op == DR_FPU_TO_INTEGER ? op->imm && op->arg == DR_ROUND_ZERO : op->arg;
    if ((op->op == DR_FPU_FROM_INTEGER || op->op == DR_FPU_TO_INTEGER) && !is_signed) {
        return DR_FAST_NONE;
    }
    return (dr_fpu_shortcut)direct[op->op];
}

bool dr_fpu_decode(uint32_t insn, bool double_precision, dr_fpu_op *out) {
    *out = (dr_fpu_op){.wide = (uint8_t)bit(insn, 8)};
    if (!decode(insn, double_precision, out)) {
        return false;
    }
    if (out->op == DR_FPU_SINGLE_TO_CORE || out->op == DR_FPU_CORE_TO_SINGLE) { /* also halves of doubles */
        out->fast = out->op == DR_FPU_SINGLE_TO_CORE ? DR_FAST_SINGLE_TO_CORE : DR_FAST_CORE_TO_SINGLE;
    } else {
        out->fast = (uint8_t)(out->wide ? shortcut_double(out) : shortcut_single(out));
    }
    return true;
}
