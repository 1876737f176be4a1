/* Between the table of 32-bit instructions (decode32.c) and what takes their operands apart. */
#ifndef DIGITRIG_INTERNAL_DECODE32_H
#define DIGITRIG_INTERNAL_DECODE32_H

#include "cpu.h"

/* How the operands lie in the two halfwords. */
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

/* Fill in operands; false = undefined or UNPREDICTABLE. */
bool dr_data_operands(const dr_decode_context *x, format32 format, uint32_t insn, dr_insn *out);
bool dr_transfer_operands(const dr_decode_context *x, format32 format, uint32_t insn, dr_insn *out);

/* Bits high..low of `insn`, and the usual register fields. */
#define FIELD(high, low) (insn >> (low) & ((2u << ((high) - (low))) - 1u))
#define RN FIELD(19, 16)
#define RT FIELD(15, 12)
#define RD FIELD(11, 8)
#define RM FIELD(3, 0)

static inline uint32_t sign_extend(uint32_t value, uint32_t bits) {
    return (uint32_t)((int32_t)(value << (32u - bits)) >> (32u - bits));
}

static inline bool bad(uint32_t r) { return r == 13 || r == 15; }

#endif
