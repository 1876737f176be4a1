/* FPv5 of the Cortex-M7: the instructions that work on registers only, decoded once and executed many times.
 * Loads, stores, lazy stacking and the CPACR check belong to the CPU. Encodings: DDI 0403E, A6.4 to A6.7 and A7.7. */
#ifndef DIGITRIG_FPU_H
#define DIGITRIG_FPU_H

#include "core.h"

typedef enum dr_fpu_operation {
    DR_FPU_ADD,
    DR_FPU_SUB,
    DR_FPU_MUL,
    DR_FPU_NMUL,
    DR_FPU_DIV,
    DR_FPU_MLA, /* MLA .. NMLS: arg bit 0 negates the product, bit 1 the addend; two roundings */
    DR_FPU_FMA, /* arg as MLA; one rounding */
    DR_FPU_SQRT,
    DR_FPU_ABS,
    DR_FPU_NEG,
    DR_FPU_MOVE,
    DR_FPU_MOVE_IMMEDIATE, /* imm: the single, or the upper word of the double */
    DR_FPU_COMPARE,        /* arg bit 0: VCMPE; bit 1: with zero */
    DR_FPU_SELECT,         /* arg: 0 EQ, 1 VS, 2 GE, 3 GT */
    DR_FPU_MAX_NUMBER,     /* arg: 1 minimum */
    DR_FPU_ROUND,          /* arg: dr_rounding or DR_FPU_ROUND_FPSCR, + DR_FPU_EXACT for VRINTX */
    DR_FPU_FROM_INTEGER,   /* arg: 1 signed */
    DR_FPU_TO_INTEGER,     /* arg: as DR_FPU_ROUND; imm: 1 signed */
    DR_FPU_FROM_FIXED,     /* arg: bit 0 unsigned, bit 1 32-bit; imm: fraction bits */
    DR_FPU_TO_FIXED,       /* the same */
    DR_FPU_FROM_HALF,      /* arg: 1 top half */
    DR_FPU_TO_HALF,        /* arg: 1 top half */
    DR_FPU_SINGLE_TO_DOUBLE,
    DR_FPU_DOUBLE_TO_SINGLE,
    DR_FPU_CORE_TO_SINGLE, /* n: core register; to a single, or half of a double (scalar) */
    DR_FPU_SINGLE_TO_CORE, /* d: core register */
    DR_FPU_CORE_TO_PAIR,   /* n, m: core registers; d: first of two singles, or a double */
    DR_FPU_PAIR_TO_CORE,   /* d, n: core registers; m: first of two singles, or a double */
    DR_FPU_READ_STATUS,    /* VMRS; d: core register, 15 = APSR.NZCV */
    DR_FPU_WRITE_STATUS,   /* VMSR; n: core register */
    DR_FPU_OPERATION_COUNT
} dr_fpu_operation;

enum { DR_FPU_ROUND_FPSCR = 7, DR_FPU_EXACT = 8 };

typedef enum dr_fpu_shortcut { /* what fpu_fast.h can do by itself */
                               DR_FAST_NONE,
                               DR_FAST_ADD,
                               DR_FAST_SUB,
                               DR_FAST_MUL,
                               DR_FAST_DIV,
                               DR_FAST_MLA,
                               DR_FAST_FMA,
                               DR_FAST_SQRT,
                               DR_FAST_COMPARE,
                               DR_FAST_FROM_INTEGER, /* signed */
                               DR_FAST_TO_INTEGER,   /* signed, toward zero */
                               DR_FAST_MOVE,
                               DR_FAST_SINGLE_TO_CORE,
                               DR_FAST_CORE_TO_SINGLE,
                               DR_FAST_ADD_DOUBLE,
                               DR_FAST_SUB_DOUBLE,
                               DR_FAST_MUL_DOUBLE,
                               DR_FAST_DIV_DOUBLE
} dr_fpu_shortcut;

typedef struct dr_fpu_op {
    uint8_t op;   /* dr_fpu_operation */
    uint8_t cost; /* dr_cost */
    uint8_t wide; /* 1: double precision */
    uint8_t arg;
    uint8_t d, n, m; /* index into s[]; a double takes s[d] and s[d + 1] */
    uint8_t fast;    /* dr_fpu_shortcut */
    uint32_t imm;
} dr_fpu_op;

/* insn: first halfword << 16 | second. False: UNDEFINED, and everything UNPREDICTABLE by its own encoding. Without
 * double precision only the moves of doubles are there. */
bool dr_fpu_decode(uint32_t insn, bool double_precision, dr_fpu_op *out);

void dr_fpu_execute(struct dr_board *b, const dr_fpu_op *op);

#endif
