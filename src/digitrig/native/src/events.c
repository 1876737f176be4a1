/* Virtual time and the one event queue.
 *
 * Cycles are the core's clock; device events lie in picoseconds. The relation between the two changes when firmware
 * changes the clock tree: `base_ps`/`base_cycles` mark the last change. All arithmetic is integer, in 128 bits.
 */
#include "device.h"

#include <string.h>

#define PS_PER_S 1000000000000ull

uint64_t dr_time_ps(const dr_board *b, uint64_t cycles) {
    const dr_time *t = &b->time;
    if (cycles <= t->base_cycles || t->hz == 0) {
        return t->base_ps;
    }
    unsigned __int128 ps = (unsigned __int128)(cycles - t->base_cycles) * PS_PER_S / t->hz;
    return t->base_ps + (uint64_t)ps;
}

uint64_t dr_time_cycles(const dr_board *b, uint64_t at_ps) {
    const dr_time *t = &b->time;
    if (at_ps == DR_NEVER) {
        return DR_NEVER;
    }
    if (at_ps <= t->base_ps) {
        return t->base_cycles;
    }
    unsigned __int128 scaled = (unsigned __int128)(at_ps - t->base_ps) * t->hz;
    unsigned __int128 cycles = (scaled + PS_PER_S - 1) / PS_PER_S;
    return cycles > DR_NEVER - 1 - t->base_cycles ? DR_NEVER - 1 : t->base_cycles + (uint64_t)cycles;
}

uint64_t dr_device_now(const dr_board *b) {
    return b->delivering_ps != DR_NEVER ? b->delivering_ps : dr_time_ps(b, b->cpu.cycles);
}

void dr_update_event_cycle(dr_board *b) {
    b->event_cycle = b->time.event_count ? dr_time_cycles(b, b->time.events[0].at_ps) : DR_NEVER;
    b->deadline = 0; /* the CPU loop recomputes it */
}

static bool earlier(const dr_event *a, const dr_event *b) {
    if (a->at_ps != b->at_ps) {
        return a->at_ps < b->at_ps;
    }
    if (a->priority != b->priority) {
        return a->priority < b->priority;
    }
    return a->sequence < b->sequence;
}

static void remove_at(dr_time *t, uint32_t i) {
    memmove(&t->events[i], &t->events[i + 1], (t->event_count - i - 1) * sizeof t->events[0]);
    t->event_count--;
}

void dr_cancel_event(dr_board *b, uint32_t device, uint32_t number) {
    dr_time *t = &b->time;
    for (uint32_t i = 0; i < t->event_count; i++) {
        if (t->events[i].device == device && t->events[i].number == number) {
            remove_at(t, i);
            dr_update_event_cycle(b);
            return;
        }
    }
}

void dr_cancel_device(dr_board *b, uint32_t device) {
    dr_time *t = &b->time;
    for (uint32_t i = t->event_count; i-- > 0;) {
        if (t->events[i].device == device) {
            remove_at(t, i);
        }
    }
    dr_update_event_cycle(b);
}

dr_status dr_schedule_at(dr_board *b, uint32_t device, uint32_t number, uint64_t at_ps, uint32_t priority) {
    dr_time *t = &b->time;
    dr_cancel_event(b, device, number);
    if (t->event_count == DR_MAX_EVENTS) {
        return dr_fail(b, DR_ERR_STATE, "event queue full (%u events)", DR_MAX_EVENTS);
    }
    dr_event event = {at_ps, priority, t->next_sequence++, device, number};
    uint32_t i = t->event_count;
    while (i > 0 && earlier(&event, &t->events[i - 1])) {
        i--;
    }
    memmove(&t->events[i + 1], &t->events[i], (t->event_count - i) * sizeof t->events[0]);
    t->events[i] = event;
    t->event_count++;
    dr_update_event_cycle(b);
    return DR_OK;
}

static void deliver(dr_board *b, const dr_event *event) {
    dr_device *d = b->devices[event->device];
    if (d->model) {
        d->model->event(b, d, event->number);
    } else {
        dr_call_hook(b, DR_HOOK_EVENT, event->device, event->number, 0, 0, 0, 0);
    }
}

void dr_deliver_events(dr_board *b) {
    dr_time *t = &b->time;
    while (t->event_count && dr_time_cycles(b, t->events[0].at_ps) <= b->cpu.cycles) {
        dr_event event = t->events[0];
        remove_at(t, 0);
        b->delivering_ps = event.at_ps;
        deliver(b, &event);
        b->delivering_ps = DR_NEVER;
        if (__atomic_load_n(&b->stop_requested, __ATOMIC_ACQUIRE)) {
            break; /* later events of the same instant stay queued for the next run */
        }
    }
    dr_update_event_cycle(b);
}

dr_status dr_schedule(dr_board *b, uint32_t device, uint32_t event, uint64_t delay_ps, uint32_t priority) {
    if (device >= b->device_count) {
        return dr_fail(b, DR_ERR_ARGUMENT, "device %u of %u", device, b->device_count);
    }
    uint64_t now = dr_device_now(b);
    uint64_t at_ps = delay_ps > DR_NEVER - 1 - now ? DR_NEVER - 1 : now + delay_ps;
    return dr_schedule_at(b, device, event, at_ps, priority);
}

dr_status dr_cancel(dr_board *b, uint32_t device, uint32_t event) {
    if (device >= b->device_count) {
        return dr_fail(b, DR_ERR_ARGUMENT, "device %u of %u", device, b->device_count);
    }
    dr_cancel_event(b, device, event);
    return DR_OK;
}

dr_status dr_set_clock(dr_board *b, uint64_t hz) {
    if (hz == 0 || hz > 10000000000ull) {
        return dr_fail(b, DR_ERR_ARGUMENT, "core clock of %llu Hz; must be 1 to 10^10", (unsigned long long)hz);
    }
    if (hz != b->time.hz) {
        uint64_t now = dr_time_ps(b, b->cpu.cycles);
        uint32_t systick = dr_systick_pause(b);
        b->time.base_ps = now;
        b->time.base_cycles = b->cpu.cycles;
        b->time.hz = hz;
        b->run_until = dr_time_cycles(b, b->run_until_ps);
        dr_systick_resume(b, systick);
        dr_update_event_cycle(b);
    }
    return DR_OK;
}

uint64_t dr_clock(const dr_board *b) { return b->time.hz; }
uint64_t dr_now_ps(const dr_board *b) { return dr_device_now(b); }
uint64_t dr_cycles(const dr_board *b) { return b->cpu.cycles; }
uint64_t dr_instructions(const dr_board *b) { return b->cpu.instructions; }
