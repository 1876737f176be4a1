/* The handlers that need their own size: part of execute.c, once with SIZE 1 (16-bit instructions) and once with 2. */

#define H(name) HANDLER(SIZED(name))

#define X(name)                                                                                                        \
    H(name) {                                                                                                          \
        do_##name(b, &b->cpu, i);                                                                                      \
        NEXT(SIZE);                                                                                                    \
    }
DR_PLAIN_OPS(X)
#undef X

/* ------------------------------------------------------------------ loads and stores */
/* One form of a load: `base` is the address accessed, `after` runs when it has succeeded. */
#define LOAD_FORM(name, type, what, address_expression, after)                                                         \
    H(name) {                                                                                                          \
        dr_cpu *c = &b->cpu;                                                                                           \
        uint32_t address = (address_expression);                                                                       \
        const uint8_t *from = fast_read(b, address, sizeof(type), &cycles);                                            \
        if (DR_UNLIKELY(!from)) {                                                                                      \
            x = ACCESS(address, (what) | (SIZE == 2 ? ACCESS_WIDE : 0u));                                              \
            JUMP(slow_access);                                                                                         \
        }                                                                                                              \
        type value;                                                                                                    \
        memcpy(&value, from, sizeof value);                                                                            \
        after;                                                                                                         \
        RD = (uint32_t)value;                                                                                          \
        NEXT(SIZE);                                                                                                    \
    }

#define STORE_FORM(name, type, what, address_expression, after)                                                        \
    H(name) {                                                                                                          \
        dr_cpu *c = &b->cpu;                                                                                           \
        uint32_t address = (address_expression);                                                                       \
        uint8_t *to = fast_write(b, address, sizeof(type));                                                            \
        if (DR_UNLIKELY(!to)) {                                                                                        \
            x = ACCESS(address, (what) | ACCESS_STORE | (SIZE == 2 ? ACCESS_WIDE : 0u));                               \
            JUMP(slow_access);                                                                                         \
        }                                                                                                              \
        type value = (type)RD;                                                                                         \
        memcpy(to, &value, sizeof value);                                                                              \
        after;                                                                                                         \
        NEXT(SIZE);                                                                                                    \
    }

#define WRITE_BACK (RN += i->imm, dr_sp_changed(b))
#define NO_MORE (void)0

#define LOAD(name, type, what)                                                                                         \
    LOAD_FORM(name##_imm, type, what, RN + i->imm, NO_MORE)                                                            \
    LOAD_FORM(name##_reg, type, what, RN + RM, NO_MORE)                                                                \
    LOAD_FORM(name##_shl, type, what, RN + (RM << i->imm), NO_MORE)                                                    \
    LOAD_FORM(name##_lit, type, what, i->imm, NO_MORE)                                                                 \
    LOAD_FORM(name##_pre, type, (what) | ACCESS_WRITE_BACK, RN + i->imm, WRITE_BACK)                                   \
    LOAD_FORM(name##_post, type, (what) | ACCESS_WRITE_BACK, RN, WRITE_BACK)                                           \
    USER_FORM(name##_user, what)

#define STORE(name, type, what)                                                                                        \
    STORE_FORM(name##_imm, type, what, RN + i->imm, NO_MORE)                                                           \
    STORE_FORM(name##_reg, type, what, RN + RM, NO_MORE)                                                               \
    STORE_FORM(name##_shl, type, what, RN + (RM << i->imm), NO_MORE)                                                   \
    STORE_FORM(name##_pre, type, (what) | ACCESS_WRITE_BACK, RN + i->imm, WRITE_BACK)                                  \
    STORE_FORM(name##_post, type, (what) | ACCESS_WRITE_BACK, RN, WRITE_BACK)                                          \
    USER_FORM(name##_user, (what) | ACCESS_STORE)

/* LDRT and the like: as an unprivileged access, always the slow way. */
#define USER_FORM(name, what)                                                                                          \
    H(name) {                                                                                                          \
        x = ACCESS(b->cpu.r[i->rn] + i->imm, (what) | ACCESS_USER | (SIZE == 2 ? ACCESS_WIDE : 0u));                   \
        JUMP(slow_access);                                                                                             \
    }

LOAD(ldr, uint32_t, 2u)
LOAD(ldrb, uint8_t, 0u)
LOAD(ldrh, uint16_t, 1u)
LOAD(ldrsb, int8_t, 0u | ACCESS_SIGNED)
LOAD(ldrsh, int16_t, 1u | ACCESS_SIGNED)
STORE(str, uint32_t, 2u)
STORE(strb, uint8_t, 0u)
STORE(strh, uint16_t, 1u)

H(ldr_special) {
    const dr_record record = *i;
    dr_cpu *c = &b->cpu;
    uint32_t address = record.rm == SPECIAL_LIT ? 0 : c->r[record.rn], value = 0;
    if (record.rm & SPECIAL_INDEX) {
        address += c->r[record.rm & 15u] << record.imm;
    } else if (record.rm != SPECIAL_POST) {
        address += record.imm;
    }
    store_state(b, i, cycles, count, page);
    if (!dr_load(b, address, 4, record.rd == 15 ? DR_ACCESS_ALIGNED : 0, &value)) {
        return;
    }
    if (record.rm == SPECIAL_PRE || record.rm == SPECIAL_POST) {
        c->r[record.rn] += record.imm;
        dr_sp_changed(b);
    }
    c->r[15] += 2u * SIZE;
    c->itstate = dr_it_advance(c->itstate);
    cycles = c->cycles += record.cost;
    count = ++c->instructions;
    if (record.rd == 13) {
        c->r[13] = value;
        dr_sp_changed(b);
        JUMP(resume);
    }
    x = value;
    JUMP(interwork);
}

/* ------------------------------------------------------------------ several registers */
H(slow_load_multiple) {
    const dr_record record = *i;
    dr_cpu *c = &b->cpu;
    uint32_t words[16], start = c->r[record.rn] - (record.imm & MULTIPLE_DOWN ? 4u * record.rd : 0), k = 0;
    store_state(b, i, cycles, count, page);
    if (!load_words(b, start, record.rd, words)) {
        return;
    }
    if (record.imm & MULTIPLE_WRITE_BACK) {
        c->r[record.rn] += record.imm & MULTIPLE_DOWN ? -4u * record.rd : 4u * record.rd;
    }
    for (uint32_t list = record.imm & 0x7FFFu; list; list &= list - 1u) {
        c->r[lowest(list)] = words[k++];
    }
    slow_multiple_done(b, &record, SIZE);
    if (!(record.imm & 0x8000u)) {
        JUMP(resume);
    }
    x = words[record.rd - 1u];
    cycles = c->cycles;
    count = c->instructions;
    JUMP(interwork);
}

H(slow_store_multiple) {
    const dr_record record = *i;
    dr_cpu *c = &b->cpu;
    uint32_t start = c->r[record.rn] - (record.imm & MULTIPLE_DOWN ? 4u * record.rd : 0);
    store_state(b, i, cycles, count, page);
    if (!store_list(b, start, record.imm & 0xFFFFu)) {
        return;
    }
    c->cycles += split_cycles(b, start, record.rd);
    if (record.imm & MULTIPLE_WRITE_BACK) {
        c->r[record.rn] += record.imm & MULTIPLE_DOWN ? -4u * record.rd : 4u * record.rd;
    }
    slow_multiple_done(b, &record, SIZE);
    JUMP(resume);
}

H(push) {
    dr_cpu *c = &b->cpu;
    uint32_t start = c->r[13] - 4u * i->rd;
    uint8_t *to = fast_write_block(b, start, i->rd);
    if (DR_UNLIKELY(!to)) {
        JUMP(SIZED(slow_store_multiple));
    }
    put_list(c, i->imm & 0xFFFFu, to);
    cycles += split_cycles(b, start, i->rd);
    c->r[13] = start;
    dr_sp_changed(b);
    NEXT(SIZE);
}

H(pop) {
    dr_cpu *c = &b->cpu;
    const uint8_t *from = fast_read_block(b, c->r[13], i->rd, &cycles);
    if (DR_UNLIKELY(!from)) {
        JUMP(SIZED(slow_load_multiple));
    }
    load_list(c, i->imm & 0x7FFFu, from);
    c->r[13] += 4u * i->rd;
    NEXT(SIZE);
}

H(pop_pc) {
    dr_cpu *c = &b->cpu;
    const uint8_t *from = fast_read_block(b, c->r[13], i->rd, &cycles);
    if (DR_UNLIKELY(!from)) {
        JUMP(SIZED(slow_load_multiple));
    }
    uint32_t target;
    load_list(c, i->imm & 0x7FFFu, from);
    memcpy(&target, from + 4u * (i->rd - 1u), 4);
    c->r[13] += 4u * i->rd;
    cycles += i->cost;
    count++;
    x = target;
    JUMP(interwork);
}

H(ldm) {
    dr_cpu *c = &b->cpu;
    uint32_t bytes = 4u * i->rd, base = c->r[i->rn], start = base - (i->imm & MULTIPLE_DOWN ? bytes : 0);
    const uint8_t *from = i->imm & 0x8000u ? NULL : fast_read_block(b, start, i->rd, &cycles);
    if (DR_UNLIKELY(!from)) {
        JUMP(SIZED(slow_load_multiple));
    }
    if (i->imm & MULTIPLE_WRITE_BACK) {
        c->r[i->rn] = i->imm & MULTIPLE_DOWN ? start : base + bytes;
    }
    load_list(c, i->imm & 0x7FFFu, from);
    dr_sp_changed(b);
    NEXT(SIZE);
}

H(stm) {
    dr_cpu *c = &b->cpu;
    uint32_t bytes = 4u * i->rd, base = c->r[i->rn], start = base - (i->imm & MULTIPLE_DOWN ? bytes : 0);
    uint8_t *to = fast_write_block(b, start, i->rd);
    if (DR_UNLIKELY(!to)) {
        JUMP(SIZED(slow_store_multiple));
    }
    put_list(c, i->imm & 0xFFFFu, to);
    cycles += split_cycles(b, start, i->rd);
    if (i->imm & MULTIPLE_WRITE_BACK) {
        c->r[i->rn] = i->imm & MULTIPLE_DOWN ? start : base + bytes;
        dr_sp_changed(b);
    }
    NEXT(SIZE);
}

/* ------------------------------------------------------------------ two registers */
H(ldrd) {
    dr_cpu *c = &b->cpu;
    const uint8_t *from = fast_read_block(b, double_address(c, i), 2, &cycles);
    if (DR_UNLIKELY(!from)) {
        JUMP(slow_ldrd);
    }
    if (i->imm & DOUBLE_WRITE_BACK) {
        RN += i->imm & ~3u;
        dr_sp_changed(b);
    }
    memcpy(&RD, from, 4);
    memcpy(&RM, from + 4, 4);
    NEXT(SIZE);
}

H(strd) {
    dr_cpu *c = &b->cpu;
    uint8_t *to = fast_write_block(b, double_address(c, i), 2);
    if (DR_UNLIKELY(!to)) {
        JUMP(slow_strd);
    }
    memcpy(to, &RD, 4);
    memcpy(to + 4, &RM, 4);
    if (i->imm & DOUBLE_WRITE_BACK) {
        RN += i->imm & ~3u;
        dr_sp_changed(b);
    }
    NEXT(SIZE);
}

/* ------------------------------------------------------------------ exclusives, table branch */
/* rd = Rt, rn, imm = offset | log2 of the width << 16; STREX: rm = Rd, the result. The local monitor has no address:
 * the Cortex-M7 treats the whole memory as one granule. */
H(ldrex) {
    const dr_record record = *i;
    uint32_t value = 0;
    store_state(b, i, cycles, count, page);
    uint32_t address = b->cpu.r[record.rn] + (record.imm & 0xFFFFu);
    if (!dr_load(b, address, 1u << (record.imm >> 16), DR_ACCESS_ALIGNED, &value)) {
        return;
    }
    b->cpu.exclusive = 1;
    b->cpu.exclusive_address = address;
    b->cpu.r[record.rd] = value;
    slow_multiple_done(b, &record, SIZE);
    JUMP(resume);
}

H(strex) {
    const dr_record record = *i;
    store_state(b, i, cycles, count, page);
    uint32_t address = b->cpu.r[record.rn] + (record.imm & 0xFFFFu), width = 1u << (record.imm >> 16);
    uint32_t failed = !b->cpu.exclusive;
    if (address & (width - 1u)) {
        dr_raise(b, DR_EXC_USAGE_FAULT, DR_CFSR_UNALIGNED);
        return;
    }
    if (!failed && !dr_store(b, address, width, DR_ACCESS_ALIGNED, b->cpu.r[record.rd])) {
        return;
    }
    b->cpu.exclusive = 0;
    b->cpu.r[record.rm] = failed;
    slow_multiple_done(b, &record, SIZE);
    JUMP(resume);
}

/* TBB (imm bit 0 = 0) and TBH: rn = 15 has the table behind the instruction. */
H(tbb) {
    const dr_record record = *i;
    dr_cpu *c = &b->cpu;
    uint32_t value = 0, next = dr_page_pc(page, i) + 2u * SIZE, half = record.imm & 1u;
    store_state(b, i, cycles, count, page);
    uint32_t address = (record.rn == 15 ? next : c->r[record.rn]) + (c->r[record.rm] << half);
    if (!dr_load(b, address, 1u << half, 0, &value)) {
        return;
    }
    cycles = c->cycles + record.cost;
    count = c->instructions + 1;
    c->itstate = 0;
    x = next + 2u * value;
    cycles += branch_wait(b, (uint32_t)x);
    JUMP(jump);
}

/* ------------------------------------------------------------------ FP loads and stores */
H(slow_vldr) {
    const dr_record record = *i;
    uint32_t address = vldr_address(&b->cpu, i), words[2];
    store_state(b, i, cycles, count, page);
    if (!load_words(b, address, record.rm, words)) {
        return;
    }
    memcpy(&b->cpu.s[record.rd], words, 4u * record.rm);
    slow_multiple_done(b, &record, SIZE);
    JUMP(resume);
}

H(slow_vstr) {
    const dr_record record = *i;
    uint32_t address = vldr_address(&b->cpu, i);
    store_state(b, i, cycles, count, page);
    if (!store_words(b, address, record.rm, &b->cpu.s[record.rd])) {
        return;
    }
    slow_multiple_done(b, &record, SIZE);
    JUMP(resume);
}

#define FP_TRANSFER(load, store, words)                                                                                \
    H(load) {                                                                                                          \
        if (DR_UNLIKELY(!fp_ready(b))) {                                                                               \
            JUMP(slow_fp_prepare);                                                                                     \
        }                                                                                                              \
        const uint8_t *from = fast_read_block(b, vldr_address(&b->cpu, i), words, &cycles);                            \
        if (DR_UNLIKELY(!from)) {                                                                                      \
            JUMP(SIZED(slow_vldr));                                                                                    \
        }                                                                                                              \
        memcpy(&b->cpu.s[i->rd], from, 4u * (words));                                                                  \
        NEXT(SIZE);                                                                                                    \
    }                                                                                                                  \
    H(store) {                                                                                                         \
        if (DR_UNLIKELY(!fp_ready(b))) {                                                                               \
            JUMP(slow_fp_prepare);                                                                                     \
        }                                                                                                              \
        uint8_t *to = fast_write_block(b, vldr_address(&b->cpu, i), words);                                            \
        if (DR_UNLIKELY(!to)) {                                                                                        \
            JUMP(SIZED(slow_vstr));                                                                                    \
        }                                                                                                              \
        memcpy(to, &b->cpu.s[i->rd], 4u * (words));                                                                    \
        NEXT(SIZE);                                                                                                    \
    }
FP_TRANSFER(vldr_single, vstr_single, 1u)
FP_TRANSFER(vldr_double, vstr_double, 2u)
#undef FP_TRANSFER

#define VECTOR_MULTIPLE(name, move)                                                                                    \
    H(name) {                                                                                                          \
        if (DR_UNLIKELY(!fp_ready(b))) {                                                                               \
            JUMP(slow_fp_prepare);                                                                                     \
        }                                                                                                              \
        const dr_record record = *i;                                                                                   \
        uint32_t bytes = 4u * (record.imm & 0xFFu), base = b->cpu.r[record.rn];                                        \
        uint32_t start = record.imm & MULTIPLE_DOWN ? base - bytes : base;                                             \
        store_state(b, i, cycles, count, page);                                                                        \
        if (!move(b, &record, start)) {                                                                                \
            return;                                                                                                    \
        }                                                                                                              \
        if (record.imm & MULTIPLE_WRITE_BACK) {                                                                        \
            b->cpu.r[record.rn] = record.imm & MULTIPLE_DOWN ? start : base + bytes;                                   \
        }                                                                                                              \
        slow_multiple_done(b, &record, SIZE);                                                                          \
        JUMP(resume);                                                                                                  \
    }
VECTOR_MULTIPLE(vldm, load_fp_block)
VECTOR_MULTIPLE(vstm, store_fp_block)
#undef VECTOR_MULTIPLE

/* ------------------------------------------------------------------ branches */
/* Conditional: cost is that of falling through, rm that of branching. A near branch has a record index in imm, a far
 * one an address. */
#define CONDITIONAL(name, condition)                                                                                   \
    H(name) {                                                                                                          \
        if (condition) {                                                                                               \
            cycles += i->rm;                                                                                           \
            count++;                                                                                                   \
            x = i->imm;                                                                                                \
            JUMP(jump);                                                                                                \
        }                                                                                                              \
        NEXT(SIZE);                                                                                                    \
    }                                                                                                                  \
    H(near_##name) {                                                                                                   \
        if (condition) {                                                                                               \
            cycles += i->rm;                                                                                           \
            count++;                                                                                                   \
            i = page->record + i->imm;                                                                                 \
            CONTINUE;                                                                                                  \
        }                                                                                                              \
        NEXT(SIZE);                                                                                                    \
    }

#define X(name) CONDITIONAL(b_##name, condition_##name(&b->cpu))
DR_CONDITIONS(X)
#undef X
CONDITIONAL(b, true)
CONDITIONAL(cbz, b->cpu.r[i->rn] == 0)
CONDITIONAL(cbnz, b->cpu.r[i->rn] != 0)

/* The same on a core that predicts them; `penalty`: cycles when it was wrong. */
#define PREDICTED(name, condition, penalty)                                                                            \
    H(name##_predicted) {                                                                                              \
        uint8_t *counter = &b->cpu.predictor[i->rd];                                                                   \
        if (condition) {                                                                                               \
            cycles += i->rm + mispredicted(predict_taken(counter), penalty);                                           \
            count++;                                                                                                   \
            x = i->imm;                                                                                                \
            JUMP(jump);                                                                                                \
        }                                                                                                              \
        cycles += mispredicted(predict_not_taken(counter), penalty);                                                   \
        NEXT(SIZE);                                                                                                    \
    }                                                                                                                  \
    H(near_##name##_predicted) {                                                                                       \
        uint8_t *counter = &b->cpu.predictor[i->imm >> 16];                                                            \
        if (condition) {                                                                                               \
            cycles += i->rm + mispredicted(predict_taken(counter), penalty);                                           \
            count++;                                                                                                   \
            i = page->record + (uint16_t)i->imm;                                                                       \
            CONTINUE;                                                                                                  \
        }                                                                                                              \
        cycles += mispredicted(predict_not_taken(counter), penalty);                                                   \
        NEXT(SIZE);                                                                                                    \
    }

#define X(name) PREDICTED(b_##name, condition_##name(&b->cpu), i->rn)
DR_CONDITIONS(X)
#undef X
PREDICTED(cbz, b->cpu.r[i->rn] == 0, b->timing.mispredict)
PREDICTED(cbnz, b->cpu.r[i->rn] != 0, b->timing.mispredict)

/* An operation and the near conditional branch behind it (16 bits): the two handlers in a row without the jump between.
 */
#define FUSED(name, condition)                                                                                         \
    H(name##_then_##condition) {                                                                                       \
        do_##name(b, &b->cpu, i);                                                                                      \
        cycles += i->cost;                                                                                             \
        count++;                                                                                                       \
        i += SIZE;                                                                                                     \
        if (DR_UNLIKELY(cycles >= b->deadline)) {                                                                      \
            JUMP(leave);                                                                                               \
        }                                                                                                              \
        if (condition_##condition(&b->cpu)) {                                                                          \
            cycles += i->rm;                                                                                           \
            count++;                                                                                                   \
            i = page->record + i->imm;                                                                                 \
            CONTINUE;                                                                                                  \
        }                                                                                                              \
        NEXT(1);                                                                                                       \
    }
#define FUSED_PREDICTED(name, condition)                                                                               \
    H(name##_then_##condition##_predicted) {                                                                           \
        do_##name(b, &b->cpu, i);                                                                                      \
        cycles += i->cost;                                                                                             \
        count++;                                                                                                       \
        i += SIZE;                                                                                                     \
        if (DR_UNLIKELY(cycles >= b->deadline)) {                                                                      \
            JUMP(leave);                                                                                               \
        }                                                                                                              \
        uint8_t *counter = &b->cpu.predictor[i->imm >> 16];                                                            \
        if (condition_##condition(&b->cpu)) {                                                                          \
            cycles += i->rm + mispredicted(predict_taken(counter), i->rn);                                             \
            count++;                                                                                                   \
            i = page->record + (uint16_t)i->imm;                                                                       \
            CONTINUE;                                                                                                  \
        }                                                                                                              \
        cycles += mispredicted(predict_not_taken(counter), i->rn);                                                     \
        NEXT(1);                                                                                                       \
    }
/* clang-format off */
#define WITH_ALL(FUSE, name) \
    FUSE(name, eq) FUSE(name, ne) FUSE(name, cs) FUSE(name, cc) FUSE(name, mi) FUSE(name, pl) FUSE(name, vs) \
    FUSE(name, vc) FUSE(name, hi) FUSE(name, ls) FUSE(name, ge) FUSE(name, lt) FUSE(name, gt) FUSE(name, le)
#define FUSED_WITH_ALL(name) WITH_ALL(FUSED, name) WITH_ALL(FUSED_PREDICTED, name)
/* clang-format on */
DR_FUSED_OPS(FUSED_WITH_ALL)

H(bl) {
    b->cpu.r[14] = (dr_page_pc(page, i) + 2u * SIZE) | 1u;
    cycles += i->rm;
    count++;
    x = i->imm;
    JUMP(jump);
}

H(bx) {
    x = b->cpu.r[i->rm];
    cycles += i->cost;
    count++;
    JUMP(interwork);
}

H(bx_pc) { /* the address read is even: EPSR.T is cleared */
    x = i->imm;
    cycles += i->cost;
    count++;
    JUMP(slow_interwork);
}

H(blx) {
    uint32_t target = b->cpu.r[i->rm];
    b->cpu.r[14] = (dr_page_pc(page, i) + 2u * SIZE) | 1u;
    cycles += i->cost;
    count++;
    x = target;
    if (DR_UNLIKELY(!(target & 1u))) {
        JUMP(slow_blx_even);
    }
    cycles += branch_wait(b, target);
    x = target & ~1u;
    JUMP(jump);
}

/* Writes to PC by data processing: a plain branch, bit 0 ignored (DDI 0403E A2.3.1, BranchWritePC). */
H(mov_pc) {
    x = b->cpu.r[i->rm] & ~1u;
    cycles += i->cost + branch_wait(b, (uint32_t)x);
    count++;
    JUMP(jump);
}

H(add_pc) {
    x = (b->cpu.r[i->rm] + i->imm) & ~1u;
    cycles += i->cost + branch_wait(b, (uint32_t)x);
    count++;
    JUMP(jump);
}

/* ------------------------------------------------------------------ IT blocks */
H(it) {
    cycles += i->cost;
    count++;
    page = it_page(b, page, i);
    i = page->record;
    CONTINUE;
}

/* Inside a block after an instruction that wrote the flags: the condition is looked at again. Not an instruction. */
H(it_again) {
    page = it_page(b, page->parent, i);
    i = page->record;
    JUMP(i->run);
}

H(skip) { NEXT(SIZE); }

/* ------------------------------------------------------------------ instructions behind a call */
#define AFTER_CALL(name, call)                                                                                         \
    H(name) {                                                                                                          \
        COMPLETE(SIZE);                                                                                                \
        call;                                                                                                          \
        JUMP(resume);                                                                                                  \
    }
H(svc) {
    uint32_t address = dr_page_pc(page, i), itstate = dr_page_itstate(page, i);
    COMPLETE(SIZE);
    if (!dr_raise_svc(b)) { /* a HardFault instead: the instruction is the one that faulted */
        b->cpu.r[15] = address;
        b->cpu.itstate = itstate;
        b->cpu.instructions--;
    }
    JUMP(resume);
}
AFTER_CALL(wfi, dr_execute_wfi(b))
AFTER_CALL(wfe, dr_execute_wfe(b))
AFTER_CALL(sev, dr_execute_sev(b))
AFTER_CALL(clrex, b->cpu.exclusive = 0)
AFTER_CALL(cps, dr_execute_cps(b, i))
AFTER_CALL(mrs, dr_execute_mrs(b, i))
AFTER_CALL(msr, dr_execute_msr(b, i))

H(barrier) { /* waits for the store buffer (DDI 0489 5.9.2) */
    cycles = cycles < b->cache.drained ? b->cache.drained : cycles;
    NEXT(SIZE);
}
H(isb) { NEXT(SIZE); }

/* Faults of the instruction itself: the state is that before it. */
#define INSTEAD(name, call)                                                                                            \
    H(name) {                                                                                                          \
        (void)x;                                                                                                       \
        store_state(b, i, cycles, count, page);                                                                        \
        call;                                                                                                          \
    }
INSTEAD(bkpt, dr_raise_breakpoint(b, i->imm))
INSTEAD(no_coprocessor, dr_raise(b, DR_EXC_USAGE_FAULT, DR_CFSR_NOCP))
INSTEAD(no_fetch, dr_raise(b, DR_EXC_BUS_FAULT, DR_CFSR_IBUSERR))
INSTEAD(no_execute, dr_raise(b, DR_EXC_MEM_MANAGE, DR_CFSR_IACCVIOL))
INSTEAD(undefined, (dr_log(b, DR_LOG_UNDEFINED, ~0u, ~0u, b->cpu.r[15], SIZE * 2, false, i->imm, 0),
                    dr_raise(b, DR_EXC_USAGE_FAULT, DR_CFSR_UNDEFINSTR)))
INSTEAD(breakpoint, dr_stop_run(b, DR_STOP_BREAKPOINT, b->cpu.r[15]))
INSTEAD(comparator, dr_debug_instruction(b))

#define DIVIDE(name, type, overflow)                                                                                   \
    H(name) {                                                                                                          \
        dr_cpu *c = &b->cpu;                                                                                           \
        type n = (type)RN, m = (type)RM;                                                                               \
        if (DR_UNLIKELY(m == 0)) {                                                                                     \
            if (b->scs.ccr & CCR_DIV_0_TRP) {                                                                          \
                JUMP(slow_divide_by_zero);                                                                             \
            }                                                                                                          \
            RD = 0;                                                                                                    \
        } else {                                                                                                       \
            RD = (overflow) ? (uint32_t)n : (uint32_t)(n / m);                                                         \
        }                                                                                                              \
        NEXT(SIZE);                                                                                                    \
    }
DIVIDE(udiv, uint32_t, false)
DIVIDE(sdiv, int32_t, m == -1 && n == INT32_MIN)

/* ------------------------------------------------------------------ floating point on registers */
H(fp) {
    if (DR_UNLIKELY(!fp_ready(b))) {
        JUMP(slow_fp_prepare);
    }
    dr_fpu_execute(b, &page->fpu[i->imm]);
    NEXT(SIZE);
}

#define FP_SHORTCUT(name)                                                                                              \
    H(name) {                                                                                                          \
        if (DR_UNLIKELY(!fp_ready(b))) {                                                                               \
            JUMP(slow_fp_prepare);                                                                                     \
        }                                                                                                              \
        if (DR_LIKELY(dr_fpu_fast(b, &page->fpu[i->imm], (dr_fpu_shortcut)(DR_OP_##name - DR_OP_fp)))) {               \
            NEXT(SIZE);                                                                                                \
        }                                                                                                              \
        JUMP(SIZED(fp));                                                                                               \
    }
DR_FP_SHORTCUTS(FP_SHORTCUT)
#undef FP_SHORTCUT

/* ------------------------------------------------------------------ records that are not instructions */
/* Not decoded yet: decode, then run it. */
H(decode) {
    if (DR_UNLIKELY(page->parent)) {
        JUMP(leave);
    }
    uint64_t before = cycles;
    i = dr_decode_record(b, page, i, &cycles);
    if (DR_UNLIKELY(cycles != before)) {
        CONTINUE;
    }
    JUMP(i->run);
}

/* One past the last record of a page or IT block. */
H(page_end) {
    x = dr_page_pc(page, i);
    if (page->parent) {
        if (DR_UNLIKELY(page->itstate[i - page->record])) {
            JUMP(leave); /* an IT block that goes on in the next page */
        }
        page = page->parent;
        i = page->record + ((uint32_t)x - page->base) / 2u;
        JUMP(i->run);
    }
    JUMP(jump);
}
