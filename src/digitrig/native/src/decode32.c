/* The 32-bit Thumb instructions of Armv7E-M (DDI 0403E A5.3) and the few of Armv6-M (DDI 0419 A5.3), one row a form.
 * An encoding is written first halfword << 16 | second halfword. */
#include "cpu.h"
#include "fpu.h"

typedef enum format32 {
    W_CONST,      /* Rd, Rn, modified immediate */
    W_CONST_MOV,  /* the same without Rn */
    W_CONST_TEST, /* the same without Rd */
    W_REG,        /* Rd, Rn, Rm shifted by a constant */
    W_REG_MOV,
    W_REG_TEST,
    W_PLAIN12, /* ADDW, SUBW */
    W_ADR_ADD,
    W_ADR_SUB,
    W_MOVW,
    W_MOVT,
    W_SATURATE,
    W_SATURATE16,
    W_EXTRACT,
    W_INSERT,
    W_SHIFT_REG,
    W_EXTEND,     /* Rd, Rm, rotation */
    W_EXTEND_ADD, /* Rd, Rn, Rm, rotation */
    W_PKH,
    W_RD_RN_RM,
    W_REVERSE,     /* Rd, Rm twice */
    W_MUL3,        /* Rd, Rn, Rm */
    W_MUL3_OPTION, /* option bits 5:4 */
    W_MUL4,        /* and Ra */
    W_MUL4_OPTION,
    W_LONG,
    W_LONG_OPTION,
    W_DIVIDE,
    W_MULTIPLE,
    W_DOUBLE,
    W_STREX,
    W_LDREX,
    W_STREX_SIZED,
    W_LDREX_SIZED,
    W_TABLE,
    W_IMM12,
    W_IMM8,
    W_INDEX,
    W_LITERAL,
    W_HINT_ADDRESS, /* preload: no operation */
    W_COND,
    W_B,
    W_BL,
    W_MRS,
    W_MSR,
    W_NONE,
    W_UDF,
    W_VLDR,
    W_VLDM,
    W_COPROCESSOR
} format32;

#define ROW(mask, value, arch, op, format, cost) {mask, value, DR_ARCH_##arch, format, DR_COST_##cost, DR_OP_##op}
#define PARALLEL(name, op1)                                                                                            \
    ROW(0xFFF0F0F0, 0xFA80F000 | (op1) << 20, V7, s##name, W_RD_RN_RM, dsp),                                           \
        ROW(0xFFF0F0F0, 0xFA80F010 | (op1) << 20, V7, q##name, W_RD_RN_RM, dsp),                                       \
        ROW(0xFFF0F0F0, 0xFA80F020 | (op1) << 20, V7, sh##name, W_RD_RN_RM, dsp),                                      \
        ROW(0xFFF0F0F0, 0xFA80F040 | (op1) << 20, V7, u##name, W_RD_RN_RM, dsp),                                       \
        ROW(0xFFF0F0F0, 0xFA80F050 | (op1) << 20, V7, uq##name, W_RD_RN_RM, dsp),                                      \
        ROW(0xFFF0F0F0, 0xFA80F060 | (op1) << 20, V7, uh##name, W_RD_RN_RM, dsp)

/* More special rows stand first. */
static const dr_row rows[] = {
    /* data processing, modified immediate: A5.3.1 (operation without flags; bit 20 makes it set them) */
    ROW(0xFBF08F00, 0xF0100F00, V7, tst_imm, W_CONST_TEST, alu),
    ROW(0xFBE08000, 0xF0000000, V7, and_imm, W_CONST, alu),
    ROW(0xFBE08000, 0xF0200000, V7, bic_imm, W_CONST, alu),
    ROW(0xFBEF8000, 0xF04F0000, V7, mov_imm, W_CONST_MOV, alu),
    ROW(0xFBE08000, 0xF0400000, V7, orr_imm, W_CONST, alu),
    ROW(0xFBEF8000, 0xF06F0000, V7, mvn_imm, W_CONST_MOV, alu),
    ROW(0xFBE08000, 0xF0600000, V7, orn_imm, W_CONST, alu),
    ROW(0xFBF08F00, 0xF0900F00, V7, teq_imm, W_CONST_TEST, alu),
    ROW(0xFBE08000, 0xF0800000, V7, eor_imm, W_CONST, alu),
    ROW(0xFBF08F00, 0xF1100F00, V7, cmn_imm, W_CONST_TEST, alu),
    ROW(0xFBE08000, 0xF1000000, V7, add_imm, W_CONST, alu),
    ROW(0xFBE08000, 0xF1400000, V7, adc_imm, W_CONST, alu),
    ROW(0xFBE08000, 0xF1600000, V7, sbc_imm, W_CONST, alu),
    ROW(0xFBF08F00, 0xF1B00F00, V7, cmp_imm, W_CONST_TEST, alu),
    ROW(0xFBE08000, 0xF1A00000, V7, sub_imm, W_CONST, alu),
    ROW(0xFBE08000, 0xF1C00000, V7, rsb_imm, W_CONST, alu),
    /* plain immediate: A5.3.3 */
    ROW(0xFBFF8000, 0xF20F0000, V7, mov_imm, W_ADR_ADD, alu),
    ROW(0xFBFF8000, 0xF2AF0000, V7, mov_imm, W_ADR_SUB, alu),
    ROW(0xFBF08000, 0xF2000000, V7, add_imm, W_PLAIN12, alu),
    ROW(0xFBF08000, 0xF2A00000, V7, sub_imm, W_PLAIN12, alu),
    ROW(0xFBF08000, 0xF2400000, V7, mov_imm, W_MOVW, alu),
    ROW(0xFBF08000, 0xF2C00000, V7, movt, W_MOVT, alu),
    ROW(0xFFF0F0F0, 0xF3200000, V7, ssat16, W_SATURATE16, saturate),
    ROW(0xFFF0F0F0, 0xF3A00000, V7, usat16, W_SATURATE16, saturate),
    ROW(0xFFD08020, 0xF3000000, V7, ssat, W_SATURATE, saturate),
    ROW(0xFFD08020, 0xF3800000, V7, usat, W_SATURATE, saturate),
    ROW(0xFFF08020, 0xF3400000, V7, sbfx, W_EXTRACT, bitfield),
    ROW(0xFFF08020, 0xF3C00000, V7, ubfx, W_EXTRACT, bitfield),
    ROW(0xFFFF8020, 0xF36F0000, V7, bfc, W_INSERT, bitfield),
    ROW(0xFFF08020, 0xF3600000, V7, bfi, W_INSERT, bitfield),
    /* branches and miscellaneous control: A5.3.4 */
    ROW(0xFFF0FF00, 0xF3808800, ANY, msr, W_MSR, special_register),
    ROW(0xFFF0F300, 0xF3808000, V7, msr, W_MSR, special_register),
    ROW(0xFFFFF000, 0xF3EF8000, ANY, mrs, W_MRS, special_register),
    ROW(0xFFFFFFFF, 0xF3BF8F2F, V7, clrex, W_NONE, exclusive),
    ROW(0xFFFFFFF0, 0xF3BF8F40, ANY, barrier, W_NONE, barrier),
    ROW(0xFFFFFFF0, 0xF3BF8F50, ANY, barrier, W_NONE, barrier),
    ROW(0xFFFFFFF0, 0xF3BF8F60, ANY, isb, W_NONE, barrier),
    ROW(0xFFFFFFFF, 0xF3AF8002, V7, wfe, W_NONE, wait),
    ROW(0xFFFFFFFF, 0xF3AF8003, V7, wfi, W_NONE, wait),
    ROW(0xFFFFFFFF, 0xF3AF8004, V7, sev, W_NONE, nop),
    ROW(0xFFFFFF00, 0xF3AF8000, V7, nop, W_NONE, nop), /* NOP, YIELD, DBG, unallocated hints */
    ROW(0xFFF0F000, 0xF7F0A000, ANY, undefined, W_UDF, nop),
    ROW(0xF800D000, 0xF000D000, ANY, bl, W_BL, branch_link),
    ROW(0xF800D000, 0xF0009000, V7, b, W_B, branch),
    ROW(0xF800D000, 0xF0008000, V7, b_eq, W_COND, branch),
    /* load and store multiple: A5.3.5 */
    ROW(0xFFD0A000, 0xE8800000, V7, stm, W_MULTIPLE, multiple_base),
    ROW(0xFFD02000, 0xE8900000, V7, ldm, W_MULTIPLE, multiple_base),
    ROW(0xFFD0A000, 0xE9000000, V7, stm, W_MULTIPLE, multiple_base),
    ROW(0xFFD02000, 0xE9100000, V7, ldm, W_MULTIPLE, multiple_base),
    /* double, exclusive, table branch: A5.3.6 */
    ROW(0xFFF00000, 0xE8400000, V7, strex, W_STREX, exclusive),
    ROW(0xFFF00F00, 0xE8500F00, V7, ldrex, W_LDREX, exclusive),
    ROW(0xFFF00FF0, 0xE8C00F40, V7, strex, W_STREX_SIZED, exclusive),
    ROW(0xFFF00FF0, 0xE8C00F50, V7, strex, W_STREX_SIZED, exclusive),
    ROW(0xFFF00FFF, 0xE8D00F4F, V7, ldrex, W_LDREX_SIZED, exclusive),
    ROW(0xFFF00FFF, 0xE8D00F5F, V7, ldrex, W_LDREX_SIZED, exclusive),
    ROW(0xFFF0FFE0, 0xE8D0F000, V7, tbb, W_TABLE, table_branch),
    ROW(0xFF700000, 0xE8600000, V7, strd, W_DOUBLE, store_double), /* post-indexed */
    ROW(0xFF700000, 0xE8700000, V7, ldrd, W_DOUBLE, load_double),
    ROW(0xFF500000, 0xE9400000, V7, strd, W_DOUBLE, store_double),
    ROW(0xFF500000, 0xE9500000, V7, ldrd, W_DOUBLE, load_double),
    /* data processing, shifted register: A5.3.11 */
    ROW(0xFFF08F00, 0xEA100F00, V7, tst_shift, W_REG_TEST, alu),
    ROW(0xFFE08000, 0xEA000000, V7, and_shift, W_REG, alu),
    ROW(0xFFE08000, 0xEA200000, V7, bic_shift, W_REG, alu),
    ROW(0xFFEF8000, 0xEA4F0000, V7, mov_shift, W_REG_MOV, alu),
    ROW(0xFFE08000, 0xEA400000, V7, orr_shift, W_REG, alu),
    ROW(0xFFEF8000, 0xEA6F0000, V7, mvn_shift, W_REG_MOV, alu),
    ROW(0xFFE08000, 0xEA600000, V7, orn_shift, W_REG, alu),
    ROW(0xFFF08F00, 0xEA900F00, V7, teq_shift, W_REG_TEST, alu),
    ROW(0xFFE08000, 0xEA800000, V7, eor_shift, W_REG, alu),
    ROW(0xFFF08010, 0xEAC00000, V7, pkh, W_PKH, dsp),
    ROW(0xFFF08F00, 0xEB100F00, V7, cmn_shift, W_REG_TEST, alu),
    ROW(0xFFE08000, 0xEB000000, V7, add_shift, W_REG, alu),
    ROW(0xFFE08000, 0xEB400000, V7, adc_shift, W_REG, alu),
    ROW(0xFFE08000, 0xEB600000, V7, sbc_shift, W_REG, alu),
    ROW(0xFFF08F00, 0xEBB00F00, V7, cmp_shift, W_REG_TEST, alu),
    ROW(0xFFE08000, 0xEBA00000, V7, sub_shift, W_REG, alu),
    ROW(0xFFE08000, 0xEBC00000, V7, rsb_shift, W_REG, alu),
    /* stores: A5.3.10 */
    ROW(0xFFF00000, 0xF8800000, V7, strb_imm, W_IMM12, store),
    ROW(0xFFF00000, 0xF8A00000, V7, strh_imm, W_IMM12, store),
    ROW(0xFFF00000, 0xF8C00000, V7, str_imm, W_IMM12, store),
    ROW(0xFFF00800, 0xF8000800, V7, strb_imm, W_IMM8, store),
    ROW(0xFFF00800, 0xF8200800, V7, strh_imm, W_IMM8, store),
    ROW(0xFFF00800, 0xF8400800, V7, str_imm, W_IMM8, store),
    ROW(0xFFF00FC0, 0xF8000000, V7, strb_shl, W_INDEX, store),
    ROW(0xFFF00FC0, 0xF8200000, V7, strh_shl, W_INDEX, store),
    ROW(0xFFF00FC0, 0xF8400000, V7, str_shl, W_INDEX, store),
    /* memory hints among the byte and halfword loads: A5.3.8, A5.3.9 */
    ROW(0xFE5FF000, 0xF81FF000, V7, nop, W_HINT_ADDRESS, nop),
    ROW(0xFED0F000, 0xF890F000, V7, nop, W_HINT_ADDRESS, nop),
    ROW(0xFED0FF00, 0xF810FC00, V7, nop, W_HINT_ADDRESS, nop),
    ROW(0xFED0FFC0, 0xF810F000, V7, nop, W_HINT_ADDRESS, nop),
    /* loads: A5.3.7 to A5.3.9 */
    ROW(0xFF7F0000, 0xF81F0000, V7, ldrb_lit, W_LITERAL, load_byte),
    ROW(0xFF7F0000, 0xF83F0000, V7, ldrh_lit, W_LITERAL, load_byte),
    ROW(0xFF7F0000, 0xF85F0000, V7, ldr_lit, W_LITERAL, load),
    ROW(0xFF7F0000, 0xF91F0000, V7, ldrsb_lit, W_LITERAL, load_byte),
    ROW(0xFF7F0000, 0xF93F0000, V7, ldrsh_lit, W_LITERAL, load_byte),
    ROW(0xFFF00000, 0xF8900000, V7, ldrb_imm, W_IMM12, load_byte),
    ROW(0xFFF00000, 0xF8B00000, V7, ldrh_imm, W_IMM12, load_byte),
    ROW(0xFFF00000, 0xF8D00000, V7, ldr_imm, W_IMM12, load),
    ROW(0xFFF00000, 0xF9900000, V7, ldrsb_imm, W_IMM12, load_byte),
    ROW(0xFFF00000, 0xF9B00000, V7, ldrsh_imm, W_IMM12, load_byte),
    ROW(0xFFF00800, 0xF8100800, V7, ldrb_imm, W_IMM8, load_byte),
    ROW(0xFFF00800, 0xF8300800, V7, ldrh_imm, W_IMM8, load_byte),
    ROW(0xFFF00800, 0xF8500800, V7, ldr_imm, W_IMM8, load),
    ROW(0xFFF00800, 0xF9100800, V7, ldrsb_imm, W_IMM8, load_byte),
    ROW(0xFFF00800, 0xF9300800, V7, ldrsh_imm, W_IMM8, load_byte),
    ROW(0xFFF00FC0, 0xF8100000, V7, ldrb_shl, W_INDEX, load_byte),
    ROW(0xFFF00FC0, 0xF8300000, V7, ldrh_shl, W_INDEX, load_byte),
    ROW(0xFFF00FC0, 0xF8500000, V7, ldr_shl, W_INDEX, load),
    ROW(0xFFF00FC0, 0xF9100000, V7, ldrsb_shl, W_INDEX, load_byte),
    ROW(0xFFF00FC0, 0xF9300000, V7, ldrsh_shl, W_INDEX, load_byte),
    /* data processing, register: A5.3.12 to A5.3.15 */
    ROW(0xFFE0F0F0, 0xFA00F000, V7, lsl_reg, W_SHIFT_REG, alu),
    ROW(0xFFE0F0F0, 0xFA20F000, V7, lsr_reg, W_SHIFT_REG, alu),
    ROW(0xFFE0F0F0, 0xFA40F000, V7, asr_reg, W_SHIFT_REG, alu),
    ROW(0xFFE0F0F0, 0xFA60F000, V7, ror_reg, W_SHIFT_REG, alu),
    ROW(0xFFFFF0C0, 0xFA0FF080, V7, sxth, W_EXTEND, dsp),
    ROW(0xFFFFF0C0, 0xFA1FF080, V7, uxth, W_EXTEND, dsp),
    ROW(0xFFFFF0C0, 0xFA2FF080, V7, sxtb16, W_EXTEND, dsp),
    ROW(0xFFFFF0C0, 0xFA3FF080, V7, uxtb16, W_EXTEND, dsp),
    ROW(0xFFFFF0C0, 0xFA4FF080, V7, sxtb, W_EXTEND, dsp),
    ROW(0xFFFFF0C0, 0xFA5FF080, V7, uxtb, W_EXTEND, dsp),
    ROW(0xFFF0F0C0, 0xFA00F080, V7, sxtah, W_EXTEND_ADD, dsp),
    ROW(0xFFF0F0C0, 0xFA10F080, V7, uxtah, W_EXTEND_ADD, dsp),
    ROW(0xFFF0F0C0, 0xFA20F080, V7, sxtab16, W_EXTEND_ADD, dsp),
    ROW(0xFFF0F0C0, 0xFA30F080, V7, uxtab16, W_EXTEND_ADD, dsp),
    ROW(0xFFF0F0C0, 0xFA40F080, V7, sxtab, W_EXTEND_ADD, dsp),
    ROW(0xFFF0F0C0, 0xFA50F080, V7, uxtab, W_EXTEND_ADD, dsp),
    PARALLEL(add8, 0u),
    PARALLEL(add16, 1u),
    PARALLEL(asx, 2u),
    PARALLEL(sub8, 4u),
    PARALLEL(sub16, 5u),
    PARALLEL(sax, 6u),
    ROW(0xFFF0F0F0, 0xFA80F080, V7, qadd, W_RD_RN_RM, saturate),
    ROW(0xFFF0F0F0, 0xFA80F090, V7, qdadd, W_RD_RN_RM, saturate),
    ROW(0xFFF0F0F0, 0xFA80F0A0, V7, qsub, W_RD_RN_RM, saturate),
    ROW(0xFFF0F0F0, 0xFA80F0B0, V7, qdsub, W_RD_RN_RM, saturate),
    ROW(0xFFF0F0F0, 0xFA90F080, V7, rev, W_REVERSE, dsp),
    ROW(0xFFF0F0F0, 0xFA90F090, V7, rev16, W_REVERSE, dsp),
    ROW(0xFFF0F0F0, 0xFA90F0A0, V7, rbit, W_REVERSE, dsp),
    ROW(0xFFF0F0F0, 0xFA90F0B0, V7, revsh, W_REVERSE, dsp),
    ROW(0xFFF0F0F0, 0xFAA0F080, V7, sel, W_RD_RN_RM, dsp),
    ROW(0xFFF0F0F0, 0xFAB0F080, V7, clz, W_REVERSE, dsp),
    /* multiply: A5.3.16, long multiply and divide: A5.3.17 */
    ROW(0xFFF0F0F0, 0xFB00F000, V7, mul, W_MUL3, mul),
    ROW(0xFFF000F0, 0xFB000000, V7, mla, W_MUL4, mac),
    ROW(0xFFF000F0, 0xFB000010, V7, mls, W_MUL4, mac),
    ROW(0xFFF0F0C0, 0xFB10F000, V7, smulxy, W_MUL3_OPTION, mul),
    ROW(0xFFF000C0, 0xFB100000, V7, smlaxy, W_MUL4_OPTION, mac),
    ROW(0xFFF0F0E0, 0xFB20F000, V7, smuad, W_MUL3_OPTION, mul),
    ROW(0xFFF000E0, 0xFB200000, V7, smlad, W_MUL4_OPTION, mac),
    ROW(0xFFF0F0E0, 0xFB30F000, V7, smulw, W_MUL3_OPTION, mul),
    ROW(0xFFF000E0, 0xFB300000, V7, smlaw, W_MUL4_OPTION, mac),
    ROW(0xFFF0F0E0, 0xFB40F000, V7, smusd, W_MUL3_OPTION, mul),
    ROW(0xFFF000E0, 0xFB400000, V7, smlsd, W_MUL4_OPTION, mac),
    ROW(0xFFF0F0E0, 0xFB50F000, V7, smmul, W_MUL3_OPTION, mul),
    ROW(0xFFF000E0, 0xFB500000, V7, smmla, W_MUL4_OPTION, mac),
    ROW(0xFFF000E0, 0xFB600000, V7, smmls, W_MUL4_OPTION, mac),
    ROW(0xFFF0F0F0, 0xFB70F000, V7, usad8, W_MUL3, dsp),
    ROW(0xFFF000F0, 0xFB700000, V7, usada8, W_MUL4, dsp),
    ROW(0xFFF000F0, 0xFB800000, V7, smull, W_LONG, mul_long),
    ROW(0xFFF0F0F0, 0xFB90F0F0, V7, sdiv, W_DIVIDE, div),
    ROW(0xFFF000F0, 0xFBA00000, V7, umull, W_LONG, mul_long),
    ROW(0xFFF0F0F0, 0xFBB0F0F0, V7, udiv, W_DIVIDE, div),
    ROW(0xFFF000F0, 0xFBC00000, V7, smlal, W_LONG, mul_long),
    ROW(0xFFF000C0, 0xFBC00080, V7, smlalxy, W_LONG_OPTION, mul_long),
    ROW(0xFFF000E0, 0xFBC000C0, V7, smlald, W_LONG_OPTION, mul_long),
    ROW(0xFFF000E0, 0xFBD000C0, V7, smlsld, W_LONG_OPTION, mul_long),
    ROW(0xFFF000F0, 0xFBE00000, V7, umlal, W_LONG, mul_long),
    ROW(0xFFF000F0, 0xFBE00060, V7, umaal, W_LONG, mul_long),
    /* floating point loads and stores: A6.5; everything else of the coprocessor space */
    ROW(0xFF300F00, 0xED100A00, V7, vldr_single, W_VLDR, fp_load),
    ROW(0xFF300F00, 0xED000A00, V7, vstr_single, W_VLDR, fp_store),
    ROW(0xFF300F00, 0xED100B00, V7, vldr_double, W_VLDR, fp_load),
    ROW(0xFF300F00, 0xED000B00, V7, vstr_double, W_VLDR, fp_store),
    ROW(0xFF900E00, 0xEC900A00, V7, vldm, W_VLDM, multiple_base), /* increment after */
    ROW(0xFF900E00, 0xEC800A00, V7, vstm, W_VLDM, multiple_base),
    ROW(0xFFB00E00, 0xED300A00, V7, vldm, W_VLDM, multiple_base), /* decrement before, write-back */
    ROW(0xFFB00E00, 0xED200A00, V7, vstm, W_VLDM, multiple_base),
    ROW(0xEC000000, 0xEC000000, V7, no_coprocessor, W_COPROCESSOR, fp_move),
};

/* ------------------------------------------------------------------ pieces of encodings */
#define FIELD(high, low) (insn >> (low) & ((2u << ((high) - (low))) - 1u))
#define RN FIELD(19, 16)
#define RT FIELD(15, 12)
#define RD FIELD(11, 8)
#define RM FIELD(3, 0)

static uint32_t sign_extend(uint32_t value, uint32_t bits) {
    return (uint32_t)((int32_t)(value << (32u - bits)) >> (32u - bits));
}

static uint32_t imm12_of(uint32_t insn) { return FIELD(26, 26) << 11 | FIELD(14, 12) << 8 | FIELD(7, 0); }

static bool bad(uint32_t r) { return r == 13 || r == 15; }

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

/* ------------------------------------------------------------------ loads and stores */
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
    return mask == 2 || out->imm <= 0x303u; /* GE bits: APSR and its combinations only */
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

static bool operands(const dr_decode_context *x, format32 format, uint32_t insn, dr_insn *out) {
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
    case W_COND:
    case W_B:
    case W_BL:
        return far_branch(x, format, insn, out);
    case W_MRS:
    case W_MSR:
        return move_special(x, format, insn, out);
    case W_VLDR:
        return vector_single(x, insn, out);
    case W_VLDM:
        return vector_multiple(x, insn, out);
    case W_COPROCESSOR:
        return coprocessor(x, insn, out);
    case W_UDF:
        return false;
    case W_NONE:
        return true;
    }
    return false;
}

/* A floating-point row may only apply where there is an FPU. */
static bool row_matches(const dr_decode_context *x, const dr_row *row, uint32_t insn) {
    bool floating = row->format == W_VLDR || row->format == W_VLDM;
    return (insn & row->mask) == row->value && (row->arch & x->arch) && (!floating || x->fpu);
}

bool dr_decode32(const dr_decode_context *x, uint32_t insn, dr_insn *out) {
    for (size_t k = 0; k < sizeof rows / sizeof rows[0]; k++) {
        if (row_matches(x, &rows[k], insn)) {
            *out = (dr_insn){.op = rows[k].op, .cost = rows[k].cost, .size = 4};
            out->writes_flags = rows[k].format == W_CONST_TEST || rows[k].format == W_REG_TEST;
            return operands(x, (format32)rows[k].format, insn, out);
        }
    }
    return false;
}
