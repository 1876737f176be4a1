/* The memory map: regions of plain memory, devices, and the slow path of every access. */
#include "cpu.h"
#include "device.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

dr_region *dr_find_region(dr_board *b, uint32_t address) {
    dr_region *window = b->window[address >> 20];
    if (address - window->base < window->size) {
        return window;
    }
    for (uint32_t i = 0; i < b->region_count; i++) {
        dr_region *r = &b->regions[i];
        if (address - r->base < r->size) {
            return r;
        }
    }
    return NULL;
}

static bool overlaps(uint32_t base, uint32_t size, uint32_t other_base, uint32_t other_size) {
    return base - other_base < other_size || other_base - base < size;
}

static dr_status check_free(dr_board *b, const char *name, uint32_t base, uint32_t size) {
    if (size == 0 || (uint64_t)base + size > 0x100000000ull) {
        return dr_fail(b, DR_ERR_ARGUMENT, "%s: 0x%08x bytes at 0x%08x leave the address space", name, size, base);
    }
    for (uint32_t i = 0; i < b->region_count; i++) {
        dr_region *r = &b->regions[i];
        if (overlaps(base, size, r->base, r->size)) {
            return dr_fail(b, DR_ERR_OVERLAP, "%s at 0x%08x overlaps memory %s at 0x%08x", name, base, r->name,
                           r->base);
        }
    }
    for (uint32_t i = 0; i < b->map_count; i++) {
        if (overlaps(base, size, b->map[i].base, b->map[i].size)) {
            return dr_fail(b, DR_ERR_OVERLAP, "%s at 0x%08x overlaps %s at 0x%08x", name, base,
                           b->devices[b->map[i].device]->name, b->map[i].base);
        }
    }
    return DR_OK;
}

dr_status dr_add_region(dr_board *b, const char *name, const dr_region_config *config, uint32_t *region) {
    if (b->region_count == DR_MAX_REGIONS) {
        return dr_fail(b, DR_ERR_ARGUMENT, "more than %u memory regions", DR_MAX_REGIONS);
    }
    if ((config->base | config->size) % DR_PAGE_SIZE) {
        return dr_fail(b, DR_ERR_ARGUMENT, "memory %s: base 0x%08x and size 0x%x must be multiples of %u", name,
                       config->base, config->size, DR_PAGE_SIZE);
    }
    dr_status status = check_free(b, name, config->base, config->size);
    if (status != DR_OK) {
        return status;
    }
    dr_region *r = &b->regions[b->region_count];
    uint32_t pages = config->size >> DR_PAGE_BITS;
    *r = (dr_region){.base = config->base, .size = config->size, .flags = config->flags};
    r->read_wait = config->read_wait;
    r->fetch_wait = config->fetch_wait;
    static const uint8_t always = DR_LINE_READ | DR_LINE_WRITE;
    r->branch_wait = config->branch_wait;
    r->line_state = &always;
    r->line_shift = 31;
    r->host = calloc(1, (size_t)config->size + 8);
    r->page_flags = calloc(1, pages);
    r->page_used = calloc(1, pages);
    r->code = calloc(pages, sizeof r->code[0]);
    snprintf(r->name, sizeof r->name, "%s", name);
    if (!r->host || !r->page_flags || !r->page_used || !r->code) {
        free(r->host), free(r->page_flags), free(r->page_used), free(r->code);
        return dr_fail(b, DR_ERR_MEMORY, "no host memory for %s (%u bytes)", name, config->size);
    }
    for (uint32_t mb = config->base >> 20; mb <= (config->base + (config->size - 1)) >> 20; mb++) {
        if (b->window[mb] == &b->no_region) {
            dr_open_window(b, mb, r);
        }
    }
    *region = b->region_count++;
    return DR_OK;
}

dr_status dr_set_region_waits(dr_board *b, uint32_t region, uint32_t read_wait, uint32_t fetch_wait,
                              uint32_t branch_wait) {
    if (region >= b->region_count) {
        return dr_fail(b, DR_ERR_ARGUMENT, "region %u of %u", region, b->region_count);
    }
    dr_region *r = &b->regions[region];
    r->read_wait = read_wait;
    r->branch_wait = branch_wait;
    if (r->fetch_wait != fetch_wait) {
        r->fetch_wait = fetch_wait;
        for (uint32_t k = 0; k < r->size >> DR_PAGE_BITS; k++) { /* not dr_drop_all_code: it may be running from here */
            dr_drop_code(r, k);
        }
    }
    return DR_OK;
}

dr_status dr_set_region_enabled(dr_board *b, uint32_t region, uint32_t enabled) {
    if (region >= b->region_count) {
        return dr_fail(b, DR_ERR_ARGUMENT, "region %u of %u", region, b->region_count);
    }
    dr_region *r = &b->regions[region];
    if (r->disabled != !enabled) {
        r->disabled = !enabled;
        for (uint32_t k = 0; k < r->size >> DR_PAGE_BITS; k++) { /* not dr_drop_all_code: as above */
            dr_drop_code(r, k);
        }
        dr_mpu_changed(b); /* makes the windows anew */
    }
    return DR_OK;
}

uint32_t dr_region_enabled(const dr_board *b, uint32_t region) {
    return region < b->region_count && !b->regions[region].disabled;
}

/* ------------------------------------------------------------------ devices on the bus, sorted by base */
dr_status dr_map_device(dr_board *b, dr_device *d, uint32_t base) {
    dr_status status = check_free(b, d->name, base, d->size);
    if (status != DR_OK) {
        return status;
    }
    if (b->map_count == DR_MAX_MAPPINGS) {
        return dr_fail(b, DR_ERR_ARGUMENT, "more than %u device mappings", DR_MAX_MAPPINGS);
    }
    uint32_t i = b->map_count++;
    for (; i > 0 && b->map[i - 1].base > base; i--) {
        b->map[i] = b->map[i - 1];
    }
    b->map[i] = (dr_mapping){base, d->size, d->index};
    return DR_OK;
}

dr_device *dr_find_device(dr_board *b, uint32_t address, uint32_t *offset) {
    uint32_t low = 0, high = b->map_count;
    while (low < high) {
        uint32_t middle = (low + high) / 2;
        const dr_mapping *m = &b->map[middle];
        if (address < m->base) {
            high = middle;
        } else if (address - m->base >= m->size) {
            low = middle + 1;
        } else {
            *offset = address - m->base;
            return b->devices[m->device];
        }
    }
    return NULL;
}

/* ------------------------------------------------------------------ accesses by the core */
static dr_bus_result refuse(dr_board *b, dr_bus_result why, uint32_t device, uint32_t address, uint32_t width,
                            bool write, uint32_t value) {
    dr_log(b, DR_LOG_BUS_FAULT, device, ~0u, address, width, write, value, why);
    return why;
}

dr_bus_result dr_bus_read(dr_board *b, uint32_t address, uint32_t width, uint32_t *value) {
    dr_region *r = dr_find_region(b, address);
    *value = 0;
    if (r && r->disabled) {
        return refuse(b, DR_BUS_DISABLED, ~0u, address, width, false, 0);
    }
    if (r) {
        if (address - r->base > r->size - width || !(r->flags & DR_MEM_READ)) {
            return refuse(b, DR_BUS_UNMAPPED, ~0u, address, width, false, 0);
        }
        memcpy(value, r->host + (address - r->base), width);
        return DR_BUS_OK;
    }
    uint32_t offset = 0;
    dr_device *d = dr_find_device(b, address, &offset);
    if (!d) {
        return refuse(b, DR_BUS_UNMAPPED, ~0u, address, width, false, 0);
    }
    dr_bus_result result = dr_device_read(b, d, offset, width, value);
    return result == DR_BUS_OK ? result : refuse(b, result, d->index, address, width, false, 0);
}

static void write_region(dr_region *r, uint32_t offset, const void *data, uint32_t length) {
    memcpy(r->host + offset, data, length);
    for (uint32_t page = offset >> DR_PAGE_BITS; page <= (offset + length - 1) >> DR_PAGE_BITS; page++) {
        if (r->page_flags[page] & DR_PAGE_CODE) {
            dr_drop_code(r, page);
        }
        r->page_flags[page] = r->flags & DR_MEM_WRITE ? DR_PAGE_DIRTY : DR_PAGE_DIRTY | DR_PAGE_LOCKED;
        r->page_used[page] = 1;
    }
}

dr_bus_result dr_bus_write(dr_board *b, uint32_t address, uint32_t width, uint32_t value) {
    dr_region *r = dr_find_region(b, address);
    if (r) {
        uint32_t offset = address - r->base;
        if (r->disabled) {
            return refuse(b, DR_BUS_DISABLED, ~0u, address, width, true, value);
        }
        if (offset > r->size - width) {
            return refuse(b, DR_BUS_UNMAPPED, ~0u, address, width, true, value);
        }
        if (!(r->flags & DR_MEM_WRITE)) {
            return refuse(b, DR_BUS_READ_ONLY, ~0u, address, width, true, value);
        }
        write_region(r, offset, &value, width);
        return DR_BUS_OK;
    }
    uint32_t offset = 0;
    dr_device *d = dr_find_device(b, address, &offset);
    if (!d) {
        return refuse(b, DR_BUS_UNMAPPED, ~0u, address, width, true, value);
    }
    dr_bus_result result = dr_device_write(b, d, offset, width, value);
    return result == DR_BUS_OK ? result : refuse(b, result, d->index, address, width, true, value);
}

dr_status dr_access(dr_board *b, uint32_t address, uint32_t width, uint32_t write, uint32_t *value) {
    if ((width != 1 && width != 2 && width != 4) || address % width) {
        return dr_fail(b, DR_ERR_ARGUMENT, "access of %u bytes at 0x%08x", width, address);
    }
    uint32_t offset = 0;
    dr_device *d = dr_find_device(b, address, &offset);
    dr_bus_result result = DR_BUS_UNMAPPED;
    if (d) {
        result = write ? dr_device_write(b, d, offset, width, *value) : dr_device_read(b, d, offset, width, value);
    } else if (dr_find_region(b, address)) {
        result = write ? dr_bus_write(b, address, width, *value) : dr_bus_read(b, address, width, value);
    }
    return result == DR_BUS_OK ? DR_OK : dr_fail(b, DR_ERR_ADDRESS, "nothing takes that access at 0x%08x", address);
}

/* ------------------------------------------------------------------ accesses by the host */
static bool peek_device(dr_board *b, uint32_t address, uint8_t *byte) {
    uint32_t offset = 0;
    dr_device *d = dr_find_device(b, address, &offset);
    uint32_t slot = d ? d->slots[offset] : DR_NO_SLOT;
    if (slot == DR_NO_SLOT) {
        return false;
    }
    const dr_register *reg = &d->registers[DR_SLOT_INDEX(slot)];
    *byte = (uint8_t)(d->values[DR_SLOT_INDEX(slot)] >> (8 * ((offset - reg->offset) % reg->width)));
    return true;
}

dr_status dr_read(dr_board *b, uint32_t address, void *data, uint32_t length) {
    uint8_t *out = data;
    while (length) {
        dr_region *r = dr_find_region(b, address);
        uint32_t part = 1;
        if (r) {
            uint32_t left = r->size - (address - r->base);
            part = length < left ? length : left;
            memcpy(out, r->host + (address - r->base), part);
        } else if (!peek_device(b, address, out)) {
            return dr_fail(b, DR_ERR_ADDRESS, "nothing to read at 0x%08x", address);
        }
        out += part;
        address += part;
        length -= part;
    }
    return DR_OK;
}

dr_status dr_write(dr_board *b, uint32_t address, const void *data, uint32_t length) {
    const uint8_t *in = data;
    while (length) {
        dr_region *r = dr_find_region(b, address);
        if (!r) {
            return dr_fail(b, DR_ERR_ADDRESS, "no memory to write at 0x%08x", address);
        }
        uint32_t left = r->size - (address - r->base);
        uint32_t part = length < left ? length : left;
        write_region(r, address - r->base, in, part);
        in += part;
        address += part;
        length -= part;
    }
    return DR_OK;
}
