/* Operands of the 32-bit loads and stores, and the coprocessor space with the FPU in it. */
#include "decode32.h"
#include "fpu.h"

static bool is_store(uint32_t op) { return op >= DR_OP_str_imm && op <= DR_OP_strh_user; }

/* Rt of a load or store: SP and PC for words loaded only, SP also for words stored. */
static bool transfer_register(const dr_decode_context *x, dr_insn *out, uint32_t special, bool word) {
    (void)x;
    if (is_store(out->op)) {
        return out->rd != 15 && (word || out->rd != 13);
    }
    if (!bad(out->rd)) {
        return true;
    }
    out->rm = (uint8_t)special;
    out->op = DR_OP_ldr_special;
    out->leaves = out->rd == 15;
    return word;
}

enum { SPECIAL_IMM, SPECIAL_LIT, SPECIAL_PRE, SPECIAL_POST, SPECIAL_INDEX = 0x80 }; /* as in execute_memory.h */

static bool indexed_imm8(const dr_decode_context *x, uint32_t insn, dr_insn *out) {
    bool word = FIELD(22, 21) == 2, pre = FIELD(10, 10), up = FIELD(9, 9), write_back = FIELD(8, 8);
    uint32_t special = !write_back ? SPECIAL_IMM : pre ? SPECIAL_PRE : SPECIAL_POST, store = is_store(out->op);
    out->rn = (uint8_t)RN;
    out->rd = (uint8_t)RT;
    out->imm = up ? FIELD(7, 0) : -FIELD(7, 0);
    if (out->rn == 15 || (!pre && !write_back)) {
        return false; /* stores to the literal form and P = W = 0 are UNDEFINED */
    }
    if (write_back && out->rn == out->rd) {
        return false;
    }
    if (pre && up && !write_back) { /* LDRT and its kind */
        out->op = (uint16_t)(out->op + (store ? 5 : 6));
        return !bad(out->rd);
    }
    if (write_back) {
        out->op = (uint16_t)(out->op + (store ? 3 : 4) + !pre);
    }
    return transfer_register(x, out, special, word);
}

static bool load_or_store(const dr_decode_context *x, format32 format, uint32_t insn, dr_insn *out) {
    bool word = FIELD(22, 21) == 2;
    out->rn = (uint8_t)RN;
    out->rd = (uint8_t)RT;
    switch (format) {
    case W_IMM12:
        out->imm = FIELD(11, 0);
        return out->rn != 15 && transfer_register(x, out, SPECIAL_IMM, word);
    case W_INDEX:
        out->rm = (uint8_t)RM;
        out->imm = FIELD(5, 4);
        return out->rn != 15 && !bad(out->rm) && transfer_register(x, out, SPECIAL_INDEX | out->rm, word);
    case W_LITERAL:
        out->imm = ((x->address + 4u) & ~3u) + (FIELD(23, 23) ? FIELD(11, 0) : -FIELD(11, 0));
        return transfer_register(x, out, SPECIAL_LIT, word);
    default:
        return indexed_imm8(x, insn, out);
    }
}

static bool load_store_multiple(uint32_t insn, dr_insn *out) {
    uint32_t list = FIELD(15, 0), write_back = FIELD(21, 21), down = FIELD(24, 24), load = FIELD(20, 20);
    out->rn = (uint8_t)RN;
    out->rd = (uint8_t)__builtin_popcount(list);
    out->imm = list | (down ? 1u << 16 : 0) | (write_back ? 1u << 17 : 0);
    out->leaves = load && list >> 15;
    if (out->rn == 15 || out->rd < 2 || (write_back && (list >> out->rn & 1u)) || (list >> 14) == 3u) {
        return false;
    }
    if (out->rn == 13 && write_back) {
        if (!load && down) {
            out->op = DR_OP_push;
        } else if (load && !down) {
            out->op = list >> 15 ? DR_OP_pop_pc : DR_OP_pop;
        }
    }
    return true;
}

static bool load_store_double(const dr_decode_context *x, uint32_t insn, dr_insn *out) {
    bool pre = FIELD(24, 24), up = FIELD(23, 23), write_back = FIELD(21, 21), load = FIELD(20, 20);
    uint32_t offset = FIELD(7, 0) << 2;
    out->rn = (uint8_t)RN;
    out->rd = (uint8_t)RT;
    out->rm = (uint8_t)RD;
    out->imm = (up ? offset : -offset) | (pre ? 0 : 1u) | (write_back ? 2u : 0);
    if (bad(out->rd) || bad(out->rm) || (load && out->rd == out->rm)) {
        return false;
    }
    if (out->rn == 15) {
        out->imm = ((x->address + 4u) & ~3u) + (out->imm & ~3u);
        return load && !write_back;
    }
    return !write_back || (out->rn != out->rd && out->rn != out->rm);
}

static bool exclusive(format32 format, uint32_t insn, dr_insn *out) {
    out->rn = (uint8_t)RN;
    out->rd = (uint8_t)RT;
    uint32_t width = format == W_STREX || format == W_LDREX ? 2u : FIELD(4, 4);
    out->imm = width << 16 | (width == 2 ? FIELD(7, 0) << 2 : 0);
    out->rm = (uint8_t)(format == W_STREX ? RD : RM);
    if (bad(out->rd) || out->rn == 15) {
        return false;
    }
    bool store = format == W_STREX || format == W_STREX_SIZED;
    return !store || (!bad(out->rm) && out->rm != out->rn && out->rm != out->rd);
}

/* ------------------------------------------------------------------ floating point transfers */
static uint32_t single_of(uint32_t insn) {
    return FIELD(8, 8) ? (FIELD(15, 12) | FIELD(22, 22) << 4) * 2u : FIELD(15, 12) << 1 | FIELD(22, 22);
}

static bool vector_single(const dr_decode_context *x, uint32_t insn, dr_insn *out) {
    uint32_t offset = FIELD(7, 0) << 2, words = FIELD(8, 8) + 1u, first = single_of(insn);
    out->rn = (uint8_t)RN;
    out->rd = (uint8_t)first;
    out->rm = (uint8_t)words;
    out->imm = FIELD(23, 23) ? offset : -offset;
    if (out->rn == 15) {
        if (!FIELD(20, 20)) {
            return false; /* VSTR to a literal is UNPREDICTABLE */
        }
        out->imm += (x->address + 4u) & ~3u;
    }
    return x->fpu && first + words <= 32;
}

static bool vector_multiple(const dr_decode_context *x, uint32_t insn, dr_insn *out) {
    uint32_t words = FIELD(7, 0), doubles = FIELD(8, 8), first = single_of(insn), write_back = FIELD(21, 21);
    out->rn = (uint8_t)RN;
    out->rd = (uint8_t)first;
    out->rm = (uint8_t)(doubles ? words & ~1u : words); /* an odd count is FLDMX: the last word is skipped */
    out->imm = words | (FIELD(24, 24) ? 1u << 16 : 0) | (write_back ? 1u << 17 : 0);
    return x->fpu && out->rn != 15 && out->rm != 0 && first + out->rm <= 32 && !(doubles && words > 33);
}

/* Coprocessors 10 and 11 are the FPU; the others, and those two without one, refuse with NOCP. */
static bool coprocessor(const dr_decode_context *x, uint32_t insn, dr_insn *out) {
    uint32_t number = FIELD(11, 8);
    bool known = (insn & 0xEF000000u) != 0xEF000000u && (insn & 0xEFE00000u) != 0xEC000000u;
    if (!known) {
        return false;
    }
    if ((number == 10 || number == 11) && x->fpu) {
        dr_fpu_op op;
        out->op = DR_OP_fp;
        out->imm = insn;
        out->writes_flags = true;
        return dr_fpu_decode(insn, x->fpu == 2, &op);
    }
    return true;
}

bool dr_transfer_operands(const dr_decode_context *x, format32 format, uint32_t insn, dr_insn *out) {
    switch (format) {
    case W_MULTIPLE:
        return load_store_multiple(insn, out);
    case W_DOUBLE:
        return load_store_double(x, insn, out);
    case W_STREX:
    case W_LDREX:
    case W_STREX_SIZED:
    case W_LDREX_SIZED:
        return exclusive(format, insn, out);
    case W_TABLE:
        out->rn = (uint8_t)RN, out->rm = (uint8_t)RM, out->imm = FIELD(4, 4), out->leaves = true;
        return RN != 13 && !bad(RM);
    case W_IMM12:
    case W_IMM8:
    case W_INDEX:
    case W_LITERAL:
        return load_or_store(x, format, insn, out);
    case W_HINT_ADDRESS:
        return !(FIELD(23, 23) == 0 && RN != 15 && FIELD(11, 11) == 0 && bad(RM));
    case W_VLDR:
        return vector_single(x, insn, out);
    case W_VLDM:
        return vector_multiple(x, insn, out);
    case W_COPROCESSOR:
        return coprocessor(x, insn, out);
    default:
        return false;
    }
}
