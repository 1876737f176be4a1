/* Devices: register files with a host hook or a native model behind them. */
#ifndef DIGITRIG_INTERNAL_DEVICE_H
#define DIGITRIG_INTERNAL_DEVICE_H

#include "core.h"

#define DR_NO_SLOT 0xFFFFu
#define DR_SLOT_INDEX(slot) ((slot) & 0x3FFFu)
#define DR_SLOT_ALIAS(slot) ((slot) >> 14) /* 0 plain, 1 SET, 2 CLR, 3 TOG */
#define DR_MAX_LINES 32u

struct dr_device;

/* A model written in C. `read` and `write` are called for registers with DR_REG_HOOK_READ / DR_REG_HOOK_WRITE. */
typedef struct dr_model {
    bool is_uart;       /* state begins with a dr_uart */
    size_t state_bytes; /* plain data, part of snapshots */
    dr_status (*create)(dr_board *b, struct dr_device *d);
    void (*destroy)(struct dr_device *d);
    void (*reset)(dr_board *b, struct dr_device *d);
    uint32_t (*read)(dr_board *b, struct dr_device *d, uint32_t index, uint32_t stored);
    void (*write)(dr_board *b, struct dr_device *d, uint32_t index, uint32_t value, uint32_t old, uint32_t written);
    void (*event)(dr_board *b, struct dr_device *d, uint32_t number);
    void (*clock_changed)(dr_board *b, struct dr_device *d);
    size_t (*extra_bytes)(const struct dr_device *d); /* snapshot data of changing size */
    void (*save_extra)(const struct dr_device *d, void *data);
    bool (*load_extra)(struct dr_device *d, const void *data, size_t bytes);
} dr_model;

typedef struct dr_line_state { /* snapshot kind */
    uint64_t clock_hz;
    uint32_t enabled, lines;
} dr_line_state;

typedef struct dr_device {
    char name[32];
    uint32_t index, base, size, widths, absent_faults;
    uint32_t parameters[8];
    const dr_model *model; /* NULL: host hook */
    uint32_t register_count;
    dr_register *registers;
    uint16_t *slots;  /* by byte offset: index of the register there */
    uint32_t *values; /* snapshot kind */
    dr_line_state wire;
    void *state; /* snapshot kind, model->state_bytes */
    void *extra; /* the model's own heap data */
    uint16_t irq_count;
    uint16_t irq_line[DR_MAX_LINES], irq_number[DR_MAX_LINES];
} dr_device;

extern const dr_model dr_lpuart_model, dr_kinetis_uart_model, dr_lpc_usart_model, dr_lpi2c_model;

dr_status dr_map_device(dr_board *b, dr_device *d, uint32_t base);
dr_device *dr_find_device(dr_board *b, uint32_t address, uint32_t *offset);
dr_bus_result dr_device_read(dr_board *b, dr_device *d, uint32_t offset, uint32_t width, uint32_t *value);
dr_bus_result dr_device_write(dr_board *b, dr_device *d, uint32_t offset, uint32_t width, uint32_t value);
void dr_device_reset(dr_board *b, dr_device *d);
void dr_device_free(dr_device *d);
uint32_t dr_register_at(const dr_device *d, uint32_t offset); /* index, or ~0u */
void dr_device_line(dr_board *b, dr_device *d, uint32_t line, bool level);
uint32_t dr_call_hook(dr_board *b, dr_hook_kind kind, uint32_t device, uint32_t arg, uint32_t width, uint32_t value,
                      uint32_t old, uint32_t written);

/* Schedule relative to now, or to the nominal time of the event that is being delivered: so periods do not drift. */
dr_status dr_schedule_at(dr_board *b, uint32_t device, uint32_t number, uint64_t at_ps, uint32_t priority);
void dr_cancel_event(dr_board *b, uint32_t device, uint32_t number);
void dr_cancel_device(dr_board *b, uint32_t device);
uint64_t dr_device_now(const dr_board *b);
void dr_update_event_cycle(dr_board *b);

#endif
