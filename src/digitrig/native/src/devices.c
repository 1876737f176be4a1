/* Register files: access widths, write masks, write-one-to-clear, SET/CLR/TOG aliases, gating, and the hooks behind. */
#include "device.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint32_t width_mask(uint32_t width) { return width >= 4 ? 0xFFFFFFFFu : (1u << (8 * width)) - 1u; }

uint32_t dr_call_hook(dr_board *b, dr_hook_kind kind, uint32_t device, uint32_t arg, uint32_t width, uint32_t value,
                      uint32_t old, uint32_t written) {
    if (!b->hook) {
        return value;
    }
    dr_hook_call call = {kind, device, arg, width, value, old, written, b->cpu.r[15], dr_device_now(b)};
    return b->hook(b->hook_user, &call);
}

/* ------------------------------------------------------------------ accesses */
static uint32_t read_register(dr_board *b, dr_device *d, uint32_t index) {
    const dr_register *reg = &d->registers[index];
    uint32_t value = d->values[index];
    if ((reg->flags & DR_REG_STATE_MASK) == DR_REG_TAGGED) {
        dr_log(b, DR_LOG_TAGGED, d->index, index, d->base + reg->offset, reg->width, false, value, 0);
    }
    if (reg->flags & DR_REG_HOOK_READ) {
        value = d->model ? d->model->read(b, d, index, value)
                         : dr_call_hook(b, DR_HOOK_READ, d->index, index, reg->width, value, 0, 0);
    }
    return value & reg->read;
}

static void write_register(dr_board *b, dr_device *d, uint32_t index, uint32_t alias, uint32_t lanes, uint32_t raw) {
    const dr_register *reg = &d->registers[index];
    uint32_t old = d->values[index];
    uint32_t w1c = alias ? 0 : reg->w1c & lanes;
    if (alias) { /* SET, CLR, TOG work on the whole register */
        raw = alias == 1 ? old | raw : alias == 2 ? old & ~raw : old ^ raw;
    }
    uint32_t take = reg->write & lanes;
    uint32_t value = ((old & ~take) | (raw & take)) & ~(raw & w1c);
    if (!alias && (raw & reg->reserved & lanes)) {
        dr_log(b, DR_LOG_RESERVED, d->index, index, d->base + reg->offset, reg->width, true, raw,
               raw & reg->reserved & lanes);
    }
    if ((reg->flags & DR_REG_STATE_MASK) == DR_REG_TAGGED) {
        dr_log(b, DR_LOG_TAGGED, d->index, index, d->base + reg->offset, reg->width, true, raw, 0);
    }
    d->values[index] = value;
    if (reg->flags & DR_REG_HOOK_WRITE) {
        if (d->model) {
            d->model->write(b, d, index, value, old, raw);
        } else {
            dr_call_hook(b, DR_HOOK_WRITE, d->index, index, reg->width, value, old, raw);
        }
    }
}

static dr_bus_result check(dr_board *b, dr_device *d, uint32_t offset, uint32_t width, bool write, uint32_t value) {
    if (!d->wire.enabled) {
        return DR_BUS_GATED;
    }
    if (!(d->widths & width)) {
        return DR_BUS_WIDTH;
    }
    bool any = false;
    for (uint32_t i = 0; i < width; i++) {
        uint32_t slot = offset + i < d->size ? d->slots[offset + i] : DR_NO_SLOT;
        if (slot != DR_NO_SLOT) {
            any = true;
            if (d->registers[DR_SLOT_INDEX(slot)].flags & DR_REG_FAULT) {
                return DR_BUS_RESERVED;
            }
        }
    }
    if (!any) {
        if (d->absent_faults) {
            return DR_BUS_RESERVED;
        }
        dr_log(b, DR_LOG_ABSENT, d->index, ~0u, d->base + offset, width, write, value, 0);
    }
    return DR_BUS_OK;
}

/* A wider access than the registers (8-bit registers side by side, accessed as a word) goes to each of them in turn. */
dr_bus_result dr_device_read(dr_board *b, dr_device *d, uint32_t offset, uint32_t width, uint32_t *value) {
    uint32_t first = offset < d->size ? d->slots[offset] : DR_NO_SLOT;
    if (DR_LIKELY(first != DR_NO_SLOT && d->wire.enabled && (d->widths & width))) { /* one whole register */
        const dr_register *reg = &d->registers[DR_SLOT_INDEX(first)];
        if (DR_LIKELY(reg->width == width && !(offset & (width - 1u)) && !(reg->flags & DR_REG_FAULT))) {
            *value = read_register(b, d, DR_SLOT_INDEX(first));
            return DR_BUS_OK;
        }
    }
    *value = 0;
    dr_bus_result result = check(b, d, offset, width, false, 0);
    for (uint32_t i = 0; result == DR_BUS_OK && i < width;) {
        uint32_t slot = offset + i < d->size ? d->slots[offset + i] : DR_NO_SLOT;
        if (slot == DR_NO_SLOT) {
            i++;
            continue;
        }
        const dr_register *reg = &d->registers[DR_SLOT_INDEX(slot)];
        uint32_t lane = (offset + i - reg->offset) % reg->width;
        uint32_t count = reg->width - lane < width - i ? reg->width - lane : width - i;
        uint32_t part = (read_register(b, d, DR_SLOT_INDEX(slot)) >> (8 * lane)) & width_mask(count);
        *value |= part << (8 * i);
        i += count;
    }
    return result;
}

dr_bus_result dr_device_write(dr_board *b, dr_device *d, uint32_t offset, uint32_t width, uint32_t value) {
    dr_bus_result result = check(b, d, offset, width, true, value);
    for (uint32_t i = 0; result == DR_BUS_OK && i < width;) {
        uint32_t slot = offset + i < d->size ? d->slots[offset + i] : DR_NO_SLOT;
        if (slot == DR_NO_SLOT) {
            i++;
            continue;
        }
        const dr_register *reg = &d->registers[DR_SLOT_INDEX(slot)];
        uint32_t lane = (offset + i - reg->offset) % reg->width;
        uint32_t count = reg->width - lane < width - i ? reg->width - lane : width - i;
        uint32_t lanes = width_mask(count) << (8 * lane);
        write_register(b, d, DR_SLOT_INDEX(slot), DR_SLOT_ALIAS(slot), lanes,
                       ((value >> (8 * i)) << (8 * lane)) & lanes);
        i += count;
    }
    return result;
}

/* ------------------------------------------------------------------ building */
static dr_status place(dr_board *b, dr_device *d, uint32_t index, uint32_t offset, uint32_t alias) {
    const dr_register *reg = &d->registers[index];
    for (uint32_t i = 0; i < reg->width; i++) {
        if (offset + i >= d->size || d->slots[offset + i] != DR_NO_SLOT) {
            return dr_fail(b, DR_ERR_OVERLAP, "%s: register %u at offset 0x%x lies outside the block or on another",
                           d->name, index, offset);
        }
        d->slots[offset + i] = (uint16_t)(index | alias << 14);
    }
    return DR_OK;
}

static dr_status place_all(dr_board *b, dr_device *d) {
    for (uint32_t i = 0; i < d->register_count; i++) {
        const dr_register *reg = &d->registers[i];
        if (reg->width != 1 && reg->width != 2 && reg->width != 4) {
            return dr_fail(b, DR_ERR_ARGUMENT, "%s: register %u has width %u; must be 1, 2 or 4", d->name, i,
                           reg->width);
        }
        uint32_t copies = reg->flags & DR_REG_HIDDEN ? 0 : reg->flags & DR_REG_ALIAS_SET ? 4 : 1;
        for (uint32_t alias = 0; alias < copies; alias++) {
            dr_status status = place(b, d, i, reg->offset + 4 * alias, alias);
            if (status != DR_OK) {
                return status;
            }
        }
    }
    return DR_OK;
}

static dr_status build(dr_board *b, dr_device *d, const char *name, const dr_device_config *c) {
    if (c->size == 0 || c->size > 0x100000u || c->register_count > 0x3FFFu) {
        return dr_fail(b, DR_ERR_ARGUMENT, "%s: size 0x%x or %u registers out of range", name, c->size,
                       c->register_count);
    }
    snprintf(d->name, sizeof d->name, "%s", name);
    d->base = c->base;
    d->size = c->size;
    d->widths = c->widths;
    d->absent_faults = c->absent_faults;
    memcpy(d->parameters, c->parameters, sizeof d->parameters);
    d->register_count = c->register_count;
    d->wire.enabled = 1;
    d->registers = calloc(c->register_count + 1, sizeof d->registers[0]);
    d->values = calloc(c->register_count + 1, sizeof d->values[0]);
    d->slots = malloc(c->size * sizeof d->slots[0]);
    if (!d->registers || !d->values || !d->slots) {
        return dr_fail(b, DR_ERR_MEMORY, "no host memory for device %s", name);
    }
    memcpy(d->registers, c->registers, c->register_count * sizeof d->registers[0]);
    memset(d->slots, 0xFF, c->size * sizeof d->slots[0]);
    dr_status status = place_all(b, d);
    if (status != DR_OK || c->model == DR_MODEL_REGISTERS) {
        return status;
    }
    static const dr_model *const models[] = {[DR_MODEL_LPUART] = &dr_lpuart_model,
                                             [DR_MODEL_KINETIS_UART] = &dr_kinetis_uart_model,
                                             [DR_MODEL_LPC_USART] = &dr_lpc_usart_model,
                                             [DR_MODEL_LPI2C] = &dr_lpi2c_model};
    if (c->model >= sizeof models / sizeof models[0]) {
        return dr_fail(b, DR_ERR_ARGUMENT, "%s: native model %u unknown", name, c->model);
    }
    d->model = models[c->model];
    d->state = calloc(1, d->model->state_bytes);
    return d->state ? d->model->create(b, d) : dr_fail(b, DR_ERR_MEMORY, "no host memory for device %s", name);
}

void dr_device_free(dr_device *d) {
    if (d) {
        if (d->model) {
            d->model->destroy(d);
        }
        free(d->registers), free(d->values), free(d->slots), free(d->state), free(d);
    }
}

dr_status dr_add_device(dr_board *b, const char *name, const dr_device_config *config, uint32_t *device) {
    if (b->device_count == DR_MAX_DEVICES) {
        return dr_fail(b, DR_ERR_ARGUMENT, "more than %u devices", DR_MAX_DEVICES);
    }
    dr_device *d = calloc(1, sizeof *d);
    if (!d) {
        return dr_fail(b, DR_ERR_MEMORY, "no host memory for device %s", name);
    }
    d->index = b->device_count;
    dr_status status = build(b, d, name, config);
    if (status == DR_OK) {
        b->devices[b->device_count++] = d;
        status = config->widths ? dr_map_device(b, d, config->base) : DR_OK;
        if (status != DR_OK) {
            b->device_count--;
        }
    }
    if (status != DR_OK) {
        dr_device_free(d);
        return status;
    }
    for (uint32_t i = 0; i < d->register_count; i++) {
        d->values[i] = d->registers[i].reset;
    }
    *device = d->index;
    return DR_OK;
}

uint32_t dr_register_at(const dr_device *d, uint32_t offset) {
    uint32_t slot = offset < d->size ? d->slots[offset] : DR_NO_SLOT;
    return slot == DR_NO_SLOT ? ~0u : DR_SLOT_INDEX(slot);
}

void dr_device_reset(dr_board *b, dr_device *d) {
    dr_cancel_device(b, d->index);
    for (uint32_t i = 0; i < d->register_count; i++) {
        d->values[i] = d->registers[i].reset;
    }
    for (uint32_t line = 0; line < DR_MAX_LINES; line++) {
        dr_device_line(b, d, line, false);
    }
    if (d->model) {
        d->model->reset(b, d);
    } else {
        dr_call_hook(b, DR_HOOK_RESET, d->index, 0, 0, 0, 0, 0);
    }
}

/* ------------------------------------------------------------------ lines to the interrupt controller */
static bool irq_level(dr_board *b, uint32_t irq) {
    for (uint32_t i = 0; i < b->device_count; i++) {
        const dr_device *d = b->devices[i];
        for (uint32_t k = 0; k < d->irq_count; k++) {
            if (d->irq_number[k] == irq && (d->wire.lines >> d->irq_line[k] & 1u)) {
                return true;
            }
        }
    }
    return false;
}

void dr_device_line(dr_board *b, dr_device *d, uint32_t line, bool level) {
    uint32_t lines = level ? d->wire.lines | 1u << line : d->wire.lines & ~(1u << line);
    if (lines == d->wire.lines) {
        return;
    }
    d->wire.lines = lines;
    for (uint32_t k = 0; k < d->irq_count; k++) {
        if (d->irq_line[k] == line) { /* several lines may share one interrupt: it is their OR */
            dr_nvic_set_level(b, d->irq_number[k], level || irq_level(b, d->irq_number[k]));
        }
    }
}

static dr_device *checked(dr_board *b, uint32_t device) {
    if (device >= b->device_count) {
        dr_fail(b, DR_ERR_ARGUMENT, "device %u of %u", device, b->device_count);
        return NULL;
    }
    return b->devices[device];
}

dr_status dr_connect(dr_board *b, uint32_t device, uint32_t line, uint32_t irq) {
    dr_device *d = checked(b, device);
    if (!d || line >= DR_MAX_LINES || irq >= b->config.irq_count || d->irq_count == DR_MAX_LINES) {
        return dr_fail(b, DR_ERR_ARGUMENT, "line %u of device %u to interrupt %u: out of range (%u interrupts)", line,
                       device, irq, b->config.irq_count);
    }
    d->irq_line[d->irq_count] = (uint16_t)line;
    d->irq_number[d->irq_count++] = (uint16_t)irq;
    return DR_OK;
}

dr_status dr_set_line(dr_board *b, uint32_t device, uint32_t line, uint32_t level) {
    dr_device *d = checked(b, device);
    if (!d || line >= DR_MAX_LINES) {
        return dr_fail(b, DR_ERR_ARGUMENT, "line %u of device %u out of range", line, device);
    }
    dr_device_line(b, d, line, level != 0);
    return DR_OK;
}

dr_status dr_add_mirror(dr_board *b, uint32_t device, uint32_t base) {
    dr_device *d = checked(b, device);
    return d ? dr_map_device(b, d, base) : DR_ERR_ARGUMENT;
}

dr_status dr_set_enabled(dr_board *b, uint32_t device, uint32_t enabled) {
    dr_device *d = checked(b, device);
    if (d) {
        d->wire.enabled = enabled != 0;
    }
    return d ? DR_OK : DR_ERR_ARGUMENT;
}

dr_status dr_set_device_clock(dr_board *b, uint32_t device, uint64_t hz) {
    dr_device *d = checked(b, device);
    if (d && d->wire.clock_hz != hz) {
        d->wire.clock_hz = hz;
        if (d->model && d->model->clock_changed) {
            d->model->clock_changed(b, d);
        }
    }
    return d ? DR_OK : DR_ERR_ARGUMENT;
}

dr_status dr_get_register(dr_board *b, uint32_t device, uint32_t index, uint32_t *value) {
    dr_device *d = checked(b, device);
    if (!d || index >= d->register_count) {
        return dr_fail(b, DR_ERR_ARGUMENT, "register %u of device %u out of range", index, device);
    }
    *value = d->values[index];
    return DR_OK;
}

dr_status dr_set_register(dr_board *b, uint32_t device, uint32_t index, uint32_t value) {
    dr_device *d = checked(b, device);
    if (!d || index >= d->register_count) {
        return dr_fail(b, DR_ERR_ARGUMENT, "register %u of device %u out of range", index, device);
    }
    d->values[index] = value & width_mask(d->registers[index].width);
    return DR_OK;
}

dr_status dr_set_hook(dr_board *b, dr_hook hook, void *user) {
    b->hook = hook;
    b->hook_user = user;
    return DR_OK;
}
