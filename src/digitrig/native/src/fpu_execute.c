/* Execution of the floating-point instructions (DDI 0403E, A7.7), all of them, in integer arithmetic throughout. What
 * the host may compute instead is in fpu_fast.h. */
#include "fpu.h"
#include "softfloat.h"

enum { FPSCR_AHP = 1u << 26, FPSCR_DN = 1u << 25, FPSCR_FZ = 1u << 24, FPSCR_WRITABLE = 0xF7C0009F };

static uint64_t get(const dr_board *b, uint32_t reg, bool wide) {
    uint64_t low = b->cpu.s[reg];
    return wide ? low | (uint64_t)b->cpu.s[reg + 1] << 32 : low;
}

static void put(dr_board *b, uint32_t reg, bool wide, uint64_t value) {
    b->cpu.s[reg] = (uint32_t)value;
    if (wide) {
        b->cpu.s[reg + 1] = (uint32_t)(value >> 32);
    }
}

static const dr_float_format *format_of(bool wide) { return wide ? &dr_double : &dr_single; }

static dr_float_env environment(const dr_board *b) {
    uint32_t fpscr = b->cpu.fpscr;
    return (dr_float_env){.rounding = (dr_rounding)(fpscr >> 22 & 3),
                          .default_nan = fpscr & FPSCR_DN,
                          .flush_to_zero = fpscr & FPSCR_FZ,
                          .alternative_half = fpscr & FPSCR_AHP,
                          .flags = 0};
}

/* ------------------------------------------------------------------ arithmetic */
static uint64_t binary(dr_fpu_operation op, bool wide, uint64_t x, uint64_t y, dr_float_env *env) {
    const dr_float_format *f = format_of(wide);
    switch (op) {
    case DR_FPU_ADD:
        return dr_float_add(f, x, y, env);
    case DR_FPU_SUB:
        return dr_float_subtract(f, x, y, env);
    case DR_FPU_MUL:
        return dr_float_multiply(f, x, y, env);
    default:
        return dr_float_divide(f, x, y, env);
    }
}

static uint64_t compute(dr_board *b, dr_fpu_operation op, bool wide, uint64_t x, uint64_t y) {
    dr_float_env env = environment(b);
    uint64_t result = binary(op, wide, x, y, &env);
    b->cpu.fpscr |= env.flags;
    return result;
}

static uint64_t negate_if(bool negate, bool wide, uint64_t x) { return x ^ (uint64_t)negate << (wide ? 63 : 31); }

static void multiply_accumulate(dr_board *b, const dr_fpu_op *op) {
    bool wide = op->wide;
    uint64_t product = compute(b, DR_FPU_MUL, wide, get(b, op->n, wide), get(b, op->m, wide));
    uint64_t addend = negate_if(op->arg & 2, wide, get(b, op->d, wide));
    put(b, op->d, wide, compute(b, DR_FPU_ADD, wide, addend, negate_if(op->arg & 1, wide, product)));
}

static void fused_multiply_accumulate(dr_board *b, const dr_fpu_op *op) {
    bool wide = op->wide;
    uint64_t addend = negate_if(op->arg & 2, wide, get(b, op->d, wide));
    uint64_t x = negate_if(op->arg & 1, wide, get(b, op->n, wide)), y = get(b, op->m, wide);
    dr_float_env env = environment(b);
    put(b, op->d, wide, dr_float_multiply_add(format_of(wide), addend, x, y, &env));
    b->cpu.fpscr |= env.flags;
}

static void compare(dr_board *b, const dr_fpu_op *op, dr_float_env *env) {
    uint64_t y = op->arg & 2 ? 0 : get(b, op->m, op->wide);
    uint32_t nzcv = dr_float_compare(format_of(op->wide), get(b, op->d, op->wide), y, op->arg & 1, env);
    b->cpu.fpscr = (b->cpu.fpscr & 0x0FFFFFFF) | nzcv;
}

static bool selected(const dr_board *b, uint32_t condition) {
    bool n = b->cpu.flag_n >> 31, z = b->cpu.flag_z == 0, v = b->cpu.flag_v;
    switch (condition) {
    case 0:
        return z;
    case 1:
        return v;
    case 2:
        return n == v;
    default:
        return !z && n == v;
    }
}

/* ------------------------------------------------------------------ conversions */
static dr_rounding rounding_of(const dr_fpu_op *op, const dr_float_env *env) {
    uint32_t mode = op->arg & 7;
    return mode == DR_FPU_ROUND_FPSCR ? env->rounding : (dr_rounding)mode;
}

static void from_integer(dr_board *b, const dr_fpu_op *op, dr_float_env *env) {
    uint32_t word = b->cpu.s[op->m];
    int64_t value = op->arg & 1 ? (int64_t)(int32_t)word : (int64_t)word;
    put(b, op->d, op->wide, dr_float_from_fixed(format_of(op->wide), value, 0, env));
}

/* Always to nearest, whatever FPSCR says (DDI 0403E, VCVT between floating-point and fixed-point: round_nearest). */
static void from_fixed(dr_board *b, const dr_fpu_op *op, dr_float_env *env) {
    uint32_t word = b->cpu.s[op->d];
    bool is_unsigned = op->arg & 1, words = op->arg & 2;
    int64_t value = words ? (is_unsigned ? (int64_t)word : (int64_t)(int32_t)word)
                          : (is_unsigned ? (int64_t)(uint16_t)word : (int64_t)(int16_t)word);
    env->rounding = DR_ROUND_NEAREST;
    put(b, op->d, op->wide, dr_float_from_fixed(format_of(op->wide), value, op->imm, env));
}

/* Toward zero; the result is extended to the register, by its sign if it has one. */
static void to_fixed(dr_board *b, const dr_fpu_op *op, dr_float_env *env) {
    uint64_t x = get(b, op->d, op->wide);
    uint32_t width = op->arg & 2 ? 32 : 16;
    put(b, op->d, op->wide,
        dr_float_to_fixed(format_of(op->wide), x, width, op->imm, !(op->arg & 1), DR_ROUND_ZERO, env));
}

static void from_half(dr_board *b, const dr_fpu_op *op, dr_float_env *env) {
    uint32_t half = b->cpu.s[op->m] >> (op->arg ? 16 : 0) & 0xFFFF;
    put(b, op->d, op->wide, dr_float_convert(&dr_half, format_of(op->wide), half, env));
}

static void to_half(dr_board *b, const dr_fpu_op *op, dr_float_env *env) {
    uint32_t half = (uint32_t)dr_float_convert(format_of(op->wide), &dr_half, get(b, op->m, op->wide), env);
    uint32_t shift = op->arg ? 16 : 0;
    b->cpu.s[op->d] = (b->cpu.s[op->d] & ~(0xFFFFu << shift)) | half << shift;
}

/* Operations that may raise flags. */
static void execute_flagged(dr_board *b, const dr_fpu_op *op) {
    dr_float_env env = environment(b);
    const dr_float_format *f = format_of(op->wide);
    bool wide = op->wide;
    switch (op->op) {
    case DR_FPU_SQRT:
        put(b, op->d, wide, dr_float_square_root(f, get(b, op->m, wide), &env));
        break;
    case DR_FPU_COMPARE:
        compare(b, op, &env);
        break;
    case DR_FPU_MAX_NUMBER:
        put(b, op->d, wide, dr_float_max_number(f, get(b, op->n, wide), get(b, op->m, wide), op->arg, &env));
        break;
    case DR_FPU_ROUND:
        put(b, op->d, wide,
            dr_float_round_to_integer(f, get(b, op->m, wide), rounding_of(op, &env), op->arg & DR_FPU_EXACT, &env));
        break;
    case DR_FPU_FROM_INTEGER:
        from_integer(b, op, &env);
        break;
    case DR_FPU_TO_INTEGER:
        put(b, op->d, false, dr_float_to_fixed(f, get(b, op->m, wide), 32, 0, op->imm, rounding_of(op, &env), &env));
        break;
    case DR_FPU_FROM_FIXED:
        from_fixed(b, op, &env);
        break;
    case DR_FPU_TO_FIXED:
        to_fixed(b, op, &env);
        break;
    case DR_FPU_FROM_HALF:
        from_half(b, op, &env);
        break;
    case DR_FPU_TO_HALF:
        to_half(b, op, &env);
        break;
    case DR_FPU_SINGLE_TO_DOUBLE:
        put(b, op->d, true, dr_float_convert(&dr_single, &dr_double, get(b, op->m, false), &env));
        break;
    default: /* DR_FPU_DOUBLE_TO_SINGLE */
        put(b, op->d, false, dr_float_convert(&dr_double, &dr_single, get(b, op->m, true), &env));
        break;
    }
    b->cpu.fpscr |= env.flags;
}

/* ------------------------------------------------------------------ moves */
static void read_status(dr_board *b, uint32_t target) {
    uint32_t fpscr = b->cpu.fpscr;
    if (target != 15) {
        b->cpu.r[target] = fpscr;
        return;
    }
    b->cpu.flag_n = fpscr;
    b->cpu.flag_z = !(fpscr >> 30 & 1);
    b->cpu.flag_c = fpscr >> 29 & 1;
    b->cpu.flag_v = fpscr >> 28 & 1;
}

static void move_immediate(dr_board *b, const dr_fpu_op *op) {
    put(b, op->d, op->wide, op->wide ? (uint64_t)op->imm << 32 : op->imm);
}

static void move_pair(uint32_t *first, uint32_t *second, uint32_t a, uint32_t b) {
    *first = a;
    *second = b;
}

void dr_fpu_execute(dr_board *b, const dr_fpu_op *op) {
    uint32_t *r = b->cpu.r, *s = b->cpu.s;
    bool wide = op->wide;
    switch (op->op) {
    case DR_FPU_ADD:
    case DR_FPU_SUB:
    case DR_FPU_MUL:
    case DR_FPU_DIV:
        put(b, op->d, wide, compute(b, (dr_fpu_operation)op->op, wide, get(b, op->n, wide), get(b, op->m, wide)));
        break;
    case DR_FPU_NMUL:
        put(b, op->d, wide,
            negate_if(true, wide, compute(b, DR_FPU_MUL, wide, get(b, op->n, wide), get(b, op->m, wide))));
        break;
    case DR_FPU_MLA:
        multiply_accumulate(b, op);
        break;
    case DR_FPU_FMA:
        fused_multiply_accumulate(b, op);
        break;
    case DR_FPU_ABS:
        put(b, op->d, wide, get(b, op->m, wide) & ~(1ull << (wide ? 63 : 31)));
        break;
    case DR_FPU_NEG:
        put(b, op->d, wide, negate_if(true, wide, get(b, op->m, wide)));
        break;
    case DR_FPU_MOVE:
        put(b, op->d, wide, get(b, op->m, wide));
        break;
    case DR_FPU_MOVE_IMMEDIATE:
        move_immediate(b, op);
        break;
    case DR_FPU_SELECT:
        put(b, op->d, wide, get(b, selected(b, op->arg) ? op->n : op->m, wide));
        break;
    case DR_FPU_CORE_TO_SINGLE:
        s[op->d] = r[op->n];
        break;
    case DR_FPU_SINGLE_TO_CORE:
        r[op->d] = s[op->n];
        break;
    case DR_FPU_CORE_TO_PAIR:
        move_pair(&s[op->d], &s[op->d + 1], r[op->n], r[op->m]);
        break;
    case DR_FPU_PAIR_TO_CORE:
        move_pair(&r[op->d], &r[op->n], s[op->m], s[op->m + 1]);
        break;
    case DR_FPU_READ_STATUS:
        read_status(b, op->d);
        break;
    case DR_FPU_WRITE_STATUS:
        b->cpu.fpscr = r[op->n] & FPSCR_WRITABLE;
        break;
    default:
        execute_flagged(b, op);
        break;
    }
}
