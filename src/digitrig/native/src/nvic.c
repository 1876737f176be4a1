/* Registers of the NVIC: enable, pending, active and priority of the external interrupts (DDI 0403E B3.4). */
#include "cpu.h"

static uint32_t irq_mask(const struct dr_board *b, uint32_t word) {
    uint32_t count = b->config.irq_count;
    return count >= 32u * (word + 1u) ? ~0u : count <= 32u * word ? 0 : (1u << count % 32u) - 1u;
}

bool dr_nvic_read(const struct dr_board *b, uint32_t offset, uint32_t *value) {
    uint32_t word = offset >> 2 & 31u;
    if (offset >= 0x400 && offset < 0x4F0) {
        *value = 0;
        for (uint32_t k = 0; k < 4 && offset - 0x400 + k < DR_MAX_IRQS; k++) {
            *value |= (uint32_t)b->scs.irq_priority[offset - 0x400 + k] << 8 * k;
        }
        return true;
    }
    if (word >= 8) {
        return false;
    }
    switch (offset & 0x780u) {
    case 0x100: /* ISER */
    case 0x180: /* ICER */
        *value = b->scs.enabled[word];
        return true;
    case 0x200: /* ISPR */
    case 0x280: /* ICPR */
        *value = b->scs.pending[word];
        return true;
    case 0x300: /* IABR */
        *value = dr_is_v7(b) ? b->scs.active[word] : 0;
        return true;
    default:
        return false;
    }
}

uint8_t dr_implemented_priority(const struct dr_board *b, uint32_t value) {
    return (uint8_t)(value & ~(0xFFu >> b->config.priority_bits));
}

static void write_pending(struct dr_board *b, uint32_t word, uint32_t bits, bool set) {
    for (; bits; bits &= bits - 1u) {
        uint32_t exception = DR_EXC_IRQ0 + 32u * word + (uint32_t)__builtin_ctz(bits);
        if (set) {
            dr_set_pending(b, exception);
        } else {
            dr_clear_pending(b, exception);
        }
    }
    if (!set) { /* a line that is still asserted stays pending */
        uint32_t kept = b->scs.level[word] & ~b->scs.active[word];
        b->scs.pending[word] |= kept;
    }
}

void dr_nvic_write(struct dr_board *b, uint32_t offset, uint32_t value) {
    uint32_t word = offset >> 2 & 31u;
    if (offset >= 0x400 && offset < 0x4F0) {
        for (uint32_t k = 0; k < 4 && offset - 0x400 + k < b->config.irq_count; k++) {
            b->scs.irq_priority[offset - 0x400 + k] = dr_implemented_priority(b, value >> 8 * k);
        }
    } else if (word < 8) {
        uint32_t bits = value & irq_mask(b, word);
        switch (offset & 0x780u) {
        case 0x100:
            b->scs.enabled[word] |= bits;
            break;
        case 0x180:
            b->scs.enabled[word] &= ~bits;
            break;
        case 0x200:
            write_pending(b, word, bits, true);
            break;
        case 0x280:
            write_pending(b, word, bits, false);
            break;
        default:
            break;
        }
    }
    dr_cpu_update_pending(b);
}
