/* Exception-continuable instructions (DDI 0403E B1.5.10): EPSR.ICI names the register that a load or store multiple
 * goes on with after an exception.
 *
 * This core takes an interrupt before or behind such an instruction, not inside, so only frames that software has made
 * have a register there. VLDM and VSTM begin again, as the architecture allows; ICI before any other instruction, or
 * with a register that is not in the list, is an INVSTATE fault.
 */
#include "cpu.h"

#include <string.h>

static bool fetch_insn(struct dr_board *b, dr_insn *in) {
    uint32_t address = b->cpu.r[15], whole = 0;
    const dr_region *r = dr_find_region(b, address);
    if (!r || r->size - (address - r->base) < 4u) {
        return false;
    }
    memcpy(&whole, r->host + (address - r->base), 4);
    return dr_decode(b, address, whole & 0xFFFFu, whole >> 16, 0, in);
}

static bool is_multiple(uint32_t op) {
    return op == DR_OP_ldm || op == DR_OP_stm || op == DR_OP_push || op == DR_OP_pop || op == DR_OP_pop_pc;
}

/* What was loaded into the PC: as BX. */
static void branch_to(struct dr_board *b, uint32_t target) {
    if (b->cpu.ipsr && target >= 0xF0000000u) {
        dr_exception_return(b, target);
        return;
    }
    b->cpu.r[15] = target & ~1u;
    b->cpu.itstate = target & 1u ? 0 : DR_THUMB_CLEAR;
}

/* The transfers of the registers from `first` on; false: a fault, with the instruction still to be continued. */
static bool transfer(struct dr_board *b, const dr_insn *in, uint32_t first, uint32_t address, uint32_t *pc) {
    bool load = in->op != DR_OP_stm && in->op != DR_OP_push;
    uint32_t words[16], left = in->imm & 0xFFFFu & ~((1u << first) - 1u), k = 0;
    for (uint32_t list = left; list; list &= list - 1u, address += 4u, k++) {
        uint32_t r = (uint32_t)__builtin_ctz(list);
        if (!(load ? dr_load(b, address, 4, DR_ACCESS_ALIGNED, &words[k])
                   : dr_store(b, address, 4, DR_ACCESS_ALIGNED, b->cpu.r[r]))) {
            return false;
        }
    }
    k = 0;
    for (uint32_t list = load ? left : 0; list; list &= list - 1u) {
        uint32_t r = (uint32_t)__builtin_ctz(list), value = words[k++];
        *(r == 15 ? pc : &b->cpu.r[r]) = value;
    }
    return true;
}

static void continue_multiple(struct dr_board *b, const dr_insn *in, uint32_t first) {
    dr_cpu *c = &b->cpu;
    uint32_t list = in->imm & 0xFFFFu, bytes = 4u * (uint32_t)__builtin_popcount(list), pc = 0;
    uint32_t base = c->r[in->rn], start = in->imm & 1u << 16 ? base - bytes : base;
    uint32_t done = 4u * (uint32_t)__builtin_popcount(list & ((1u << first) - 1u));
    if (!transfer(b, in, first, start + done, &pc)) {
        return;
    }
    if (in->imm & 1u << 17) {
        c->r[in->rn] = in->imm & 1u << 16 ? start : base + bytes;
    }
    dr_sp_changed(b);
    c->cycles += dr_issue_cycles(b, in);
    c->instructions++;
    c->itstate = 0;
    c->r[15] += in->size;
    if (in->op != DR_OP_stm && in->op != DR_OP_push && list >> 15) {
        branch_to(b, pc);
    }
}

bool dr_continue(struct dr_board *b) {
    dr_cpu *c = &b->cpu;
    uint32_t first = c->itstate >> 4;
    dr_insn in;
    if (!fetch_insn(b, &in)) {
        c->itstate = 0; /* the fault of the instruction itself */
        return false;
    }
    if (in.op == DR_OP_vldm || in.op == DR_OP_vstm) {
        c->itstate = 0;
        return false;
    }
    if (!is_multiple(in.op) || !((in.imm & 0xFFFFu) >> first & 1u)) {
        dr_raise(b, DR_EXC_USAGE_FAULT, DR_CFSR_INVSTATE);
        return true;
    }
    continue_multiple(b, &in, first);
    return true;
}
