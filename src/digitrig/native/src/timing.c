/* Cycles of straight-line code on a dual-issue pipeline, page by page.
 *
 * The pipeline issues in order, at most two instructions a cycle. An instruction is issued when each operand has come
 * as far as the stage that needs it (latency table), in the cycle of the one before it if the two may pair and nothing
 * else is in the way (pairing table). The younger of a pair costs nothing, or the older if the
 * younger leads to another page. So does a branch that its target joins. Of four instructions in a row one costs a
 * cycle at least (dr_cpu_run relies on it).
 *
 * A page is read from its beginning; its costs are a function of its bytes alone, whatever has been executed or decoded
 * before, so that runs in slices, single steps and restored snapshots count the same cycles. A block begins at the
 * page's first instruction, behind what never falls through, and where a branch of the same page leads; it is timed as
 * if entered with all operands ready. What operands of the code before make it wait longer is charged to the edge:
 * to the branch when taken, or to the last instruction of the block that falls through into it.
 */
#include "timing.h"

#include <stdlib.h>
#include <string.h>

#define FLAGS (1u << 16)
#define CORE_REGISTERS 17u
#define REGISTERS (CORE_REGISTERS + 32u)
#define LOOK_AHEAD 8u /* instructions after an edge that can still wait for operands from before it */

typedef struct pipeline {
    uint32_t next;          /* first cycle that nothing has been issued in */
    const dr_timed *older;  /* issued alone in the cycle before `next`, NULL if nothing can join it */
    uint32_t bank;          /* 1: the last load at an unrelated address found its bank busy */
    uint32_t at[REGISTERS]; /* cycle that latencies of the register's value count from */
    uint8_t by[REGISTERS];  /* DR_RESULT_* */
} pipeline;

#define START 1000u /* every latency is over */

static pipeline idle(void) {
    pipeline p;
    memset(&p, 0, sizeof p);
    p.next = START;
    return p;
}

static uint32_t latency(const struct dr_board *b, uint32_t result, uint32_t use) {
    return b->timing.latency[result * DR_USE_COUNT + use];
}

static uint32_t later(uint32_t x, uint32_t y) { return x > y ? x : y; }

static uint32_t when_ready(const struct dr_board *b, const pipeline *p, uint32_t set, uint32_t first, uint32_t use) {
    uint32_t ready = 0;
    for (; set; set &= set - 1u) {
        uint32_t r = first + (uint32_t)__builtin_ctz(set);
        ready = later(ready, p->at[r] + latency(b, p->by[r], use));
    }
    return ready;
}

static uint32_t operands_ready(const struct dr_board *b, const pipeline *p, const dr_timed *i) {
    uint32_t ready = 0;
    for (uint32_t use = 0; use < DR_USE_FP; use++) {
        ready = later(ready, when_ready(b, p, i->reads[use], 0, use));
    }
    for (uint32_t use = DR_USE_FP; use < DR_USE_COUNT; use++) {
        ready = later(ready, when_ready(b, p, i->fp_reads[use - DR_USE_FP], CORE_REGISTERS, use));
    }
    return ready;
}

/* Two loads go together if they are in different banks: bit 2 of their offsets from one base tells. Of loads from
 * unrelated addresses every other one finds its bank busy, as random addresses would. */
static bool same_bank(pipeline *p, const dr_timed *older, const dr_timed *younger) {
    bool moved = older->base != 15 && ((older->writes | older->writes_back) >> older->base & 1u);
    if (older->based && younger->based && older->base == younger->base && !moved) {
        return !((older->offset ^ younger->offset) & 4u);
    }
    p->bank ^= 1u;
    return p->bank;
}

static bool may_pair(const struct dr_board *b, pipeline *p, const dr_timed *older, const dr_timed *younger) {
    if (!b->timing.pair[older->slot * DR_SLOT_COUNT + younger->slot]) {
        return false;
    }
    return older->slot != DR_SLOT_LOAD || younger->slot != DR_SLOT_LOAD || !same_bank(p, older, younger);
}

static void put(pipeline *p, uint32_t set, uint32_t first, uint32_t at, uint32_t result) {
    for (; set; set &= set - 1u) {
        uint32_t r = first + (uint32_t)__builtin_ctz(set);
        p->at[r] = at;
        p->by[r] = (uint8_t)result;
    }
}

/* Issue one instruction; the cycles it adds. */
static uint32_t issue(const struct dr_board *b, pipeline *p, const dr_timed *i) {
    uint32_t ready = operands_ready(b, p, i), before = p->next, at;
    bool joins = p->older && ready < p->next && may_pair(b, p, p->older, i);
    if (joins) {
        at = p->next - 1u;
        p->older = NULL;
    } else {
        at = later(p->next, ready);
        p->next = at + i->busy;
        p->older = i->busy == 1 && i->slot != DR_SLOT_ALONE ? i : NULL;
    }
    uint32_t result = i->result, done = at + i->busy - 1u;
    bool late = when_ready(b, p, i->reads[DR_USE_ALU], 0, DR_USE_EARLY) > at;
    if (result == DR_RESULT_EARLY && (late || (joins && i->early_if_older))) {
        result = DR_RESULT_ALU;
    }
    put(p, i->writes_back, 0, at, DR_RESULT_EARLY);
    put(p, i->writes & ~FLAGS, 0, done, result);
    put(p, i->writes & FLAGS, 0, done, result == DR_RESULT_EARLY ? DR_RESULT_ALU : result);
    put(p, i->fp_writes, CORE_REGISTERS, done, result);
    return p->next - before;
}

/* ------------------------------------------------------------------ a page */
typedef struct page_timing {
    struct dr_board *b;
    const uint8_t *bytes;
    uint32_t base;
    dr_timed insn[DR_PAGE_RECORDS];
    bool leader[DR_PAGE_RECORDS + 1];
    dr_page_costs *out;
} page_timing;

static uint32_t halfword(const page_timing *t, uint32_t index) {
    return t->bytes[2u * index] | (uint32_t)t->bytes[2u * index + 1u] << 8;
}

/* Take the page apart from its first halfword on. What reaches into the next page is left out. */
static void decode_page(page_timing *t) {
    uint32_t itstate = 0;
    t->leader[0] = true;
    for (uint32_t k = 0; k < DR_PAGE_RECORDS;) {
        uint32_t first = halfword(t, k), wide = dr_is_wide(first);
        if (wide && k + 1u == DR_PAGE_RECORDS) {
            return;
        }
        uint32_t second = wide ? halfword(t, k + 1u) : 0;
        dr_insn in;
        if (!dr_decode(t->b, t->base + 2u * k, first, second, itstate, &in)) {
            itstate = 0;
        }
        dr_timed *i = &t->insn[k];
        dr_timed_of(t->b, &in, first << 16 | second, dr_issue_cycles(t->b, &in), itstate != 0, i);
        bool falls_through = !i->leaves || itstate;
        itstate = in.op == DR_OP_it ? in.imm & 0xFFu : dr_it_advance(itstate);
        uint32_t target = (i->target - t->base) / 2u;
        if (i->branches && i->target - t->base < DR_PAGE_SIZE) {
            t->leader[target] = true;
        }
        k += in.size / 2u;
        t->leader[k] |= !falls_through;
    }
}

static bool is_instruction(const page_timing *t, uint32_t k) { return k < DR_PAGE_RECORDS && t->insn[k].size; }

/* How much longer the block at `k` takes after `p` than when entered with everything ready: -1 if its first instruction
 * joins the branch that led here and that makes the block shorter as a whole, not just one slot of it. */
static int32_t waits_behind(const page_timing *t, pipeline p, uint32_t k) {
    pipeline ready = idle();
    uint32_t first = p.next;
    int32_t slower = 0;
    for (uint32_t n = 0; n < LOOK_AHEAD && is_instruction(t, k) && !(n && t->leader[k]); n++) {
        const dr_timed *i = &t->insn[k];
        issue(t->b, &p, i);
        issue(t->b, &ready, i);
        slower = (int32_t)(p.next - first) - (int32_t)(ready.next - START);
        if (i->leaves || i->branches) {
            break;
        }
        k += i->size / 2u;
    }
    return slower < 0 && (p.older || !ready.older) ? slower : (slower > 0 ? slower : 0);
}

static uint8_t limited(uint32_t cycles) { return cycles < 255 ? (uint8_t)cycles : 255; }

static pipeline without_older(pipeline p) {
    p.older = NULL; /* what begins a block costs its cycle, so that a loop of such takes time */
    return p;
}

/* Cycles of a branch when taken, those included that its target waits for operands. */
static uint32_t taken_cycles(const page_timing *t, const pipeline *p, uint32_t k, uint32_t cycles) {
    uint32_t target = (t->insn[k].target - t->base) / 2u;
    if (t->insn[k].target - t->base >= DR_PAGE_SIZE || !is_instruction(t, target)) {
        return later(cycles, 1u);
    }
    int32_t sum = (int32_t)cycles + waits_behind(t, t->leader[k] ? without_older(*p) : *p, target);
    return sum > 0 ? (uint32_t)sum : 0;
}

static void cost_branch(const page_timing *t, const pipeline *p, uint32_t k, uint32_t cycles) {
    const dr_timing *rules = &t->b->timing;
    uint32_t since = p->next - 1u - p->at[16];
    t->out->taken[k] = limited(taken_cycles(t, p, k, cycles));
    t->out->penalty[k] = limited(since >= rules->settled_flags ? rules->mispredict_settled : rules->mispredict);
}

static bool leads_away(const page_timing *t, const dr_timed *i) {
    return i->branches ? i->target - t->base >= DR_PAGE_SIZE : i->leaves;
}

static void cost_page(page_timing *t) {
    pipeline p = idle();
    uint32_t last = DR_PAGE_RECORDS;
    for (uint32_t k = 0; k < DR_PAGE_RECORDS;) {
        const dr_timed *i = &t->insn[k];
        if (t->leader[k] || !i->size) {
            if (last < DR_PAGE_RECORDS && i->size && !t->insn[last].leaves) {
                int32_t sum = t->out->cost[last] + waits_behind(t, t->leader[last] ? without_older(p) : p, k);
                t->out->cost[last] = limited(sum > 0 ? (uint32_t)sum : 0);
            }
            p = idle();
        }
        uint32_t before = last;
        last = k;
        if (!i->size) {
            k++;
            continue;
        }
        uint32_t cycles = issue(t->b, &p, i);
        if (cycles == 0 &&
            leads_away(t, i)) { /* the cycle of a pair is that of the one behind which anything may come */
            t->out->cost[before]--;
            cycles = 1;
        }
        t->out->known[k] = true;
        t->out->cost[k] = limited(cycles);
        if (i->branches) {
            cost_branch(t, &p, k, cycles);
        }
        k += i->size / 2u;
    }
}

dr_page_costs *dr_page_costs_new(struct dr_board *b, const dr_region *region, uint32_t base) {
    page_timing *t = calloc(1, sizeof *t);
    dr_page_costs *out = calloc(1, sizeof *out);
    if (t && out) {
        t->b = b;
        t->bytes = region->host + (base - region->base);
        t->base = base;
        t->out = out;
        decode_page(t);
        cost_page(t);
    } else {
        free(out);
        out = NULL;
    }
    free(t);
    return out;
}

dr_status dr_set_timing(dr_board *b, const dr_timing *timing) {
    for (uint32_t k = 0; k < DR_SLOT_COUNT * DR_SLOT_COUNT; k++) {
        if (timing->pair[k] > 1) {
            return dr_fail(b, DR_ERR_ARGUMENT, "pairing rule %u is %u; 0 or 1", k, timing->pair[k]);
        }
    }
    if (timing->mispredict > 255 || timing->mispredict_settled > 255) {
        return dr_fail(b, DR_ERR_ARGUMENT, "mispredicted branch: %u and %u cycles; at most 255", timing->mispredict,
                       timing->mispredict_settled);
    }
    b->timing = *timing;
    dr_drop_every_code(b);
    return DR_OK;
}
