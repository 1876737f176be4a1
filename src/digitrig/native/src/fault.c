/* Synchronous exceptions: faults and their escalation, SVC, BKPT, lock-up (DDI 0403E B1.5.14 and B1.5.15).
 *
 * A fault is made pending and taken by the run loop before the next instruction, as every other exception; nothing
 * returns into the middle of an instruction.
 */
#include "cpu.h"

#define SHCSR_MEMFAULTENA (1u << 16)
#define SHCSR_BUSFAULTENA (1u << 17)
#define SHCSR_USGFAULTENA (1u << 18)
#define DEMCR_MON_EN (1u << 16)

void dr_lockup(struct dr_board *b) {
    b->cpu.halted = DR_STOP_LOCKUP;
    b->deadline = 0;
    dr_log(b, DR_LOG_LOCKUP, ~0u, ~0u, b->cpu.r[15], 0, false, 0, b->cpu.ipsr);
}

bool dr_fault_enabled(const struct dr_board *b, uint32_t exception) {
    switch (exception) {
    case DR_EXC_MEM_MANAGE:
        return b->scs.shcsr & SHCSR_MEMFAULTENA;
    case DR_EXC_BUS_FAULT:
        return b->scs.shcsr & SHCSR_BUSFAULTENA;
    case DR_EXC_USAGE_FAULT:
        return b->scs.shcsr & SHCSR_USGFAULTENA;
    default:
        return true;
    }
}

/* Make `exception` pending if it can preempt now, else HardFault, else lock up. */
static void raise_or_escalate(struct dr_board *b, uint32_t exception, uint32_t hfsr) {
    int32_t now = dr_execution_priority(b);
    if (dr_is_v7(b) && dr_fault_enabled(b, exception) &&
        dr_group_priority(b, dr_exception_priority(b, exception)) < now) {
        dr_set_pending(b, exception);
        return;
    }
    if (now <= -1) {
        dr_lockup(b);
        return;
    }
    if (dr_is_v7(b)) {
        b->scs.hfsr |= hfsr;
    }
    dr_set_pending(b, DR_EXC_HARD_FAULT);
}

void dr_raise(struct dr_board *b, uint32_t exception, uint32_t cfsr) {
    if (dr_is_v7(b)) {
        b->scs.cfsr |= cfsr;
    }
    b->deadline = 0;
    raise_or_escalate(b, exception, DR_HFSR_FORCED);
}

bool dr_raise_svc(struct dr_board *b) {
    b->deadline = 0;
    if (dr_group_priority(b, dr_exception_priority(b, DR_EXC_SVC)) < dr_execution_priority(b)) {
        dr_set_pending(b, DR_EXC_SVC);
        return true;
    }
    raise_or_escalate(b, DR_EXC_SVC, DR_HFSR_FORCED);
    return false;
}

bool dr_monitor_allowed(const struct dr_board *b) {
    return dr_is_v7(b) && (b->scs.demcr & DEMCR_MON_EN) &&
           dr_group_priority(b, dr_exception_priority(b, DR_EXC_DEBUG_MONITOR)) < dr_execution_priority(b);
}

void dr_raise_breakpoint(struct dr_board *b, uint32_t number) {
    if (number == 0xAB && dr_semihosting(b)) {
        return;
    }
    b->deadline = 0;
    if (dr_monitor_allowed(b)) {
        b->scs.dfsr |= 2u; /* BKPT */
        dr_set_pending(b, DR_EXC_DEBUG_MONITOR);
        return;
    }
    if (dr_execution_priority(b) <= -1) {
        dr_lockup(b);
        return;
    }
    if (dr_is_v7(b)) {
        b->scs.hfsr |= DR_HFSR_DEBUGEVT;
    }
    dr_set_pending(b, DR_EXC_HARD_FAULT);
}
