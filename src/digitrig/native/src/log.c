/* What the core noticed: unmodelled accesses, faults, resets. History, so no part of snapshots. */
#include "device.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#define MAX_ENTRIES 4096u /* distinct things; repeats are counted in their entry */

dr_status dr_fail(dr_board *b, dr_status status, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(b->error, sizeof b->error, format, arguments);
    va_end(arguments);
    return status;
}

static dr_log_entry *find(dr_board *b, dr_log_kind kind, uint32_t address, bool write, uint32_t detail) {
    for (uint32_t i = b->log_count; i-- > 0;) {
        dr_log_entry *e = &b->log[i];
        if (e->kind == (uint32_t)kind && e->address == address && e->write == (uint32_t)write && e->detail == detail) {
            return e;
        }
    }
    return NULL;
}

void dr_log(dr_board *b, dr_log_kind kind, uint32_t device, uint32_t register_index, uint32_t address, uint32_t width,
            bool write, uint32_t value, uint32_t detail) {
    dr_log_entry *e = find(b, kind, address, write, detail);
    if (e) {
        e->count++;
        return;
    }
    if (b->log_count == b->log_capacity) {
        uint32_t capacity = b->log_capacity ? 2 * b->log_capacity : 64;
        dr_log_entry *grown = capacity > MAX_ENTRIES ? NULL : realloc(b->log, capacity * sizeof *grown);
        if (!grown) {
            return;
        }
        b->log = grown;
        b->log_capacity = capacity;
    }
    b->log[b->log_count++] =
        (dr_log_entry){kind,         device,       register_index, address,          width, write, value,
                       b->cpu.r[15], b->cpu.r[14], detail,         dr_device_now(b), 1};
    dr_call_hook(b, DR_HOOK_LOG, device, kind, width, address, 0, value);
}

dr_status dr_log_master(dr_board *b, uint32_t device, uint32_t address, uint32_t write, uint32_t detail) {
    if (device >= b->device_count) {
        return dr_fail(b, DR_ERR_ARGUMENT, "device %u of %u", device, b->device_count);
    }
    dr_log(b, DR_LOG_BUS_FAULT, device, ~0u, address, 4, write != 0, 0, detail);
    return DR_OK;
}

uint32_t dr_log_count(const dr_board *b) { return b->log_count; }

dr_status dr_get_log(const dr_board *b, uint32_t index, dr_log_entry *entry) {
    if (index >= b->log_count) {
        return DR_ERR_ARGUMENT;
    }
    *entry = b->log[index];
    return DR_OK;
}

void dr_clear_log(dr_board *b) { b->log_count = 0; }
