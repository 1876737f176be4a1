#include "plan.h"

#include "prepare.h"

#define ALIGNMENT 16u

/* A piece of memory that exists while the operators first..last run. */
struct piece {
    uint32_t bytes;
    int32_t first, last;
    uint32_t order; /* tensors before scratch, each by number: makes the plan independent of the sort */
    uint32_t offset;
    uint32_t *result;
};

static bool goes_before(const struct piece *a, const struct piece *b) {
    if (a->bytes != b->bytes) {
        return a->bytes > b->bytes;
    }
    if (a->first != b->first) {
        return a->first < b->first;
    }
    return a->order < b->order;
}

static void sort(struct piece *pieces, uint32_t count) {
    for (uint32_t i = 1; i < count; i++) {
        const struct piece moved = pieces[i];
        uint32_t at = i;
        for (; at > 0u && goes_before(&moved, &pieces[at - 1u]); at--) {
            pieces[at] = pieces[at - 1u];
        }
        pieces[at] = moved;
    }
}

static uint32_t collect(struct interpreter *it, struct piece *pieces) {
    uint32_t count = 0;
    for (uint32_t i = 0; i < it->tensor_count; i++) {
        struct interpreter_tensor *tensor = &it->tensors[i];
        if (tensor->defined && !tensor->constant && tensor->root == tensor) {
            pieces[count++] = (struct piece){tensor->bytes, tensor->first, tensor->last, i, 0, &tensor->offset};
        }
    }
    for (uint32_t i = 0; i < it->operator_count; i++) {
        struct interpreter_operator *op = &it->operators[i];
        if (op->scratch_bytes > 0u) {
            pieces[count++] =
                (struct piece){op->scratch_bytes, (int32_t)i, (int32_t)i, it->tensor_count + i, 0, &op->scratch_offset};
        }
    }
    return count;
}

static bool collide(const struct piece *a, const struct piece *b, uint64_t offset) {
    return a->first <= b->last && b->first <= a->last && b->offset < offset + a->bytes &&
           offset < (uint64_t)b->offset + b->bytes;
}

/* The lowest place for pieces[next]; those before it are placed and in the order of `by_offset`. */
static uint64_t lowest_place(const struct piece *pieces, uint32_t next, const uint16_t *by_offset) {
    uint64_t offset = 0;
    for (uint32_t i = 0; i < next; i++) {
        const struct piece *other = &pieces[by_offset[i]];
        if (collide(&pieces[next], other, offset)) {
            offset = ((uint64_t)other->offset + other->bytes + ALIGNMENT - 1u) / ALIGNMENT * ALIGNMENT;
        }
    }
    return offset;
}

static void keep_in_order(const struct piece *pieces, uint32_t next, uint16_t *by_offset) {
    uint32_t at = next;
    for (; at > 0u && pieces[by_offset[at - 1u]].offset > pieces[next].offset; at--) {
        by_offset[at] = by_offset[at - 1u];
    }
    by_offset[at] = (uint16_t)next;
}

static bool too_small(struct interpreter *it, uint64_t needed) {
    struct line *line = interpreter_error(it);
    line_text(line, "the model needs ");
    line_unsigned(line, needed > UINT32_MAX ? UINT32_MAX : (uint32_t)needed);
    line_text(line, " bytes of arena, there are ");
    line_unsigned(line, it->arena_bytes);
    return false;
}

bool interpreter_plan(struct interpreter *it) {
    const uint32_t tables = it->table_bytes;
    const uint32_t most = it->tensor_count + it->operator_count;
    struct piece *pieces = interpreter_reserve(it, most, sizeof *pieces);
    uint16_t *by_offset = interpreter_reserve(it, most, sizeof *by_offset);
    if (pieces == 0 || by_offset == 0) {
        return false;
    }
    const uint32_t count = collect(it, pieces);
    sort(pieces, count);
    uint64_t bytes = 0;
    for (uint32_t i = 0; i < count; i++) {
        const uint64_t offset = lowest_place(pieces, i, by_offset);
        if (offset + pieces[i].bytes > UINT32_MAX / 2u) {
            return too_small(it, (uint64_t)tables + offset + pieces[i].bytes);
        }
        pieces[i].offset = (uint32_t)offset;
        keep_in_order(pieces, i, by_offset);
        bytes = offset + pieces[i].bytes > bytes ? offset + pieces[i].bytes : bytes;
    }
    /* The pieces lie where the activations will: their results go into the tables now. */
    const uint32_t start = (tables + ALIGNMENT - 1u) / ALIGNMENT * ALIGNMENT;
    for (uint32_t i = 0; i < count; i++) {
        *pieces[i].result = start + pieces[i].offset;
    }
    it->table_bytes = tables;
    it->needed_bytes = start + (uint32_t)bytes;
    return it->needed_bytes <= it->arena_bytes || too_small(it, it->needed_bytes);
}
