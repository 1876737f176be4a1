/* Which exception is taken when: priorities, masks, pending and active state (DDI 0403E B1.5.4, DDI 0419 B1.5.4). */
#include "cpu.h"

#define AIRCR_PRIGROUP(aircr) ((aircr) >> 8 & 7u)
#define SCR_SEVONPEND (1u << 4)
#define LOWEST_PRIORITY 256

/* ------------------------------------------------------------------ priorities */
int32_t dr_group_priority(const struct dr_board *b, int32_t priority) {
    if (!dr_is_v7(b) || priority < 0) {
        return priority;
    }
    return priority & ~((2 << AIRCR_PRIGROUP(b->scs.aircr)) - 1);
}

int32_t dr_exception_priority(const struct dr_board *b, uint32_t exception) {
    switch (exception) {
    case DR_EXC_RESET:
        return -3;
    case DR_EXC_NMI:
        return -2;
    case DR_EXC_HARD_FAULT:
        return -1;
    default:
        return exception < DR_EXC_IRQ0 ? b->scs.system_priority[exception]
                                       : b->scs.irq_priority[exception - DR_EXC_IRQ0];
    }
}

bool dr_is_active(const struct dr_board *b, uint32_t exception) {
    if (exception < DR_EXC_IRQ0) {
        return b->scs.system_active >> exception & 1u;
    }
    uint32_t irq = exception - DR_EXC_IRQ0;
    return b->scs.active[irq / 32] >> irq % 32 & 1u;
}

void dr_set_active(struct dr_board *b, uint32_t exception, bool active) {
    if (exception < DR_EXC_IRQ0) {
        uint16_t bit = (uint16_t)(1u << exception);
        b->scs.system_active = (uint16_t)(active ? b->scs.system_active | bit : b->scs.system_active & ~bit);
        return;
    }
    uint32_t irq = exception - DR_EXC_IRQ0, bit = 1u << irq % 32;
    b->scs.active[irq / 32] = active ? b->scs.active[irq / 32] | bit : b->scs.active[irq / 32] & ~bit;
}

uint32_t dr_irq_words(const struct dr_board *b) { return (b->config.irq_count + 31u) / 32u; }

/* Priority of the active exceptions alone: FAULTMASK, PRIMASK and BASEPRI left out. */
static int32_t active_priority(const struct dr_board *b) {
    int32_t best = LOWEST_PRIORITY;
    for (uint32_t set = b->scs.system_active; set; set &= set - 1u) {
        int32_t p = dr_group_priority(b, dr_exception_priority(b, (uint32_t)__builtin_ctz(set)));
        best = p < best ? p : best;
    }
    for (uint32_t word = 0; word < dr_irq_words(b); word++) {
        for (uint32_t set = b->scs.active[word]; set; set &= set - 1u) {
            int32_t p = dr_group_priority(b, b->scs.irq_priority[32u * word + (uint32_t)__builtin_ctz(set)]);
            best = p < best ? p : best;
        }
    }
    return best;
}

static int32_t boosted_priority(const struct dr_board *b, bool with_primask) {
    int32_t priority = active_priority(b);
    if (b->cpu.basepri && dr_group_priority(b, (int32_t)b->cpu.basepri) < priority) {
        priority = dr_group_priority(b, (int32_t)b->cpu.basepri);
    }
    if (with_primask && b->cpu.primask && priority > 0) {
        priority = 0;
    }
    if (b->cpu.faultmask && priority > -1) {
        priority = -1;
    }
    return priority;
}

int32_t dr_execution_priority(const struct dr_board *b) { return boosted_priority(b, true); }

bool dr_is_pending(const struct dr_board *b, uint32_t exception) {
    if (exception < DR_EXC_IRQ0) {
        return b->scs.system_pending >> exception & 1u;
    }
    uint32_t irq = exception - DR_EXC_IRQ0;
    return b->scs.pending[irq / 32] >> irq % 32 & 1u;
}

/* The pending, enabled exception of the most urgent priority; equal ones: the lowest number. */
uint32_t dr_highest_pending(const struct dr_board *b, int32_t *priority) {
    uint32_t best = 0;
    *priority = LOWEST_PRIORITY;
    for (uint32_t set = b->scs.system_pending; set; set &= set - 1u) {
        uint32_t exception = (uint32_t)__builtin_ctz(set);
        int32_t p = dr_exception_priority(b, exception);
        if (p < *priority) {
            *priority = p;
            best = exception;
        }
    }
    for (uint32_t word = 0; word < dr_irq_words(b); word++) {
        for (uint32_t set = b->scs.pending[word] & b->scs.enabled[word]; set; set &= set - 1u) {
            uint32_t irq = 32u * word + (uint32_t)__builtin_ctz(set);
            if (b->scs.irq_priority[irq] < *priority) {
                *priority = b->scs.irq_priority[irq];
                best = DR_EXC_IRQ0 + irq;
            }
        }
    }
    return best;
}

bool dr_exception_pending(const struct dr_board *b) {
    int32_t priority;
    return dr_highest_pending(b, &priority) && dr_group_priority(b, priority) < dr_execution_priority(b);
}

bool dr_wakes_wfi(const struct dr_board *b) {
    int32_t priority;
    return dr_highest_pending(b, &priority) && dr_group_priority(b, priority) < boosted_priority(b, false);
}

/* ------------------------------------------------------------------ pending state */
void dr_set_pending(struct dr_board *b, uint32_t exception) {
    bool was = dr_is_pending(b, exception);
    if (exception < DR_EXC_IRQ0) {
        b->scs.system_pending |= (uint16_t)(1u << exception);
    } else {
        uint32_t irq = exception - DR_EXC_IRQ0;
        b->scs.pending[irq / 32] |= 1u << irq % 32;
    }
    if (!was && (b->scs.scr & SCR_SEVONPEND)) {
        b->cpu.event_flag = 1;
        b->deadline = 0;
    }
    dr_cpu_update_pending(b);
}

void dr_clear_pending(struct dr_board *b, uint32_t exception) {
    if (exception < DR_EXC_IRQ0) {
        b->scs.system_pending &= (uint16_t)~(1u << exception);
    } else {
        uint32_t irq = exception - DR_EXC_IRQ0;
        b->scs.pending[irq / 32] &= ~(1u << irq % 32);
    }
}

void dr_cpu_update_pending(struct dr_board *b) {
    int32_t priority;
    if (!b->scs.system_pending && !dr_highest_pending(b, &priority)) {
        return;
    }
    if (b->cpu.sleeping || dr_exception_pending(b)) {
        b->deadline = 0;
    }
}

/* A line that stays asserted makes its interrupt pending again when the handler returns. */
void dr_nvic_set_level(struct dr_board *b, uint32_t irq, bool level) {
    if (irq >= b->config.irq_count) {
        return;
    }
    uint32_t word = irq / 32, bit = 1u << irq % 32;
    bool was = b->scs.level[word] & bit;
    b->scs.level[word] = level ? b->scs.level[word] | bit : b->scs.level[word] & ~bit;
    if (level && !was) {
        dr_set_pending(b, DR_EXC_IRQ0 + irq);
    }
}
