/* From decoded instructions to what the dual-issue pipeline has to know of them: issue slot, operands by the stage that
 * needs them, results by the stage that has them. The numbers behind the classes are the host's (dr_set_timing). */
#include "fpu.h"
#include "timing.h"

#define BIT(r) (1u << (r))
#define FLAGS BIT(16)

/* Places of the names in DR_DATA_OPS. */
enum { DATA_MOV = 5, DATA_MVN = 6, DATA_ADD = 7, DATA_ADC = 8, DATA_SUB = 9, DATA_SBC = 10, DATA_RSB = 11 };

static void read(dr_timed *out, uint32_t use, uint32_t r) { out->reads[use] |= BIT(r); }
static bool within(uint32_t op, uint32_t first, uint32_t last) { return op >= first && op <= last; }

/* A modified immediate that is a byte rotated into place (DDI 0403E A5.3.2) goes through the shifter. */
static bool rotated_constant(const dr_insn *in, uint32_t raw) {
    return in->size == 4 && (raw & 0xFA008000u) == 0xF0000000u && ((raw >> 26 & 1u) || (raw >> 14 & 1u));
}

static void data_operation(const dr_insn *in, uint32_t raw, dr_timed *out) {
    uint32_t name = (in->op - DR_OP_and_imm) / 6u, form = (in->op - DR_OP_and_imm) % 6u;
    bool early = name == DATA_MOV || name == DATA_ADD || name == DATA_SUB || name == DATA_RSB;
    out->writes = BIT(in->rd) | (form & 1u ? FLAGS : 0);
    out->slot = DR_SLOT_ALU;
    out->result = early ? DR_RESULT_EARLY : DR_RESULT_ALU;
    out->early_if_older = early;
    if (name != DATA_MOV && name != DATA_MVN) {
        read(out, DR_USE_ALU, in->rn);
    }
    if (name == DATA_ADC || name == DATA_SBC) {
        out->reads[DR_USE_ALU] |= FLAGS;
    }
    if (form >= 4) {
        read(out, DR_USE_SHIFT, in->rm);
        out->slot = DR_SLOT_SHIFTED;
        out->result = DR_RESULT_ALU;
    } else if (form >= 2) {
        read(out, DR_USE_ALU, in->rm);
    } else if (rotated_constant(in, raw)) {
        out->slot = DR_SLOT_SHIFTED;
    }
}

static void comparison(const dr_insn *in, uint32_t raw, dr_timed *out) {
    uint32_t form = (in->op - DR_OP_tst_imm) % 3u;
    out->writes = FLAGS;
    out->slot = form == 2 || (form == 0 && rotated_constant(in, raw)) ? DR_SLOT_SHIFTED : DR_SLOT_ALU;
    out->result = in->op >= DR_OP_cmp_imm && form != 2 ? DR_RESULT_EARLY : DR_RESULT_ALU;
    read(out, DR_USE_ALU, in->rn);
    if (form) {
        read(out, form == 2 ? DR_USE_SHIFT : DR_USE_ALU, in->rm);
    }
}

static void shift(const dr_insn *in, dr_timed *out) {
    uint32_t form = in->op >= DR_OP_rrx ? (uint32_t)in->op - DR_OP_rrx : (in->op - DR_OP_lsl_imm) % 4u;
    out->slot = DR_SLOT_ALU;
    out->result = DR_RESULT_EARLY;
    out->writes = BIT(in->rd) | (form & 1u ? FLAGS : 0);
    read(out, DR_USE_ALU, in->rm);
    if (form >= 2) {
        read(out, DR_USE_ALU, in->rn);
    }
    if (in->op >= DR_OP_rrx) {
        out->reads[DR_USE_ALU] |= FLAGS;
    }
}

static void stack_pointer(const dr_insn *in, dr_timed *out) {
    bool immediate = within(in->op, DR_OP_sp_add_imm, DR_OP_sp_sub_imm_s);
    bool shifted = in->op >= DR_OP_sp_add_shift && (in->imm >> 8) != 0;
    out->slot = shifted ? DR_SLOT_SHIFTED : DR_SLOT_ALU;
    out->result = shifted ? DR_RESULT_ALU : DR_RESULT_EARLY;
    out->early_if_older = true;
    out->writes = BIT(13);
    if (in->op != DR_OP_sp_mov_reg) {
        read(out, DR_USE_ALU, in->rn);
    }
    if (!immediate) {
        read(out, shifted ? DR_USE_SHIFT : DR_USE_ALU, in->rm);
    }
}

/* Extension, reversal, bit fields, saturation, parallel arithmetic. */
static void dsp_operation(const dr_insn *in, dr_timed *out) {
    uint32_t op = in->op;
    out->slot = DR_SLOT_DSP;
    out->result = within(op, DR_OP_ssat, DR_OP_qdsub) ? DR_RESULT_SATURATE : DR_RESULT_DSP;
    out->writes = BIT(in->rd);
    if (within(op, DR_OP_bfi, DR_OP_ubfx)) {
        if (op != DR_OP_bfc) {
            read(out, DR_USE_SHIFT, in->rn);
        }
        if (op == DR_OP_bfi || op == DR_OP_bfc) {
            read(out, DR_USE_ALU, in->rd);
        }
        return;
    }
    bool shifted = within(op, DR_OP_rev, DR_OP_rbit) || op == DR_OP_pkh || op == DR_OP_ssat || op == DR_OP_usat;
    read(out, shifted ? DR_USE_SHIFT : DR_USE_ALU, in->rm);
    if (within(op, DR_OP_sxtab, DR_OP_uxtab16)) {
        read(out, DR_USE_SHIFT, in->rn);
    } else if (op == DR_OP_pkh || op >= DR_OP_qadd) {
        read(out, DR_USE_ALU, in->rn);
    }
}

static void multiplication(const dr_insn *in, dr_timed *out) {
    uint32_t op = in->op, ra = in->imm & 15u;
    bool is_long = op >= DR_OP_smull;
    bool accumulates = op == DR_OP_mla || op == DR_OP_mls || op == DR_OP_smlaxy || op == DR_OP_smlaw ||
                       op == DR_OP_smlad || op == DR_OP_smlsd || op == DR_OP_smmla || op == DR_OP_smmls ||
                       op == DR_OP_usada8;
    out->slot = DR_SLOT_MULTIPLY;
    out->result = DR_RESULT_MULTIPLY;
    out->writes = BIT(in->rd) | (op == DR_OP_mul_s ? FLAGS : 0) | (is_long ? BIT(ra) : 0);
    out->reads[DR_USE_MULTIPLICAND] = BIT(in->rn) | BIT(in->rm);
    if (is_long && op != DR_OP_smull && op != DR_OP_umull) {
        out->reads[DR_USE_ACCUMULATOR] = BIT(in->rd) | BIT(ra);
    } else if (accumulates) {
        out->reads[DR_USE_ACCUMULATOR] = BIT(ra);
    }
}

/* ------------------------------------------------------------------ memory */
enum { FORM_IMM, FORM_REG, FORM_SHL, FORM_LIT, FORM_PRE, FORM_POST, FORM_USER };

static void one_transfer(const dr_insn *in, dr_timed *out) {
    bool load = in->op <= DR_OP_ldrsh_user;
    uint32_t form = load ? (in->op - DR_OP_ldr_imm) % 7u : (in->op - DR_OP_str_imm) % 6u;
    if (!load && form >= FORM_LIT) {
        form++; /* stores have no literals */
    }
    out->slot = load ? DR_SLOT_LOAD : DR_SLOT_STORE;
    out->result = in->op <= DR_OP_ldr_user ? DR_RESULT_LOAD : DR_RESULT_LOAD_NARROW;
    if (form != FORM_LIT) {
        read(out, DR_USE_ADDRESS, in->rn);
    }
    if (form == FORM_REG || form == FORM_SHL) {
        read(out, DR_USE_INDEX, in->rm);
    } else {
        out->based = load;
        out->base = form == FORM_LIT ? 15 : in->rn;
        out->offset = form == FORM_POST ? 0 : in->imm;
    }
    out->writes_back = form == FORM_PRE || form == FORM_POST ? BIT(in->rn) : 0;
    if (load) {
        out->writes = BIT(in->rd);
    } else {
        read(out, DR_USE_STORE, in->rd);
    }
}

static void other_transfer(const dr_insn *in, dr_timed *out) {
    uint32_t list = in->imm & 0xFFFFu;
    bool pair = in->op == DR_OP_ldrd || in->op == DR_OP_strd;
    out->result = DR_RESULT_LOAD;
    out->reads[DR_USE_ADDRESS] = in->rn != 15 ? BIT(in->rn) : 0;
    switch (in->op) {
    case DR_OP_ldrd:
    case DR_OP_strd:
        list = BIT(in->rd) | BIT(in->rm);
        out->writes_back = in->imm & 2u ? BIT(in->rn) : 0;
        break;
    case DR_OP_ldr_special:
        list = BIT(in->rd);
        break;
    case DR_OP_tbb:
        read(out, DR_USE_INDEX, in->rm);
        return;
    case DR_OP_ldrex:
    case DR_OP_strex:
        out->writes = in->op == DR_OP_ldrex ? BIT(in->rd) : BIT(in->rm);
        return;
    default:
        break;
    }
    if (!pair && in->op != DR_OP_ldr_special) {
        out->writes_back = in->imm & BIT(17) ? BIT(in->rn) : 0;
    }
    if (in->op == DR_OP_stm || in->op == DR_OP_push || in->op == DR_OP_strd) {
        out->reads[DR_USE_STORE] = list;
    } else {
        out->writes = list & 0x7FFFu;
    }
}

/* ------------------------------------------------------------------ floating point */
static uint32_t fp_bits(uint32_t first, uint32_t words) { return (uint32_t)(((1ull << words) - 1u) << first); }

static void fp_transfer(const dr_insn *in, dr_timed *out) {
    bool load = in->op == DR_OP_vldr_single || in->op == DR_OP_vldr_double || in->op == DR_OP_vldm;
    bool single = in->op == DR_OP_vldr_single || in->op == DR_OP_vstr_single;
    uint32_t bits = fp_bits(in->rd, in->rm);
    out->slot = !single ? DR_SLOT_ALONE : load ? DR_SLOT_FP_LOAD : DR_SLOT_FP_STORE;
    out->result = DR_RESULT_FP_LOAD;
    out->reads[DR_USE_ADDRESS] = in->rn != 15 ? BIT(in->rn) : 0;
    if (in->op == DR_OP_vldm || in->op == DR_OP_vstm) {
        out->writes_back = in->imm & BIT(17) ? BIT(in->rn) : 0;
    }
    if (load) {
        out->fp_writes = bits;
    } else {
        out->fp_reads[DR_USE_FP_STORE - DR_USE_FP] = bits;
    }
}

/* Transfers between the two register files. */
static void fp_exchange(const dr_fpu_op *op, dr_timed *out) {
    uint32_t *fp = &out->fp_reads[0];
    out->result = DR_RESULT_FP_TO_CORE;
    switch (op->op) {
    case DR_FPU_SINGLE_TO_CORE:
        *fp = fp_bits(op->n, 1);
        out->writes = BIT(op->d);
        break;
    case DR_FPU_PAIR_TO_CORE:
        *fp = fp_bits(op->m, 2);
        out->writes = BIT(op->d) | BIT(op->n);
        break;
    case DR_FPU_READ_STATUS:
        out->writes = op->d == 15 ? FLAGS : BIT(op->d);
        break;
    case DR_FPU_WRITE_STATUS:
        out->slot = DR_SLOT_ALONE;
        break;
    default: /* from the core */
        out->result = DR_RESULT_FP_MOVE;
        out->reads[DR_USE_ALU] = BIT(op->n) | (op->op == DR_FPU_CORE_TO_PAIR ? BIT(op->m) : 0);
        out->fp_writes = fp_bits(op->d, op->op == DR_FPU_CORE_TO_PAIR ? 2 : 1);
        break;
    }
}

static void fp_operation(const dr_fpu_op *op, dr_timed *out) {
    uint32_t words = op->wide ? 2 : 1;
    bool accumulates = op->op == DR_FPU_MLA || op->op == DR_FPU_FMA;
    out->slot = accumulates ? DR_SLOT_FP_MAC : DR_SLOT_FP;
    if (op->op >= DR_FPU_CORE_TO_SINGLE) {
        fp_exchange(op, out);
        return;
    }
    out->result = accumulates ? DR_RESULT_FP_MAC : op->cost == DR_COST_fp_move ? DR_RESULT_FP_MOVE : DR_RESULT_FP;
    out->fp_writes = fp_bits(op->d, words);
    out->fp_reads[0] = fp_bits(op->n, words) | fp_bits(op->m, words);
    if (op->op >= DR_FPU_SQRT && op->op != DR_FPU_SELECT && op->op != DR_FPU_MAX_NUMBER) {
        out->fp_reads[0] = op->op == DR_FPU_MOVE_IMMEDIATE ? 0 : fp_bits(op->m, words);
    }
    if (op->op == DR_FPU_COMPARE) {
        out->fp_reads[0] |= fp_bits(op->d, words);
        out->fp_writes = 0;
    }
    if (accumulates) {
        out->fp_reads[DR_USE_FP_ACCUMULATOR - DR_USE_FP] = fp_bits(op->d, words);
    }
}

/* ------------------------------------------------------------------ all of them */
static void branch(const dr_insn *in, dr_timed *out) {
    out->slot = DR_SLOT_BRANCH;
    out->branches = true;
    out->target = in->imm;
    out->leaves = in->op == DR_OP_b || in->op == DR_OP_bl;
    out->writes = in->op == DR_OP_bl ? BIT(14) : 0;
    out->result = DR_RESULT_EARLY;
}

static void classify(struct dr_board *b, const dr_insn *in, uint32_t raw, dr_timed *out) {
    uint32_t op = in->op;
    if (op <= DR_OP_rsb_shift_s) {
        data_operation(in, raw, out);
    } else if (op <= DR_OP_cmn_shift) {
        comparison(in, raw, out);
    } else if (op <= DR_OP_rrx_s) {
        shift(in, out);
    } else if (within(op, DR_OP_sp_mov_reg, DR_OP_sp_sub_shift_s)) {
        stack_pointer(in, out);
    } else if (op == DR_OP_movt) { /* may pair with the MOVW before it */
        out->slot = DR_SLOT_ALU, out->result = DR_RESULT_EARLY, out->writes = BIT(in->rd);
        out->early_if_older = true;
        read(out, DR_USE_ALU, in->rd);
    } else if (within(op, DR_OP_sxtb, DR_OP_uhsub8)) {
        dsp_operation(in, out);
    } else if (within(op, DR_OP_mul, DR_OP_smlsld)) {
        multiplication(in, out);
    } else if (op == DR_OP_nop || op == DR_OP_it) {
        out->slot = DR_SLOT_HINT;
    } else if (within(op, DR_OP_ldr_imm, DR_OP_strh_user)) {
        one_transfer(in, out);
    } else if (within(op, DR_OP_vldr_single, DR_OP_vstm)) {
        fp_transfer(in, out);
    } else if (within(op, DR_OP_ldr_special, DR_OP_tbb)) {
        other_transfer(in, out);
    } else if (within(op, DR_OP_b, DR_OP_bl)) {
        branch(in, out);
    } else if (within(op, DR_OP_bx, DR_OP_bx_pc)) {
        out->slot = DR_SLOT_BRANCH, out->leaves = true;
        read(out, DR_USE_ALU, in->rm);
        out->writes = op == DR_OP_blx ? BIT(14) : 0;
    } else if (op == DR_OP_sdiv || op == DR_OP_udiv) {
        out->writes = BIT(in->rd);
        out->reads[DR_USE_ALU] = BIT(in->rn) | BIT(in->rm);
    } else if (op == DR_OP_fp) {
        dr_fpu_op fp;
        dr_fpu_decode(in->imm, b->config.has_fpu == 2, &fp);
        fp_operation(&fp, out);
    } else if (op == DR_OP_mrs) {
        out->writes = BIT(in->rd);
    }
}

void dr_timed_of(struct dr_board *b, const dr_insn *in, uint32_t raw, uint32_t cycles, bool predicated, dr_timed *out) {
    *out = (dr_timed){.slot = DR_SLOT_ALONE, .result = DR_RESULT_ALU, .size = in->size, .leaves = in->leaves};
    out->busy = (uint8_t)(cycles ? cycles : 1u);
    classify(b, in, raw, out);
    if (predicated) {
        out->reads[DR_USE_ALU] |= FLAGS;
    }
}
