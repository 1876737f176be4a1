/* Snapshots: a copy of all state of the snapshot kind.
 *
 * Memory is kept by page: only pages that were ever written are in a snapshot, and restoring the snapshot that a board
 * was last brought to copies only the pages written since (DR_PAGE_DIRTY).
 */
#include "cache.h"
#include "device.h"

#include <stdlib.h>
#include <string.h>

typedef struct region_copy {
    uint32_t pages, disabled;
    uint32_t *slot; /* by page: 1 + index into `data`, 0 = never written, so zero */
    uint8_t *data;
} region_copy;

typedef struct device_copy {
    dr_line_state wire;
    uint32_t *values;
    void *state, *extra;
    size_t extra_bytes;
} device_copy;

struct dr_snapshot {
    const dr_board *board;
    uint64_t id, bytes;
    dr_cpu cpu;
    dr_scs scs;
    dr_time time;
    dr_cache cache;
    uint32_t region_count, device_count;
    region_copy regions[DR_MAX_REGIONS];
    device_copy devices[DR_MAX_DEVICES];
};

static bool copy_region(dr_region *r, region_copy *copy, uint64_t *bytes) {
    copy->pages = r->size >> DR_PAGE_BITS;
    copy->disabled = r->disabled;
    copy->slot = calloc(copy->pages, sizeof copy->slot[0]);
    uint32_t used = 0;
    for (uint32_t p = 0; p < copy->pages; p++) {
        used += r->page_used[p];
    }
    copy->data = malloc((size_t)used * DR_PAGE_SIZE + 1);
    if (!copy->slot || !copy->data) {
        return false;
    }
    for (uint32_t p = 0, next = 0; p < copy->pages; p++) {
        if (r->page_used[p]) {
            memcpy(copy->data + (size_t)next * DR_PAGE_SIZE, r->host + (size_t)p * DR_PAGE_SIZE, DR_PAGE_SIZE);
            copy->slot[p] = ++next;
        }
    }
    *bytes += (uint64_t)used * DR_PAGE_SIZE;
    return true;
}

static bool copy_device(const dr_device *d, device_copy *copy, uint64_t *bytes) {
    size_t state = d->model ? d->model->state_bytes : 0;
    copy->extra_bytes = d->model && d->model->extra_bytes ? d->model->extra_bytes(d) : 0;
    copy->wire = d->wire;
    copy->values = malloc((d->register_count + 1) * sizeof copy->values[0]);
    copy->state = malloc(state + 1);
    copy->extra = malloc(copy->extra_bytes + 1);
    if (!copy->values || !copy->state || !copy->extra) {
        return false;
    }
    memcpy(copy->values, d->values, d->register_count * sizeof copy->values[0]);
    if (d->model) {
        memcpy(copy->state, d->state, state);
        if (copy->extra_bytes) {
            d->model->save_extra(d, copy->extra);
        }
    }
    *bytes += d->register_count * sizeof copy->values[0] + state + copy->extra_bytes;
    return true;
}

dr_status dr_take_snapshot(dr_board *b, dr_snapshot **out) {
    dr_snapshot *s = calloc(1, sizeof *s);
    *out = NULL;
    if (!s) {
        return dr_fail(b, DR_ERR_MEMORY, "no host memory for a snapshot");
    }
    s->board = b;
    s->bytes = sizeof *s;
    s->cpu = b->cpu;
    s->scs = b->scs;
    s->time = b->time;
    s->cache = b->cache;
    bool ok = true;
    for (uint32_t i = 0; ok && i < b->region_count; i++, s->region_count++) {
        ok = copy_region(&b->regions[i], &s->regions[i], &s->bytes);
    }
    for (uint32_t i = 0; ok && i < b->device_count; i++, s->device_count++) {
        ok = copy_device(b->devices[i], &s->devices[i], &s->bytes);
    }
    if (!ok) {
        s->region_count = b->region_count;
        s->device_count = b->device_count;
        dr_free_snapshot(s);
        return dr_fail(b, DR_ERR_MEMORY, "no host memory for a snapshot");
    }
    for (uint32_t i = 0; i < b->region_count; i++) {
        dr_region *r = &b->regions[i];
        for (uint32_t p = 0; p < r->size >> DR_PAGE_BITS; p++) {
            r->page_flags[p] &= (uint8_t)~DR_PAGE_DIRTY;
        }
    }
    s->id = b->snapshot_id = b->next_snapshot_id++;
    *out = s;
    return DR_OK;
}

static void restore_page(dr_region *r, const region_copy *copy, uint32_t p) {
    static const uint8_t zero[DR_PAGE_SIZE];
    uint8_t *page = r->host + (size_t)p * DR_PAGE_SIZE;
    const uint8_t *from = copy->slot[p] ? copy->data + (size_t)(copy->slot[p] - 1) * DR_PAGE_SIZE : zero;
    if (r->page_flags[p] & DR_PAGE_CODE && memcmp(page, from, DR_PAGE_SIZE) != 0) {
        dr_drop_code(r, p);
        r->page_flags[p] &= (uint8_t)~DR_PAGE_CODE;
    }
    memcpy(page, from, DR_PAGE_SIZE);
    r->page_flags[p] &= (uint8_t)~DR_PAGE_DIRTY;
}

static void restore_region(dr_region *r, const region_copy *copy, bool only_dirty) {
    for (uint32_t p = 0; p < copy->pages; p++) {
        if (only_dirty && p % 8 == 0 && p + 8 <= copy->pages) {
            uint64_t eight; /* most pages of a large RAM are clean: look at eight at once */
            memcpy(&eight, r->page_flags + p, 8);
            if (!(eight & 0x0101010101010101ull * DR_PAGE_DIRTY)) {
                p += 7;
                continue;
            }
        }
        if (only_dirty ? r->page_flags[p] & DR_PAGE_DIRTY : r->page_used[p] || copy->slot[p]) {
            restore_page(r, copy, p);
        }
        if (copy->slot[p]) {
            r->page_used[p] = 1;
        }
    }
}

dr_status dr_restore_snapshot(dr_board *b, const dr_snapshot *s) {
    if (s->region_count != b->region_count || s->device_count != b->device_count) {
        return dr_fail(b, DR_ERR_ARGUMENT, "the snapshot has %u memories and %u devices, the board %u and %u",
                       s->region_count, s->device_count, b->region_count, b->device_count);
    }
    for (uint32_t i = 0; i < b->region_count; i++) {
        if (s->regions[i].pages != b->regions[i].size >> DR_PAGE_BITS) {
            return dr_fail(b, DR_ERR_ARGUMENT, "the snapshot's memory %u has another size than %s", i,
                           b->regions[i].name);
        }
    }
    bool only_dirty = s->board == b && s->id == b->snapshot_id;
    for (uint32_t i = 0; i < b->region_count; i++) {
        restore_region(&b->regions[i], &s->regions[i], only_dirty);
        dr_set_region_enabled(b, i, !s->regions[i].disabled);
    }
    for (uint32_t i = 0; i < b->device_count; i++) {
        dr_device *d = b->devices[i];
        d->wire = s->devices[i].wire;
        memcpy(d->values, s->devices[i].values, d->register_count * sizeof d->values[0]);
        if (d->model) {
            memcpy(d->state, s->devices[i].state, d->model->state_bytes);
            if (d->model->load_extra && !d->model->load_extra(d, s->devices[i].extra, s->devices[i].extra_bytes)) {
                return dr_fail(b, DR_ERR_MEMORY, "no host memory to restore %s", d->name);
            }
        }
    }
    b->cpu = s->cpu;
    b->scs = s->scs;
    b->time = s->time;
    dr_cache_restore(b, &s->cache);
    b->snapshot_id = s->board == b ? s->id : 0;
    dr_update_event_cycle(b);
    return DR_OK;
}

void dr_free_snapshot(dr_snapshot *s) {
    if (!s) {
        return;
    }
    for (uint32_t i = 0; i < s->region_count; i++) {
        free(s->regions[i].slot), free(s->regions[i].data);
    }
    for (uint32_t i = 0; i < s->device_count; i++) {
        free(s->devices[i].values), free(s->devices[i].state), free(s->devices[i].extra);
    }
    free(s);
}

uint64_t dr_snapshot_bytes(const dr_snapshot *s) { return s->bytes; }
