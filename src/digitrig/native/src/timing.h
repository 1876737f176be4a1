/* The dual-issue pipeline as decode.c sees it: what one page of code costs, known before any of it runs. */
#ifndef DIGITRIG_INTERNAL_TIMING_H
#define DIGITRIG_INTERNAL_TIMING_H

#include "cpu.h"

/* What the pipeline has to know of one instruction. Registers are bits: 0-15 core, 16 the flags. */
typedef struct dr_timed {
    uint8_t slot;        /* DR_SLOT_* */
    uint8_t result;      /* DR_RESULT_* of what it writes */
    uint8_t busy;        /* cycles until the next one can be issued */
    uint8_t size;        /* bytes; 0 = no instruction begins here */
    bool leaves;         /* what stands behind it is not reached by falling through */
    bool branches;       /* to the constant address `target`, taken or not */
    bool early_if_older; /* the early ALU takes it in the older slot only */
    bool based;          /* a load from register `base` plus `offset`; base 15: offset is the address */
    uint8_t base;
    uint32_t offset, target;
    uint32_t reads[DR_USE_FP]; /* by use */
    uint32_t writes, writes_back;
    uint32_t fp_reads[DR_USE_COUNT - DR_USE_FP], fp_writes;
} dr_timed;

/* Everything but `busy` of the multiple-cycle classes comes from the operation itself. `raw`: both halfwords. */
void dr_timed_of(struct dr_board *b, const dr_insn *in, uint32_t raw, uint32_t cycles, bool predicated, dr_timed *out);

/* Costs of a page of code by halfword. `known` is false where the page, read from its beginning, has no instruction. */
typedef struct dr_page_costs {
    uint8_t cost[DR_PAGE_RECORDS];    /* of a conditional branch: not taken */
    uint8_t taken[DR_PAGE_RECORDS];   /* of a branch */
    uint8_t penalty[DR_PAGE_RECORDS]; /* of a conditional branch predicted wrongly */
    bool known[DR_PAGE_RECORDS];
} dr_page_costs;

/* Costs at `base` in `region`; NULL without host memory. A function of the page's bytes and the tables alone. */
dr_page_costs *dr_page_costs_new(struct dr_board *b, const dr_region *region, uint32_t base);

#endif
