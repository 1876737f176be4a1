/* DWT and ITM of Armv7-M as far as programs use them: cycle counter, the comparators' registers, stimulus ports
 * (DDI 0403E C1.7 and C1.8). What comparators do: debug.c. */
#include "cpu.h"

#define DEMCR_TRCENA (1u << 24)
#define DEMCR_MON_PEND (1u << 17)
#define DEMCR_WRITABLE 0x010D07F1u
#define FUNCTION_MATCHED (1u << 24)
#define DWT_CYCCNTENA 1u

bool dr_cycle_counter_runs(const struct dr_board *b) {
    return (b->scs.demcr & DEMCR_TRCENA) && (b->scs.dwt_ctrl & DWT_CYCCNTENA);
}

static uint32_t cycle_counter(const struct dr_board *b) {
    return dr_cycle_counter_runs(b) ? (uint32_t)(b->cpu.cycles - b->scs.dwt_base) : b->scs.dwt_value;
}

static void set_cycle_counter(struct dr_board *b, uint32_t value) {
    b->scs.dwt_value = value;
    b->scs.dwt_base = b->cpu.cycles - value;
}

/* After DEMCR or DWT_CTRL have changed: the count goes on from where it stood. */
static void with_counter_kept(struct dr_board *b, uint32_t *field, uint32_t value) {
    uint32_t count = cycle_counter(b);
    *field = value;
    set_cycle_counter(b, count);
    dr_debug_refresh(b);
}

static uint32_t *comparator(struct dr_board *b, uint32_t offset) {
    uint32_t k = (offset - 0x20u) / 16u;
    switch (offset & 15u) {
    case 0:
        return &b->scs.dwt_comp[k];
    case 4:
        return &b->scs.dwt_mask[k];
    case 8:
        return &b->scs.dwt_function[k];
    default:
        return NULL;
    }
}

uint32_t dr_dwt_read(struct dr_board *b, uint32_t offset) {
    if (offset == 0) {
        return b->scs.dwt_ctrl | 4u << 28; /* four comparators */
    }
    if (offset == 4) {
        return cycle_counter(b);
    }
    if (offset == 0x1C) {
        return b->cpu.r[15]; /* PCSR */
    }
    uint32_t *word = offset >= 0x20 && offset < 0x60 ? comparator(b, offset) : NULL;
    uint32_t value = word ? *word : 0;
    if (word && (offset & 15u) == 8) {
        *word &= ~FUNCTION_MATCHED;            /* cleared by reading */
        value |= offset == 0x38 ? 1u << 9 : 0; /* LNK1ENA: two linked addresses */
    }
    return value;
}

void dr_dwt_write(struct dr_board *b, uint32_t offset, uint32_t value) {
    if (offset == 0) {
        with_counter_kept(b, &b->scs.dwt_ctrl, value & 0x007F1FFFu);
    } else if (offset == 4) {
        set_cycle_counter(b, value);
        dr_debug_refresh(b);
    } else if (offset >= 0x20 && offset < 0x60) {
        static const uint32_t function_bits[4] = {0xAFu, 0xFFD2Fu, 0x2Fu, 0x2Fu}; /* CYCMATCH: 0, DATAVMATCH: 1 */
        uint32_t *word = comparator(b, offset), part = offset & 15u;
        if (word) {
            *word = value & (part == 0 ? ~0u : part == 4 ? 31u : function_bits[(offset - 0x20u) / 16u]);
            dr_debug_refresh(b);
        }
    }
}

uint32_t dr_itm_read(const struct dr_board *b, uint32_t offset) {
    if (offset < 0x80) {
        return 1; /* a stimulus port always has room */
    }
    return offset == 0xE00 ? b->scs.itm_ter : offset == 0xE80 ? b->scs.itm_tcr : 0;
}

/* Port 0 is the console; the others have no reader. */
void dr_itm_stimulus(struct dr_board *b, uint32_t port, uint32_t value, uint32_t width) {
    if (port == 0 && (b->scs.demcr & DEMCR_TRCENA) && (b->scs.itm_tcr & 1u) && (b->scs.itm_ter & 1u)) {
        dr_itm_put(b, value, width);
    }
}

void dr_itm_write(struct dr_board *b, uint32_t offset, uint32_t value) {
    if (offset == 0xE00) {
        b->scs.itm_ter = value;
    } else if (offset == 0xE80) {
        b->scs.itm_tcr = value & 0x00FF0F1Fu;
    }
}

/* MON_PEND is the pending state of DebugMonitor, whether MON_EN is set or not (C1.6.5). */
uint32_t dr_read_demcr(const struct dr_board *b) {
    return b->scs.demcr | (dr_is_pending(b, DR_EXC_DEBUG_MONITOR) ? DEMCR_MON_PEND : 0);
}

void dr_write_demcr(struct dr_board *b, uint32_t value) {
    with_counter_kept(b, &b->scs.demcr, value & DEMCR_WRITABLE);
    if (value & DEMCR_MON_PEND) {
        dr_set_pending(b, DR_EXC_DEBUG_MONITOR);
    } else {
        dr_clear_pending(b, DR_EXC_DEBUG_MONITOR);
    }
}
