/* Making, resetting, running and freeing a board. */
#include "cache.h"
#include "device.h"

#include <stdlib.h>
#include <string.h>

uint32_t dr_abi_version(void) { return DR_ABI_VERSION; }

size_t dr_sizeof(const char *name) {
    static const struct {
        const char *name;
        size_t size;
    } sizes[] = {{"dr_config", sizeof(dr_config)},        {"dr_region_config", sizeof(dr_region_config)},
                 {"dr_register", sizeof(dr_register)},    {"dr_device_config", sizeof(dr_device_config)},
                 {"dr_hook_call", sizeof(dr_hook_call)},  {"dr_log_entry", sizeof(dr_log_entry)},
                 {"dr_timing", sizeof(dr_timing)},        {"dr_stop", sizeof(dr_stop)},
                 {"dr_bus_timing", sizeof(dr_bus_timing)}};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        if (!strcmp(sizes[i].name, name)) {
            return sizes[i].size;
        }
    }
    return 0;
}

static bool valid(const dr_config *c) {
    return c->core <= DR_CORE_CORTEX_M7 && c->irq_count >= 1 && c->irq_count <= DR_MAX_IRQS && c->priority_bits >= 2 &&
           c->priority_bits <= 8 && c->mpu_regions <= 16 && c->has_fpu <= 2 && c->clock_hz > 0 && dr_caches_valid(c);
}

dr_status dr_create(const dr_config *config, dr_board **out) {
    *out = NULL;
    if (!valid(config)) {
        return DR_ERR_ARGUMENT;
    }
    dr_board *b = calloc(1, sizeof *b);
    if (!b) {
        return DR_ERR_MEMORY;
    }
    b->config = *config;
    b->console_stop_byte = -1;
    b->time.hz = config->clock_hz;
    b->event_cycle = DR_NEVER;
    b->delivering_ps = DR_NEVER;
    b->instruction_limit = DR_NEVER;
    b->no_region.base = 1; /* with size 0: no address is inside */
    for (uint32_t i = 0; i < 4096; i++) {
        b->window[i] = &b->no_region;
    }
    for (uint32_t i = 0; i < DR_COST_COUNT; i++) {
        b->cost[i] = 1;
    }
    b->semihosting = DR_SEMIHOSTING_ON;
    b->snapshot_id = 0;
    b->next_snapshot_id = 1;
    dr_cpu_reset(b);
    *out = b;
    return DR_OK;
}

void dr_destroy(dr_board *b) {
    if (!b) {
        return;
    }
    for (uint32_t i = 0; i < b->region_count; i++) {
        dr_region *r = &b->regions[i];
        dr_drop_all_code(r);
        free(r->host), free(r->page_flags), free(r->page_used), free(r->code), free(r->lines);
    }
    for (uint32_t i = 0; i < b->device_count; i++) {
        dr_device_free(b->devices[i]);
    }
    dr_streams_free(b);
    free(b->log);
    free(b->code_scratch);
    free(b);
}

const char *dr_error(const dr_board *b) { return b->error; }

dr_status dr_reset(dr_board *b) {
    for (uint32_t i = 0; i < b->device_count; i++) {
        dr_device_reset(b, b->devices[i]);
    }
    dr_cpu_reset(b);
    dr_update_event_cycle(b);
    return DR_OK;
}

dr_status dr_set_vector_table(dr_board *b, uint32_t address) {
    if (address % 128) {
        return dr_fail(b, DR_ERR_ARGUMENT, "vector table at 0x%08x; must be a multiple of 128", address);
    }
    b->vector_table = address;
    return DR_OK;
}

dr_status dr_start(dr_board *b) {
    if (!dr_find_region(b, b->vector_table)) {
        return dr_fail(b, DR_ERR_ADDRESS, "no memory at the vector table, 0x%08x", b->vector_table);
    }
    dr_cpu_start(b);
    return DR_OK;
}

void dr_stop_run(dr_board *b, dr_stop_reason reason, uint32_t detail) {
    if (!__atomic_load_n(&b->stop_requested, __ATOMIC_ACQUIRE)) { /* the first reason counts */
        b->stop_detail = detail;
        __atomic_store_n(&b->stop_requested, 1u + (uint32_t)reason, __ATOMIC_RELEASE);
    }
    __atomic_store_n(&b->deadline, 0, __ATOMIC_RELEASE);
}

void dr_request_stop(dr_board *b, uint32_t detail) { dr_stop_run(b, DR_STOP_HOST, detail); }

dr_status dr_stop_on_fault(dr_board *b, uint32_t on) {
    b->stop_on_fault = on;
    return DR_OK;
}

dr_status dr_pass_time(dr_board *b, uint64_t for_ps) {
    if (!b->cpu.sleeping || b->time.event_count) {
        return dr_fail(b, DR_ERR_STATE, "time passes by running: the core is awake or something is due");
    }
    b->cpu.cycles = dr_time_cycles(b, dr_time_ps(b, b->cpu.cycles) + for_ps);
    return DR_OK;
}

dr_status dr_run(dr_board *b, uint64_t for_ps, uint64_t max_instructions, dr_stop *stop) {
    uint64_t now = dr_time_ps(b, b->cpu.cycles);
    b->run_until_ps = for_ps > DR_NEVER - 1 - now ? DR_NEVER - 1 : now + for_ps;
    b->run_until = dr_time_cycles(b, b->run_until_ps);
    uint64_t done = b->cpu.instructions;
    b->instruction_limit = max_instructions > DR_NEVER - done ? DR_NEVER : done + max_instructions;
    b->stop_requested = 0;
    b->stop_detail = 0;
    b->error[0] = 0;
    dr_update_event_cycle(b);
    memset(stop, 0, sizeof *stop);
    dr_cpu_run(b, stop);
    return DR_OK;
}
