/* From memory to records: code pages, decoding one instruction, IT blocks.
 *
 * Rule for UNPREDICTABLE encodings: they are UNDEFINED. That includes should-be-zero and should-be-one bits of the
 * manual's diagrams and forbidden registers (SP or PC where the manual excludes them, an empty or one-register list of
 * a 32-bit load multiple). Executed all the same, because hardware and other emulators do and programs exist that use
 * them: CMP (register) T2 with two low registers, STM T1 with its base in the list (the old base is stored), ADD Rd,
 * PC, BX PC (an INVSTATE fault), LDRH and LDRSH to PC (memory hints), FLDMX and FSTMX. pytests/native/differential
 * holds the decoders to this list.
 */
#include "cache.h"
#include "fpu.h"
#include "timing.h"

#include <stdlib.h>
#include <string.h>

static void reset_records(dr_code_page *page, uint32_t from, uint32_t to) {
    for (uint32_t k = from; k < to; k++) {
        page->record[k] = (dr_record){.run = dr_handlers[0][DR_OP_decode]};
    }
}

static dr_code_page *new_page(uint32_t base, uint32_t records) {
    dr_code_page *page = calloc(1, sizeof *page + (records + 2) * sizeof page->record[0]);
    if (page) {
        page->base = base;
        reset_records(page, 0, records);
        page->record[records].run = page->record[records + 1].run = dr_handlers[0][DR_OP_page_end];
        page->low = records;
    }
    return page;
}

static void clear_page(dr_code_page *page) {
    for (uint32_t k = 0; k < page->it_count; k++) {
        for (uint32_t outcome = 0; outcome < 2; outcome++) {
            if (page->it[k].when[outcome]) {
                free(page->it[k].when[outcome]->fpu);
                free(page->it[k].when[outcome]);
            }
        }
    }
    free(page->it);
    free(page->fpu);
    page->it = NULL;
    page->fpu = NULL;
    page->it_count = page->fpu_count = 0;
    page->straddles = false;
}

static void forget_costs(dr_region *region, uint32_t number) {
    dr_code_page *page = region->code[number];
    if (page) {
        free(page->costs);
        page->costs = NULL;
    }
}

static void drop_records(dr_region *region, uint32_t number) {
    dr_code_page *page = region->code[number];
    if (page) {
        reset_records(page, page->low, page->high);
        clear_page(page);
        page->low = DR_PAGE_RECORDS;
        page->high = 0;
    }
    if (!page || !page->costs) { /* what is known of its costs has to be forgotten with the first write */
        region->page_flags[number] &= (uint8_t)~DR_PAGE_CODE;
    }
}

/* The page itself stays: a program that overwrites the page it runs from goes on in it. */
void dr_drop_code(dr_region *region, uint32_t number) {
    forget_costs(region, number);
    dr_drop_records(region, number);
}

/* The same where the bytes have not changed, nor the tables: what the page's instructions cost is still known. */
void dr_drop_records(dr_region *region, uint32_t number) {
    drop_records(region, number);
    if (number && region->code[number - 1] && region->code[number - 1]->straddles) {
        drop_records(region, number - 1);
    }
}

void dr_drop_all_code(dr_region *region) {
    for (uint32_t k = 0; k < region->size >> DR_PAGE_BITS; k++) {
        if (region->code[k]) {
            clear_page(region->code[k]);
            forget_costs(region, k);
            free(region->code[k]);
            region->code[k] = NULL;
            region->page_flags[k] &= (uint8_t)~DR_PAGE_CODE;
        }
    }
}

void dr_drop_every_code(struct dr_board *b) {
    for (uint32_t k = 0; k < b->region_count; k++) {
        dr_drop_all_code(&b->regions[k]);
    }
}

bool dr_has_breakpoint(const struct dr_board *b, uint32_t address) {
    for (uint32_t k = 0; k < b->breakpoint_count; k++) {
        if (b->breakpoints[k] == address) {
            return true;
        }
    }
    return false;
}

/* Regions whose addresses the default memory map makes execute-never (DDI 0403E B3.1). */
static bool in_execute_never(uint32_t address) {
    return (address >= 0x40000000u && address < 0x60000000u) || address >= 0xA0000000u;
}

dr_code_page *dr_find_page(struct dr_board *b, uint32_t address) {
    dr_region *region = dr_find_region(b, address);
    if (!region || region->disabled || !(region->flags & DR_MEM_EXECUTE) || in_execute_never(address)) {
        return NULL;
    }
    uint32_t number = (address - region->base) >> DR_PAGE_BITS;
    if (!region->code[number]) {
        region->code[number] = new_page(region->base + (number << DR_PAGE_BITS), DR_PAGE_RECORDS);
    }
    return region->code[number];
}

/* ------------------------------------------------------------------ one instruction */
bool dr_decode(struct dr_board *b, uint32_t address, uint32_t first, uint32_t second, uint32_t itstate, dr_insn *out) {
    dr_decode_context x = {.address = address, .arch = dr_is_v7(b) ? DR_ARCH_V7 : DR_ARCH_V6, .fpu = b->config.has_fpu};
    x.in_it = itstate != 0;
    x.last_in_it = (itstate & 0xFu) == 8u;
    bool valid = dr_is_wide(first) ? dr_decode32(&x, first << 16 | second, out) : dr_decode16(&x, first, out);
    if (valid && x.in_it && (out->not_in_it || (out->leaves && !x.last_in_it))) {
        valid = false;
    }
    if (!valid) {
        *out = (dr_insn){.op = DR_OP_undefined, .size = dr_is_wide(first) ? 4 : 2};
        out->imm = dr_is_wide(first) ? first << 16 | second : first;
    }
    return valid;
}

static uint8_t limited(uint32_t cycles) { return cycles < 255 ? (uint8_t)cycles : 255; }

static uint32_t multiple_cycles(const struct dr_board *b, uint32_t words) {
    uint32_t at_once = b->timing.dual_issue ? b->timing.words_per_cycle : 1u;
    return (words + at_once - 1u) / at_once * b->cost[DR_COST_multiple_register];
}

uint32_t dr_issue_cycles(const struct dr_board *b, const dr_insn *in) {
    uint32_t cost = b->cost[in->cost];
    switch (in->op) {
    case DR_OP_pop_pc:
        return cost + multiple_cycles(b, in->rd) + b->cost[DR_COST_pop_pc_extra];
    case DR_OP_ldm:
        cost += in->imm & 0x8000u ? b->cost[DR_COST_pop_pc_extra] : 0;
        return cost + multiple_cycles(b, in->rd);
    case DR_OP_push:
    case DR_OP_pop:
    case DR_OP_stm:
        return cost + multiple_cycles(b, in->rd);
    case DR_OP_vldm:
    case DR_OP_vstm:
        return cost + multiple_cycles(b, in->rm);
    case DR_OP_ldr_special:
        return cost + (in->rd == 15 ? b->cost[DR_COST_load_pc_extra] : 0);
    case DR_OP_fp: {
        dr_fpu_op op;
        return dr_fpu_decode(in->imm, b->config.has_fpu == 2, &op) ? b->cost[op.cost] : cost;
    }
    default:
        return cost;
    }
}

/* What stands in the page's table of costs for an instruction. Instructions that the page, read from its beginning,
 * has none of cost their class. */
typedef struct cost_entry {
    uint32_t cost, taken, penalty;
} cost_entry;

static cost_entry class_costs(const struct dr_board *b, const dr_insn *in) {
    bool compare = in->op == DR_OP_cbz || in->op == DR_OP_cbnz;
    if (in->op < DR_OP_b || in->op > DR_OP_bl) {
        return (cost_entry){.cost = dr_issue_cycles(b, in)};
    }
    return (cost_entry){.cost = b->cost[compare ? DR_COST_compare_branch_not_taken : DR_COST_branch_not_taken],
                        .taken = b->cost[compare ? DR_COST_compare_branch_taken : in->cost],
                        .penalty = b->timing.mispredict};
}

static cost_entry cost_of(struct dr_board *b, dr_code_page *page, uint32_t address, const dr_insn *in) {
    dr_code_page *owner = page->parent ? page->parent : page;
    if (!b->timing.dual_issue) {
        return class_costs(b, in);
    }
    if (!owner->costs) {
        owner->costs = dr_page_costs_new(b, dr_find_region(b, owner->base), owner->base);
    }
    const dr_page_costs *table = owner->costs;
    uint32_t index = (address - owner->base) / 2u;
    if (!table || !table->known[index]) {
        cost_entry entry = class_costs(b, in);
        entry.cost += entry.cost == 0; /* as much as any instruction that is issued by itself */
        return entry;
    }
    return (cost_entry){table->cost[index], table->taken[index], table->penalty[index]};
}

#define PREDICTOR_SIZE (sizeof((dr_cpu *)0)->predictor)

/* A branch to a constant: not taken `cost`, taken rm. In an IT block and to another page it costs a cycle at least. */
static void make_branch(struct dr_board *b, dr_code_page *page, uint32_t address, const dr_insn *in, uint32_t fetch,
                        dr_record *out) {
    cost_entry entry = cost_of(b, page, address, in);
    const dr_region *target = dr_find_region(b, in->imm);
    bool wide = in->size == 4, near = in->imm - page->base < DR_PAGE_SIZE && !page->parent;
    bool predicted = b->timing.dual_issue && dr_handlers_predicted[wide][in->op];
    near = near && dr_handlers_near[wide][in->op];
    uint32_t least = b->timing.dual_issue && !near;
    out->cost = limited(entry.cost + fetch);
    out->rm = limited((entry.taken > least ? entry.taken : least) + fetch + (target ? target->branch_wait : 0));
    if (predicted) {
        out->rd = (uint8_t)(address / 2u);
        out->rn = in->op == DR_OP_cbz || in->op == DR_OP_cbnz ? in->rn : limited(entry.penalty);
        out->run = dr_handlers_predicted[wide][in->op];
    }
    if (near) {
        out->run = (predicted ? dr_handlers_near_predicted : dr_handlers_near)[wide][in->op];
        out->imm = (in->imm - page->base) / 2u | (predicted ? address / 2u % PREDICTOR_SIZE << 16 : 0);
    }
}

static bool is_branch(uint32_t op) { return op >= DR_OP_b && op <= DR_OP_bl; }

static uint32_t add_fpu(dr_code_page *page, const dr_fpu_op *op) {
    for (uint32_t k = 0; k < page->fpu_count; k++) { /* decoded before and dropped since, or the same as another */
        if (!memcmp(&page->fpu[k], op, sizeof *op)) {
            return k;
        }
    }
    dr_fpu_op *grown = realloc(page->fpu, (page->fpu_count + 1) * sizeof *grown);
    if (!grown) {
        return UINT32_MAX;
    }
    page->fpu = grown;
    page->fpu[page->fpu_count] = *op;
    return page->fpu_count++;
}

/* Operands and handler of a decoded instruction. */
static dr_record make_record(struct dr_board *b, dr_code_page *page, uint32_t address, const dr_insn *in) {
    dr_record out = {.imm = in->imm, .rd = in->rd, .rn = in->rn, .rm = in->rm};
    const dr_region *region = dr_find_region(b, address);
    uint32_t fetch = (region ? region->fetch_wait : 0) * (in->size / 2u), wide = in->size == 4;
    fetch += region ? dr_uncached_fetch(b, region, address, in->size) : 0;
    out.run = dr_handlers[wide][in->op];
    if (is_branch(in->op)) {
        make_branch(b, page, address, in, fetch, &out);
        return out;
    }
    out.cost = limited(cost_of(b, page, address, in).cost + fetch);
    if (in->op == DR_OP_fp) {
        dr_fpu_op op;
        dr_fpu_decode(in->imm, b->config.has_fpu == 2, &op);
        out.imm = add_fpu(page, &op);
        out.run = dr_handlers[wide][out.imm == UINT32_MAX ? DR_OP_undefined : DR_OP_fp + op.fast];
        return out;
    }
    if (in->leaves && b->timing.dual_issue && out.cost == 0) {
        out.cost = 1; /* it may lead to an instruction that costs nothing */
    }
    if (out.cost == 0 && !b->timing.dual_issue) { /* instruction limits can no longer be turned into cycles */
        ((dr_scratch *)b->code_scratch)->has_zero_cost = true;
        b->deadline = 0;
    }
    return out;
}

/* Halfwords at an address as the core would fetch them; false: no (executable) memory there. */
static bool fetch(struct dr_board *b, uint32_t address, uint32_t *halfword) {
    const dr_region *region = dr_find_region(b, address);
    if (!region || region->disabled || !(region->flags & DR_MEM_EXECUTE) || in_execute_never(address)) {
        return false;
    }
    uint16_t value;
    memcpy(&value, region->host + (address - region->base), 2);
    *halfword = value;
    return true;
}

static void mark_code(struct dr_board *b, uint32_t address) {
    dr_region *region = dr_find_region(b, address);
    region->page_flags[(address - region->base) >> DR_PAGE_BITS] |= DR_PAGE_CODE;
}

typedef struct fetched {
    uint32_t first, second, size;
} fetched;

/* Both halves of an instruction; false if a part of it cannot be fetched or executed. */
static bool fetch_instruction(struct dr_board *b, uint32_t address, fetched *out) {
    out->second = 0;
    out->size = 2;
    if (!fetch(b, address, &out->first)) {
        return false;
    }
    if (dr_is_wide(out->first)) {
        out->size = 4;
        return fetch(b, address + 2u, &out->second);
    }
    return true;
}

/* May the core execute there now? Remembers when the answer would be another one in another mode. */
static bool may_execute(struct dr_board *b, uint32_t address, uint32_t size) {
    if (DR_LIKELY(!(b->scs.mpu_ctrl & 1u))) {
        return true;
    }
    bool allowed[] = {true, true, true};
    for (uint32_t view = 0; view < 3; view++) {
        for (uint32_t k = 0; k < size; k += 2) {
            allowed[view] = allowed[view] && dr_mpu_view_allows(b, (dr_mpu_view)view, address + k, DR_MPU_EXECUTE);
        }
    }
    if (allowed[0] != allowed[1] || allowed[1] != allowed[2]) {
        ((dr_scratch *)b->code_scratch)->code_depends_on_view = true;
    }
    return allowed[dr_mpu_view_of(b, dr_privileged(&b->cpu))];
}

static dr_record special_record(uint32_t op) { return (dr_record){.run = dr_handlers[0][op]}; }

static dr_record it_record(struct dr_board *b, dr_code_page *page, uint32_t address, const dr_insn *in) {
    dr_record out = make_record(b, page, address, in);
    dr_it_block *block = dr_find_it_block(b, page, address + 2u, in->imm);
    if (!block) {
        return special_record(DR_OP_undefined);
    }
    out.imm = (uint32_t)(block - page->it);
    out.rn = (uint8_t)in->cond;
    return out;
}

/* The record of the instruction at an address; `in` and its size are filled for all that can be fetched. */
static dr_record decode_at(struct dr_board *b, dr_code_page *page, uint32_t address, uint32_t itstate, dr_insn *in) {
    fetched f;
    *in = (dr_insn){.op = DR_OP_no_fetch, .size = 2};
    if (!fetch_instruction(b, address, &f)) {
        return special_record(DR_OP_no_fetch);
    }
    dr_decode(b, address, f.first, f.second, itstate, in);
    mark_code(b, address);
    mark_code(b, address + f.size - 2u);
    if (!may_execute(b, address, f.size)) {
        in->op = DR_OP_no_execute;
        return special_record(DR_OP_no_execute);
    }
    const dr_scratch *scratch = b->code_scratch;
    if (dr_has_breakpoint(b, address) && !(scratch->ignore_breakpoints & DR_IGNORE_HOST)) {
        return special_record(DR_OP_breakpoint);
    }
    if (scratch->watches_code && !(scratch->ignore_breakpoints & DR_IGNORE_COMPARATORS) &&
        dr_debug_stops_at(b, address)) {
        return special_record(DR_OP_comparator);
    }
    return in->op == DR_OP_it ? it_record(b, page, address, in) : make_record(b, page, address, in);
}

/* A near conditional branch of 16 bits: the record before it, if decoded, runs the two together from now on. The
 * branch keeps its own record for whoever jumps to it. */
static void fuse_with_previous(dr_code_page *page, uint32_t index, const dr_insn *in) {
    if (in->op < DR_OP_b_eq || in->op > DR_OP_b_le) {
        return;
    }
    bool predicted = page->record[index].run == dr_handlers_near_predicted[0][in->op];
    if (!predicted && page->record[index].run != dr_handlers_near[0][in->op]) {
        return;
    }
    for (uint32_t size = 1; size <= 2 && size <= index; size++) {
        dr_record *previous = &page->record[index - size];
        dr_handler *together = dr_fused_handler(previous->run, in->op - DR_OP_b_eq, size == 2, predicted);
        if (together) {
            previous->run = together;
        }
    }
}

/* Bytes of what is left of an IT block. */
uint32_t dr_it_block_bytes(struct dr_board *b, uint32_t address, uint32_t itstate) {
    uint32_t end = address, first;
    for (; itstate && fetch(b, end, &first); itstate = dr_it_advance(itstate)) {
        end += dr_is_wide(first) ? 4u : 2u;
    }
    return end - address;
}

/* Decode the instruction of a record in place and return it. */
const dr_record *dr_decode_record(struct dr_board *b, dr_code_page *page, const dr_record *record, uint64_t *cycles) {
    uint32_t index = (uint32_t)(record - page->record), address = page->base + 2u * index;
    dr_insn in;
    dr_record decoded = decode_at(b, page, address, 0, &in);
    uint32_t block = in.op == DR_OP_it ? dr_it_block_bytes(b, address + 2u, in.imm & 0xFFu) : 0;
    *cycles += dr_cache_fetch(b, address, in.size + block, *cycles);
    page->record[index] = decoded;
    fuse_with_previous(page, index, &in);
    page->low = index < page->low ? index : page->low;
    page->high = index + 1 > page->high ? index + 1 : page->high;
    page->straddles |= index == DR_PAGE_RECORDS - 1 && in.size == 4;
    return record;
}

/* ------------------------------------------------------------------ one line of the instruction cache */
#define IT_REACH 9u /* halfwords of an IT block, IT included */

/* A branch that the record before it may have been fused with. */
static bool is_fused_branch(const dr_record *record) {
    for (uint32_t op = DR_OP_b_eq; op <= DR_OP_b_le; op++) {
        if (record->run == dr_handlers_near[0][op] || record->run == dr_handlers_near_predicted[0][op]) {
            return true;
        }
    }
    return false;
}

/* Records in front of halfword `first` that run what lies behind it without asking its record: IT blocks, an operation
 * fused with a branch, and an instruction that reaches over. */
static void reset_reaching(dr_code_page *page, uint32_t first) {
    for (uint32_t k = first < IT_REACH ? 0 : first - IT_REACH; k < first; k++) {
        if (page->record[k].run == dr_handlers[0][DR_OP_it] ||
            (k + 2u >= first && !is_fused_branch(&page->record[k]))) {
            reset_records(page, k, k + 1u);
        }
    }
}

void dr_drop_line(dr_region *region, uint32_t offset) {
    uint32_t number = offset >> DR_PAGE_BITS, first = offset % DR_PAGE_SIZE / 2u;
    if (region->code[number]) {
        reset_reaching(region->code[number], first);
        reset_records(region->code[number], first, first + DR_LINE_SIZE / 2u);
    }
    if (!first && number && region->code[number - 1]) {
        reset_reaching(region->code[number - 1], DR_PAGE_RECORDS);
    }
}

/* ------------------------------------------------------------------ IT blocks */
/* Cycles of an instruction whose condition fails; on the dual-issue core those of its slot, executed or not. */
static uint32_t skipped_cost(struct dr_board *b, const dr_record *record, const dr_insn *in, uint32_t address) {
    if (b->timing.dual_issue) {
        return in->leaves || record->cost > b->cost[in->cost] ? 1u : record->cost;
    }
    const dr_region *region = dr_find_region(b, address);
    return b->cost[DR_COST_skipped] + (region ? region->fetch_wait : 0) * (in->size / 2u);
}

static bool is_fault_record(uint32_t op) { return op == DR_OP_no_fetch || op == DR_OP_no_execute; }

static bool is_stop_record(const dr_record *record) {
    return record->run == dr_handlers[0][DR_OP_breakpoint] || record->run == dr_handlers[0][DR_OP_comparator];
}

/* Fill the page of one outcome: the instructions from `address` on while ITSTATE lasts. */
static void fill_it_page(struct dr_board *b, dr_code_page *owner, dr_code_page *page, uint32_t itstate, bool holds) {
    uint32_t index = 0, first_cond = itstate >> 4;
    while (itstate) {
        uint32_t address = page->base + 2u * index;
        dr_insn in;
        page->itstate[index] = (uint8_t)itstate;
        if (address - owner->base >= DR_PAGE_SIZE) {
            break; /* goes on in the next page, found again by address and ITSTATE */
        }
        page->record[index] = decode_at(b, page, address, itstate, &in);
        bool executed = first_cond == 14 || (itstate >> 4 == first_cond) == holds;
        if (is_fault_record(in.op)) {
            return;
        }
        if (!executed && in.op != DR_OP_bkpt && !is_stop_record(&page->record[index])) {
            page->record[index].run = dr_handlers[in.size == 4][DR_OP_skip];
            page->record[index].cost = limited(skipped_cost(b, &page->record[index], &in, address));
        }
        owner->straddles |= address + in.size - owner->base > DR_PAGE_SIZE;
        index += in.size / 2u;
        itstate = dr_it_advance(itstate);
        page->itstate[index] = (uint8_t)itstate;
        dr_it_block *again =
            executed && in.writes_flags && itstate ? dr_find_it_block(b, owner, address + in.size, itstate) : NULL;
        if (again) { /* the condition has to be looked at again */
            page->record[index] = special_record(DR_OP_it_again);
            page->record[index].imm = (uint32_t)(again - owner->it);
            page->record[index].rn = (uint8_t)(itstate >> 4);
            return;
        }
    }
    page->record[index] = special_record(DR_OP_page_end);
}

#define IT_PAGE_RECORDS 9u

dr_it_block *dr_find_it_block(struct dr_board *b, dr_code_page *page, uint32_t address, uint32_t itstate) {
    for (uint32_t k = 0; k < page->it_count; k++) {
        if (page->it[k].address == address && page->it[k].itstate == itstate) {
            return &page->it[k];
        }
    }
    dr_it_block *grown = realloc(page->it, (page->it_count + 1) * sizeof *grown);
    if (!grown) {
        return NULL;
    }
    dr_code_page *when[2] = {new_page(address, IT_PAGE_RECORDS), new_page(address, IT_PAGE_RECORDS)};
    page->it = grown;
    if (!when[0] || !when[1]) {
        free(when[0]), free(when[1]);
        return NULL;
    }
    uint32_t number = page->it_count++;
    page->it[number] = (dr_it_block){address, itstate, {when[0], when[1]}};
    for (uint32_t outcome = 0; outcome < 2; outcome++) {
        when[outcome]->parent = page;
        fill_it_page(b, page, when[outcome], itstate, outcome);
    }
    return &page->it[number]; /* filling may have moved the array */
}
