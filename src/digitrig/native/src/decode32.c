/* The 32-bit Thumb instructions of Armv7E-M (DDI 0403E A5.3) and the few of Armv6-M (DDI 0419 A5.3), one row a form.
 * An encoding is written first halfword << 16 | second halfword. */
#include "decode32.h"

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

/* A floating-point row may only apply where there is an FPU. */
static bool row_matches(const dr_decode_context *x, const dr_row *row, uint32_t insn) {
    bool floating = row->format == W_VLDR || row->format == W_VLDM;
    return (insn & row->mask) == row->value && (row->arch & x->arch) && (!floating || x->fpu);
}

static bool is_transfer(format32 format) {
    return (format >= W_MULTIPLE && format <= W_HINT_ADDRESS) || format >= W_VLDR;
}

bool dr_decode32(const dr_decode_context *x, uint32_t insn, dr_insn *out) {
    for (size_t k = 0; k < sizeof rows / sizeof rows[0]; k++) {
        if (row_matches(x, &rows[k], insn)) {
            *out = (dr_insn){.op = rows[k].op, .cost = rows[k].cost, .size = 4};
            out->writes_flags = rows[k].format == W_CONST_TEST || rows[k].format == W_REG_TEST;
            format32 format = (format32)rows[k].format;
            return is_transfer(format) ? dr_transfer_operands(x, format, insn, out)
                                       : dr_data_operands(x, format, insn, out);
        }
    }
    return false;
}
