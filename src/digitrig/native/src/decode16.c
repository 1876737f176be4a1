/* The 16-bit Thumb instructions of Armv6-M (DDI 0419 A5.2) and Armv7-M (DDI 0403E A5.2), one row a form. */
#include "cpu.h"

/* How the operands lie in the halfword. Names give the fields from bit 15 down; digits are widths. */
typedef enum format16 {
    F_IMM5_RM_RD, /* shift by constant: imm 10:6, Rm 5:3, Rd 2:0 */
    F_RM_RN_RD,   /* Rm 8:6, Rn 5:3, Rd 2:0 */
    F_IMM3_RN_RD,
    F_RD_IMM8,      /* Rd 10:8, also the first operand */
    F_RM_RDN,       /* Rm 5:3, Rdn 2:0 */
    F_RM_RDN_SHIFT, /* the same, Rm is the amount */
    F_RN_RD_ZERO,   /* RSB Rd, Rn, #0 */
    F_MUL,          /* Rn 5:3, Rdm 2:0 */
    F_HIGH,         /* D:Rd, Rm 6:3 */
    F_BX,
    F_LITERAL,
    F_RM_RN_RT,
    F_IMM5_RN_RT, /* scaled by the width of the access */
    F_SP_RT,
    F_ADR,
    F_SP_RD,
    F_SP_IMM7,
    F_RM_RD,
    F_PUSH,
    F_POP,
    F_CPS,
    F_BKPT,
    F_NONE,
    F_IT,
    F_CBZ,
    F_STM,
    F_LDM,
    F_COND,
    F_UDF,
    F_SVC,
    F_B
} format16;

#define ROW(mask, value, arch, op, format, cost) {mask, value, DR_ARCH_##arch, format, DR_COST_##cost, DR_OP_##op}

/* More special rows stand first. Rows with an _s operation set the flags outside IT blocks only. */
static const dr_row rows[] = {
    /* shift by constant, add, subtract, move, compare: A5.2.1 */
    ROW(0xFFC0, 0x0000, ANY, mov_reg_s, F_RM_RD, alu),
    ROW(0xF800, 0x0000, ANY, lsl_imm_s, F_IMM5_RM_RD, alu),
    ROW(0xF800, 0x0800, ANY, lsr_imm_s, F_IMM5_RM_RD, alu),
    ROW(0xF800, 0x1000, ANY, asr_imm_s, F_IMM5_RM_RD, alu),
    ROW(0xFE00, 0x1800, ANY, add_reg_s, F_RM_RN_RD, alu),
    ROW(0xFE00, 0x1A00, ANY, sub_reg_s, F_RM_RN_RD, alu),
    ROW(0xFE00, 0x1C00, ANY, add_imm_s, F_IMM3_RN_RD, alu),
    ROW(0xFE00, 0x1E00, ANY, sub_imm_s, F_IMM3_RN_RD, alu),
    ROW(0xF800, 0x2000, ANY, mov_imm_s, F_RD_IMM8, alu),
    ROW(0xF800, 0x2800, ANY, cmp_imm, F_RD_IMM8, alu),
    ROW(0xF800, 0x3000, ANY, add_imm_s, F_RD_IMM8, alu),
    ROW(0xF800, 0x3800, ANY, sub_imm_s, F_RD_IMM8, alu),
    /* data processing: A5.2.2 */
    ROW(0xFFC0, 0x4000, ANY, and_reg_s, F_RM_RDN, alu),
    ROW(0xFFC0, 0x4040, ANY, eor_reg_s, F_RM_RDN, alu),
    ROW(0xFFC0, 0x4080, ANY, lsl_reg_s, F_RM_RDN_SHIFT, alu),
    ROW(0xFFC0, 0x40C0, ANY, lsr_reg_s, F_RM_RDN_SHIFT, alu),
    ROW(0xFFC0, 0x4100, ANY, asr_reg_s, F_RM_RDN_SHIFT, alu),
    ROW(0xFFC0, 0x4140, ANY, adc_reg_s, F_RM_RDN, alu),
    ROW(0xFFC0, 0x4180, ANY, sbc_reg_s, F_RM_RDN, alu),
    ROW(0xFFC0, 0x41C0, ANY, ror_reg_s, F_RM_RDN_SHIFT, alu),
    ROW(0xFFC0, 0x4200, ANY, tst_reg, F_RM_RDN, alu),
    ROW(0xFFC0, 0x4240, ANY, rsb_imm_s, F_RN_RD_ZERO, alu),
    ROW(0xFFC0, 0x4280, ANY, cmp_reg, F_RM_RDN, alu),
    ROW(0xFFC0, 0x42C0, ANY, cmn_reg, F_RM_RDN, alu),
    ROW(0xFFC0, 0x4300, ANY, orr_reg_s, F_RM_RDN, alu),
    ROW(0xFFC0, 0x4340, ANY, mul_s, F_MUL, mul),
    ROW(0xFFC0, 0x4380, ANY, bic_reg_s, F_RM_RDN, alu),
    ROW(0xFFC0, 0x43C0, ANY, mvn_reg_s, F_RM_RDN, alu),
    /* special data, branch and exchange: A5.2.3 */
    ROW(0xFF00, 0x4400, ANY, add_reg, F_HIGH, alu),
    ROW(0xFF00, 0x4500, ANY, cmp_reg, F_HIGH, alu),
    ROW(0xFF00, 0x4600, ANY, mov_reg, F_HIGH, alu),
    ROW(0xFF87, 0x4700, ANY, bx, F_BX, branch_register),
    ROW(0xFF87, 0x4780, ANY, blx, F_BX, branch_register),
    /* loads and stores: A5.2.4 */
    ROW(0xF800, 0x4800, ANY, ldr_lit, F_LITERAL, load),
    ROW(0xFE00, 0x5000, ANY, str_reg, F_RM_RN_RT, store),
    ROW(0xFE00, 0x5200, ANY, strh_reg, F_RM_RN_RT, store),
    ROW(0xFE00, 0x5400, ANY, strb_reg, F_RM_RN_RT, store),
    ROW(0xFE00, 0x5600, ANY, ldrsb_reg, F_RM_RN_RT, load_byte),
    ROW(0xFE00, 0x5800, ANY, ldr_reg, F_RM_RN_RT, load),
    ROW(0xFE00, 0x5A00, ANY, ldrh_reg, F_RM_RN_RT, load_byte),
    ROW(0xFE00, 0x5C00, ANY, ldrb_reg, F_RM_RN_RT, load_byte),
    ROW(0xFE00, 0x5E00, ANY, ldrsh_reg, F_RM_RN_RT, load_byte),
    ROW(0xF800, 0x6000, ANY, str_imm, F_IMM5_RN_RT, store),
    ROW(0xF800, 0x6800, ANY, ldr_imm, F_IMM5_RN_RT, load),
    ROW(0xF800, 0x7000, ANY, strb_imm, F_IMM5_RN_RT, store),
    ROW(0xF800, 0x7800, ANY, ldrb_imm, F_IMM5_RN_RT, load_byte),
    ROW(0xF800, 0x8000, ANY, strh_imm, F_IMM5_RN_RT, store),
    ROW(0xF800, 0x8800, ANY, ldrh_imm, F_IMM5_RN_RT, load_byte),
    ROW(0xF800, 0x9000, ANY, str_imm, F_SP_RT, store),
    ROW(0xF800, 0x9800, ANY, ldr_imm, F_SP_RT, load),
    /* addresses */
    ROW(0xF800, 0xA000, ANY, mov_imm, F_ADR, alu),
    ROW(0xF800, 0xA800, ANY, add_imm, F_SP_RD, alu),
    /* miscellaneous: A5.2.5 */
    ROW(0xFF80, 0xB000, ANY, sp_add_imm, F_SP_IMM7, alu),
    ROW(0xFF80, 0xB080, ANY, sp_sub_imm, F_SP_IMM7, alu),
    ROW(0xFD00, 0xB100, V7, cbz, F_CBZ, compare_branch_taken),
    ROW(0xFD00, 0xB900, V7, cbnz, F_CBZ, compare_branch_taken),
    ROW(0xFFC0, 0xB200, ANY, sxth, F_RM_RD, alu),
    ROW(0xFFC0, 0xB240, ANY, sxtb, F_RM_RD, alu),
    ROW(0xFFC0, 0xB280, ANY, uxth, F_RM_RD, alu),
    ROW(0xFFC0, 0xB2C0, ANY, uxtb, F_RM_RD, alu),
    ROW(0xFE00, 0xB400, ANY, push, F_PUSH, multiple_base),
    ROW(0xFFEF, 0xB662, V6, cps, F_CPS, change_state),
    ROW(0xFFEC, 0xB660, V7, cps, F_CPS, change_state),
    ROW(0xFFC0, 0xBA00, ANY, rev, F_RM_RD, alu),
    ROW(0xFFC0, 0xBA40, ANY, rev16, F_RM_RD, alu),
    ROW(0xFFC0, 0xBAC0, ANY, revsh, F_RM_RD, alu),
    ROW(0xFE00, 0xBC00, ANY, pop, F_POP, multiple_base),
    ROW(0xFF00, 0xBE00, ANY, bkpt, F_BKPT, nop),
    ROW(0xFFFF, 0xBF20, ANY, wfe, F_NONE, wait),
    ROW(0xFFFF, 0xBF30, ANY, wfi, F_NONE, wait),
    ROW(0xFFFF, 0xBF40, ANY, sev, F_NONE, nop),
    ROW(0xFF0F, 0xBF00, ANY, nop, F_NONE, nop), /* NOP, YIELD and the unallocated hints */
    ROW(0xFF00, 0xBF00, V7, it, F_IT, it),
    /* multiple, branches, SVC */
    ROW(0xF800, 0xC000, ANY, stm, F_STM, multiple_base),
    ROW(0xF800, 0xC800, ANY, ldm, F_LDM, multiple_base),
    ROW(0xFF00, 0xDE00, ANY, undefined, F_UDF, nop),
    ROW(0xFF00, 0xDF00, ANY, svc, F_SVC, supervisor),
    ROW(0xF000, 0xD000, ANY, b_eq, F_COND, branch),
    ROW(0xF800, 0xE000, ANY, b, F_B, branch),
};

static uint32_t sign_extend(uint32_t value, uint32_t bits) {
    return (uint32_t)((int32_t)(value << (32u - bits)) >> (32u - bits));
}

/* ADD, CMP and MOV on high registers; ADD and MOV to PC branch. */
static bool high_registers(const dr_decode_context *x, uint32_t insn, dr_insn *out) {
    uint32_t rd = (insn & 7u) | (insn >> 4 & 8u), rm = insn >> 3 & 15u;
    bool add = out->op == DR_OP_add_reg, compare = out->op == DR_OP_cmp_reg;
    uint32_t pc = x->address + 4u;
    out->rd = (uint8_t)rd;
    out->rn = (uint8_t)rd;
    out->rm = (uint8_t)rm;
    if (compare) {
        out->writes_flags = true;
        return rd != 15 && rm != 15; /* UNPREDICTABLE with PC; two low registers: executed */
    }
    if (rd == 15) {
        out->cost = DR_COST_alu_pc;
        out->leaves = true;
        out->op = add ? DR_OP_add_pc : DR_OP_mov_pc;
        out->imm = pc;
        return rm != 15; /* ADD PC, PC is UNPREDICTABLE; MOV PC, PC is no use and taken alike */
    }
    if (rm == 15) {
        out->op = add ? DR_OP_add_imm : DR_OP_mov_imm;
        out->imm = pc;
        return rd != 13;
    }
    if (rd == 13) {
        out->op = add ? DR_OP_sp_add_reg : DR_OP_sp_mov_reg;
    }
    return true;
}

static bool register_list(uint32_t list, uint32_t rn, bool write_back, dr_insn *out) {
    out->rn = (uint8_t)rn;
    out->rd = (uint8_t)__builtin_popcount(list);
    out->imm = list | (write_back ? 1u << 17 : 0);
    return list != 0; /* an empty list is UNPREDICTABLE */
}

static bool it_instruction(uint32_t insn, dr_insn *out) {
    uint32_t cond = insn >> 4 & 15u, mask = insn & 15u;
    out->cond = cond;
    out->imm = insn & 0xFFu;
    out->not_in_it = true;
    return cond != 15 && !(cond == 14 && __builtin_popcount(mask) != 1);
}

/* log2 of the width of an immediate load or store by opcode bits. */
static uint32_t immediate_scale(uint32_t insn) { return insn >> 12 == 6 ? 2u : insn >> 12 == 7 ? 0u : 1u; }

static bool operands(const dr_decode_context *x, format16 format, uint32_t insn, dr_insn *out) {
    uint32_t low = insn & 7u, middle = insn >> 3 & 7u, high = insn >> 6 & 7u, upper = insn >> 8 & 7u;
    uint32_t imm5 = insn >> 6 & 31u, imm8 = insn & 0xFFu;
    switch (format) {
    case F_IMM5_RM_RD:
        out->rd = (uint8_t)low, out->rm = (uint8_t)middle;
        out->imm = imm5 || out->op == DR_OP_lsl_imm_s ? imm5 : 32u; /* LSR and ASR: 0 means 32 */
        return true;
    case F_RM_RN_RD:
    case F_RM_RN_RT:
        out->rd = (uint8_t)low, out->rn = (uint8_t)middle, out->rm = (uint8_t)high;
        return true;
    case F_IMM3_RN_RD:
        out->rd = (uint8_t)low, out->rn = (uint8_t)middle, out->imm = high;
        return true;
    case F_RD_IMM8:
        out->rd = out->rn = (uint8_t)upper, out->imm = imm8;
        return true;
    case F_RM_RDN:
    case F_RM_RDN_SHIFT:
        out->rd = out->rn = (uint8_t)low, out->rm = (uint8_t)middle;
        return true;
    case F_RN_RD_ZERO:
        out->rd = (uint8_t)low, out->rn = (uint8_t)middle;
        return true;
    case F_MUL:
        out->rd = out->rm = (uint8_t)low, out->rn = (uint8_t)middle;
        return true;
    case F_HIGH:
        return high_registers(x, insn, out);
    case F_BX:
        out->rm = (uint8_t)(insn >> 3 & 15u);
        out->leaves = true;
        if (out->rm == 15 && out->op == DR_OP_bx && x->arch == DR_ARCH_V7) {
            out->op = DR_OP_bx_pc;
            out->imm = (x->address + 4u) & ~3u;
            return true;
        }
        return out->rm != 15;
    case F_LITERAL:
        out->rd = (uint8_t)upper, out->imm = ((x->address + 4u) & ~3u) + 4u * imm8;
        return true;
    case F_IMM5_RN_RT:
        out->rd = (uint8_t)low, out->rn = (uint8_t)middle, out->imm = imm5 << immediate_scale(insn);
        return true;
    case F_SP_RT:
    case F_SP_RD:
        out->rd = (uint8_t)upper, out->rn = 13, out->imm = 4u * imm8;
        return true;
    case F_ADR:
        out->rd = (uint8_t)upper, out->imm = ((x->address + 4u) & ~3u) + 4u * imm8;
        return true;
    case F_SP_IMM7:
        out->rd = out->rn = 13, out->imm = 4u * (insn & 0x7Fu);
        return true;
    case F_RM_RD:
        out->rd = (uint8_t)low, out->rm = (uint8_t)middle;
        return !(out->op == DR_OP_mov_reg_s && x->in_it); /* MOVS T2 is UNPREDICTABLE in an IT block */
    case F_PUSH:
        return register_list(imm8 | (insn & 0x100u) << 6, 13, true, out) && (out->imm |= 1u << 16, true);
    case F_POP:
        if (insn & 0x100u) {
            out->op = DR_OP_pop_pc;
            out->leaves = true;
        }
        return register_list(imm8 | (insn & 0x100u) << 7, 13, true, out);
    case F_STM:
        return register_list(imm8, upper, true, out);
    case F_LDM:
        return register_list(imm8, upper, !(imm8 >> upper & 1u), out);
    case F_CPS:
        out->imm = insn & 0x1Fu;
        out->not_in_it = true;
        return (insn & 3u) != 0;
    case F_IT:
        return it_instruction(insn, out);
    case F_CBZ:
        out->rn = (uint8_t)low, out->not_in_it = true, out->leaves = true;
        out->imm = x->address + 4u + ((insn >> 3 & 31u) << 1 | (insn >> 9 & 1u) << 6);
        return true;
    case F_COND:
        out->op = (uint16_t)(DR_OP_b_eq + (insn >> 8 & 15u)), out->not_in_it = true, out->leaves = true;
        out->imm = x->address + 4u + (sign_extend(imm8, 8) << 1);
        return true;
    case F_B:
        out->imm = x->address + 4u + (sign_extend(insn & 0x7FFu, 11) << 1), out->leaves = true;
        return true;
    case F_BKPT:
    case F_SVC:
        out->imm = imm8;
        return true;
    case F_UDF:
        return false;
    case F_NONE:
        return true;
    }
    return false;
}

/* In an IT block the flag-setting forms of these leave the flags alone: their other form stands just before. */
static void drop_flags(dr_insn *out) {
    switch (out->op) {
    case DR_OP_and_reg_s:
    case DR_OP_eor_reg_s:
    case DR_OP_lsl_reg_s:
    case DR_OP_lsr_reg_s:
    case DR_OP_asr_reg_s:
    case DR_OP_adc_reg_s:
    case DR_OP_sbc_reg_s:
    case DR_OP_ror_reg_s:
    case DR_OP_rsb_imm_s:
    case DR_OP_orr_reg_s:
    case DR_OP_mul_s:
    case DR_OP_bic_reg_s:
    case DR_OP_mvn_reg_s:
    case DR_OP_lsl_imm_s:
    case DR_OP_lsr_imm_s:
    case DR_OP_asr_imm_s:
    case DR_OP_add_reg_s:
    case DR_OP_sub_reg_s:
    case DR_OP_add_imm_s:
    case DR_OP_sub_imm_s:
    case DR_OP_mov_imm_s:
        out->op--;
        break;
    default:
        break;
    }
}

bool dr_decode16(const dr_decode_context *x, uint32_t insn, dr_insn *out) {
    for (size_t k = 0; k < sizeof rows / sizeof rows[0]; k++) {
        const dr_row *row = &rows[k];
        if ((insn & row->mask) != row->value || !(row->arch & x->arch)) {
            continue;
        }
        *out = (dr_insn){.op = row->op, .cost = row->cost, .size = 2};
        if (!operands(x, (format16)row->format, insn, out)) {
            return false;
        }
        if (out->op == DR_OP_cmp_imm || out->op == DR_OP_cmp_reg || out->op == DR_OP_cmn_reg ||
            out->op == DR_OP_tst_reg) {
            out->writes_flags = true;
        }
        if (x->in_it) {
            drop_flags(out);
        }
        return true;
    }
    return false;
}
