/* Every operation the CPU can execute, by kind. One operation serves all encodings that mean the same; execute.c has
 * one handler for its 16-bit and one for its 32-bit form. */
#ifndef DIGITRIG_INTERNAL_OPS_H
#define DIGITRIG_INTERNAL_OPS_H

/* The lists are formatted by hand: clang-format moves them again on every run. */
/* clang-format off */

/* With a flag-setting variant (_s), each with an immediate, a register and a shifted register as second operand. */
#define DR_DATA_OPS(X) X(and) X(bic) X(orr) X(orn) X(eor) X(mov) X(mvn) X(add) X(adc) X(sub) X(sbc) X(rsb)
/* Flags only. */
#define DR_COMPARE_OPS(X) X(tst) X(teq) X(cmp) X(cmn)
/* Shifts, by a constant and by a register, with and without flags. */
#define DR_SHIFT_OPS(X) X(lsl) X(lsr) X(asr) X(ror)

#define DR_DATA_FORMS(X, name) \
    X(name##_imm) X(name##_imm_s) X(name##_reg) X(name##_reg_s) X(name##_shift) X(name##_shift_s)
#define DR_COMPARE_FORMS(X, name) X(name##_imm) X(name##_reg) X(name##_shift)
#define DR_SHIFT_FORMS(X, name) X(name##_imm) X(name##_imm_s) X(name##_reg) X(name##_reg_s)

/* Parallel arithmetic: prefixes S Q SH U UQ UH. */
#define DR_PARALLEL_OPS(X) X(add16) X(asx) X(sax) X(sub16) X(add8) X(sub8)
#define DR_PARALLEL_FORMS(X, name) X(s##name) X(q##name) X(sh##name) X(u##name) X(uq##name) X(uh##name)

/* Work on registers and flags only. */
#define DR_PLAIN_OPS(X) \
    DR_DATA_FORMS(X, and) DR_DATA_FORMS(X, bic) DR_DATA_FORMS(X, orr) DR_DATA_FORMS(X, orn) \
    DR_DATA_FORMS(X, eor) DR_DATA_FORMS(X, mov) DR_DATA_FORMS(X, mvn) DR_DATA_FORMS(X, add) \
    DR_DATA_FORMS(X, adc) DR_DATA_FORMS(X, sub) DR_DATA_FORMS(X, sbc) DR_DATA_FORMS(X, rsb) \
    DR_COMPARE_FORMS(X, tst) DR_COMPARE_FORMS(X, teq) DR_COMPARE_FORMS(X, cmp) DR_COMPARE_FORMS(X, cmn) \
    DR_SHIFT_FORMS(X, lsl) DR_SHIFT_FORMS(X, lsr) DR_SHIFT_FORMS(X, asr) DR_SHIFT_FORMS(X, ror) X(rrx) X(rrx_s) \
    X(sp_mov_reg) X(sp_add_imm) X(sp_sub_imm) X(sp_add_imm_s) X(sp_sub_imm_s) X(sp_add_reg) X(sp_add_shift) \
    X(sp_add_shift_s) X(sp_sub_shift) X(sp_sub_shift_s) X(sxtb) X(sxth) X(uxtb) X(uxth) X(sxtb16) X(uxtb16) \
    X(sxtab) X(sxtah) X(uxtab) X(uxtah) X(sxtab16) X(uxtab16) X(rev) X(rev16) X(revsh) X(rbit) X(clz) X(movt) \
    X(bfi) X(bfc) X(sbfx) X(ubfx) X(pkh) X(ssat) X(usat) X(ssat16) X(usat16) X(qadd) X(qdadd) X(qsub) X(qdsub) \
    X(sel) DR_PARALLEL_FORMS(X, add16) DR_PARALLEL_FORMS(X, asx) DR_PARALLEL_FORMS(X, sax) \
    DR_PARALLEL_FORMS(X, sub16) DR_PARALLEL_FORMS(X, add8) DR_PARALLEL_FORMS(X, sub8) X(mul) X(mul_s) X(mla) \
    X(mls) X(smulxy) X(smlaxy) X(smulw) X(smlaw) X(smuad) X(smlad) X(smusd) X(smlsd) X(smmul) X(smmla) X(smmls) \
    X(usad8) X(usada8) X(smull) X(umull) X(smlal) X(umlal) X(umaal) X(smlalxy) X(smlald) X(smlsld) X(nop)

/* Loads and stores by width; forms: base + constant, base + register, base + shifted register, literal, and the two
 * with write-back. */
#define DR_LOAD_OPS(X) X(ldr) X(ldrb) X(ldrh) X(ldrsb) X(ldrsh)
#define DR_STORE_OPS(X) X(str) X(strb) X(strh)
#define DR_LOAD_FORMS(X, name) \
    X(name##_imm) X(name##_reg) X(name##_shl) X(name##_lit) X(name##_pre) X(name##_post) X(name##_user)
#define DR_STORE_FORMS(X, name) X(name##_imm) X(name##_reg) X(name##_shl) X(name##_pre) X(name##_post) X(name##_user)

#define DR_CONDITIONS(X) X(eq) X(ne) X(cs) X(cc) X(mi) X(pl) X(vs) X(vc) X(hi) X(ls) X(ge) X(lt) X(gt) X(le)

#define DR_MEMORY_OPS(X) \
    DR_LOAD_FORMS(X, ldr) DR_LOAD_FORMS(X, ldrb) DR_LOAD_FORMS(X, ldrh) DR_LOAD_FORMS(X, ldrsb) \
    DR_LOAD_FORMS(X, ldrsh) DR_STORE_FORMS(X, str) DR_STORE_FORMS(X, strb) DR_STORE_FORMS(X, strh) \
    X(ldr_special) X(push) X(pop) X(pop_pc) X(ldm) X(stm) X(ldrd) X(strd) X(ldrex) X(strex) X(tbb) \
    X(vldr_single) X(vstr_single) X(vldr_double) X(vstr_double) X(vldm) X(vstm)

/* Branches to a constant: b and the conditional ones have a second handler for targets in their own page. */
#define DR_BRANCH_OPS(X) \
    X(b) X(b_eq) X(b_ne) X(b_cs) X(b_cc) X(b_mi) X(b_pl) X(b_vs) X(b_vc) X(b_hi) X(b_ls) X(b_ge) X(b_lt) X(b_gt) \
    X(b_le) X(cbz) X(cbnz) X(bl)

/* Floating-point instructions that fpu_fast.h does by itself, in the order of dr_fpu_shortcut; the others are `fp`. */
#define DR_FP_SHORTCUTS(X) \
    X(fp_add) X(fp_sub) X(fp_mul) X(fp_div) X(fp_mla) X(fp_fma) X(fp_sqrt) X(fp_compare) X(fp_from_integer) \
    X(fp_to_integer) X(fp_move) X(fp_single_to_core) X(fp_core_to_single) X(fp_add_double) X(fp_sub_double) \
    X(fp_mul_double) X(fp_div_double)

#define DR_CONTROL_OPS(X) \
    X(bx) X(blx) X(mov_pc) X(add_pc) X(bx_pc) X(it) X(it_again) X(skip) X(svc) X(bkpt) X(wfi) X(wfe) X(sev) \
    X(barrier) X(isb) X(clrex) X(cps) X(mrs) X(msr) X(sdiv) X(udiv) X(fp) DR_FP_SHORTCUTS(X) \
    X(no_coprocessor) X(undefined) X(breakpoint) X(comparator) X(no_execute) X(no_fetch) X(decode) X(page_end)

/* Operations that run together with a conditional branch behind them, as one handler. */
#define DR_FUSED_OPS(X) \
    X(cmp_imm) X(cmp_reg) X(tst_imm) X(tst_reg) X(add_imm_s) X(sub_imm_s) X(sub_reg_s) X(and_reg_s) X(lsl_imm_s) \
    X(lsr_imm_s)
#define DR_CONDITION_COUNT 14

/* clang-format on */

#define DR_ALL_OPS(X) DR_PLAIN_OPS(X) DR_MEMORY_OPS(X) DR_BRANCH_OPS(X) DR_CONTROL_OPS(X)

typedef enum dr_op {
#define X(name) DR_OP_##name,
    DR_ALL_OPS(X)
#undef X
        DR_OP_COUNT
} dr_op;

#endif
