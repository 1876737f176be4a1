/* Semihosting (Arm IHI 0100, "Semihosting for AArch32 and AArch64"): what BKPT 0xAB asks of the host, and the console.
 *
 * Answered here: console, exit, clock, errors. Everything about files goes to the host's hook if the host wants it
 * (DR_SEMIHOSTING_FILES) and is refused otherwise. What the guest wrote lies in two streams until the host takes it:
 * they belong to the host, not to the board's state, so snapshots leave them alone.
 */
#include "cpu.h"
#include "device.h"

#include <stdlib.h>
#include <string.h>

#define STREAM_LIMIT (16u << 20) /* bytes kept for a host that does not take them; what comes after is dropped */
#define PS_PER_CENTISECOND 10000000000ull
#define PS_PER_SECOND 1000000000000ull
#define PS_PER_TICK 1000000ull /* SYS_ELAPSED counts microseconds */
#define TICKS_PER_SECOND 1000000u
#define FAILED 0xFFFFFFFFu

enum {
    SYS_OPEN = 0x01,
    SYS_CLOSE = 0x02,
    SYS_WRITEC = 0x03,
    SYS_WRITE0 = 0x04,
    SYS_WRITE = 0x05,
    SYS_READ = 0x06,
    SYS_READC = 0x07,
    SYS_ISERROR = 0x08,
    SYS_ISTTY = 0x09,
    SYS_SEEK = 0x0A,
    SYS_FLEN = 0x0C,
    SYS_TMPNAM = 0x0D,
    SYS_REMOVE = 0x0E,
    SYS_RENAME = 0x0F,
    SYS_CLOCK = 0x10,
    SYS_TIME = 0x11,
    SYS_SYSTEM = 0x12,
    SYS_ERRNO = 0x13,
    SYS_GET_CMDLINE = 0x15,
    SYS_HEAPINFO = 0x16,
    SYS_EXIT = 0x18,
    SYS_EXIT_EXTENDED = 0x20,
    SYS_ELAPSED = 0x30,
    SYS_TICKFREQ = 0x31
};
enum { GUEST_EBADF = 9, GUEST_EACCES = 13, GUEST_EFAULT = 14 };
enum { HANDLE_INPUT = 1, HANDLE_OUTPUT = 2, HANDLE_ERROR = 3, HANDLE_FEATURES = 4 };
#define ADP_STOPPED_APPLICATION_EXIT 0x20026u

/* ":semihosting-features": magic, then SH_EXT_EXIT_EXTENDED and SH_EXT_STDOUT_STDERR. */
static const uint8_t features[] = {'S', 'H', 'F', 'B', 3};

/* ------------------------------------------------------------------ streams between guest and host */
static bool stream_reserve(dr_stream *s, uint32_t length) {
    if (s->length + length <= s->capacity) {
        return true;
    }
    uint32_t capacity = 2u * (s->length + length) + 64u;
    uint8_t *data = realloc(s->data, capacity);
    s->data = data ? data : s->data;
    uint64_t *at_ps = realloc(s->at_ps, capacity * sizeof *at_ps);
    s->at_ps = at_ps ? at_ps : s->at_ps;
    s->capacity = data && at_ps ? capacity : s->capacity;
    return data && at_ps;
}

static bool stream_put(dr_board *b, uint32_t stream, const void *data, uint32_t length) {
    dr_stream *s = &b->streams[stream];
    if (length == 0 || length > STREAM_LIMIT - s->length || !stream_reserve(s, length)) {
        return length == 0;
    }
    uint64_t now = dr_now_ps(b);
    memcpy(s->data + s->length, data, length);
    for (uint32_t i = 0; i < length; i++) {
        s->at_ps[s->length + i] = now;
    }
    s->length += length;
    return true;
}

/* What the guest writes: the run ends if the host waits for one of the bytes. */
static void stream_write(dr_board *b, uint32_t stream, const void *data, uint32_t length) {
    stream_put(b, stream, data, length);
    if (b->console_stop_byte >= 0 && length && memchr(data, b->console_stop_byte, length)) {
        dr_stop_run(b, DR_STOP_BYTE, (uint32_t)b->console_stop_byte);
    }
}

static void stream_drop(dr_stream *s, uint32_t count) {
    if (count) {
        memmove(s->data, s->data + count, s->length - count);
        memmove(s->at_ps, s->at_ps + count, (s->length - count) * sizeof *s->at_ps);
        s->length -= count;
    }
}

static uint32_t stream_take(dr_stream *s, void *data, uint64_t *at_ps, uint32_t length) {
    uint32_t count = s->length < length ? s->length : length;
    if (count) {
        memcpy(data, s->data, count);
        if (at_ps) {
            memcpy(at_ps, s->at_ps, count * sizeof *at_ps);
        }
        stream_drop(s, count);
    }
    return count;
}

void dr_streams_free(dr_board *b) {
    for (uint32_t k = 0; k < DR_STREAM_COUNT; k++) {
        free(b->streams[k].data);
        free(b->streams[k].at_ps);
    }
}

uint32_t dr_console_available(const dr_board *b, uint32_t stream) {
    return stream <= DR_STREAM_ITM ? b->streams[stream].length : 0;
}

uint32_t dr_console_receive(dr_board *b, uint32_t stream, uint8_t *data, uint64_t *at_ps, uint32_t length) {
    return stream <= DR_STREAM_ITM ? stream_take(&b->streams[stream], data, at_ps, length) : 0;
}

void dr_console_stop_on(dr_board *b, int32_t byte) { b->console_stop_byte = byte < 256 ? byte : -1; }

dr_status dr_console_send(dr_board *b, const void *data, uint32_t length) {
    return stream_put(b, DR_STREAM_INPUT, data, length)
               ? DR_OK
               : dr_fail(b, DR_ERR_MEMORY, "%u bytes of console input; at most %u wait", length, STREAM_LIMIT);
}

dr_status dr_set_semihosting(dr_board *b, uint32_t flags) {
    if (flags & ~(uint32_t)(DR_SEMIHOSTING_ON | DR_SEMIHOSTING_FILES)) {
        return dr_fail(b, DR_ERR_ARGUMENT, "semihosting flags 0x%x; known: 0x3", flags);
    }
    b->semihosting = flags;
    return DR_OK;
}

/* A byte, halfword or word written to ITM stimulus port 0 (DDI 0403E C1.7.3), least significant byte first. */
void dr_itm_put(dr_board *b, uint32_t value, uint32_t width) {
    uint8_t bytes[4] = {(uint8_t)value, (uint8_t)(value >> 8), (uint8_t)(value >> 16), (uint8_t)(value >> 24)};
    stream_write(b, DR_STREAM_ITM, bytes, width);
}

/* ------------------------------------------------------------------ guest memory */
/* `length` bytes at `address` if one memory region holds them all. */
static uint8_t *memory_at(dr_board *b, uint32_t address, uint32_t length) {
    dr_region *r = dr_find_region(b, address);
    return r && length <= r->size - (address - r->base) ? r->host + (address - r->base) : NULL;
}

static bool read_words(dr_board *b, uint32_t address, uint32_t *words, uint32_t count) {
    const uint8_t *from = memory_at(b, address, 4u * count);
    if (from) {
        memcpy(words, from, 4u * count);
    }
    return from != NULL;
}

static bool write_guest(dr_board *b, uint32_t address, const void *data, uint32_t length) {
    const dr_region *r = dr_find_region(b, address);
    return r && (r->flags & DR_MEM_WRITE) && memory_at(b, address, length) &&
           dr_write(b, address, data, length) == DR_OK;
}

static uint32_t fail(dr_board *b, uint32_t error) {
    b->cpu.semihosting_errno = error;
    return FAILED;
}

/* ------------------------------------------------------------------ console calls */
static uint32_t write_string(dr_board *b, uint32_t address) {
    const dr_region *r = dr_find_region(b, address);
    if (!r) {
        return fail(b, GUEST_EFAULT);
    }
    const uint8_t *text = r->host + (address - r->base);
    const uint8_t *end = memchr(text, 0, r->size - (address - r->base));
    stream_write(b, DR_STREAM_CONSOLE, text, end ? (uint32_t)(end - text) : r->size - (address - r->base));
    return 0;
}

static uint32_t read_features(dr_board *b, uint32_t address, uint32_t length) {
    uint32_t left = (uint32_t)sizeof features - b->cpu.semihosting_position, count = length < left ? length : left;
    if (!write_guest(b, address, features + b->cpu.semihosting_position, count)) {
        return fail(b, GUEST_EFAULT);
    }
    b->cpu.semihosting_position += count;
    return length - count;
}

/* SYS_READ: the result is the number of bytes that were not read; all of them = end of file. */
static uint32_t read_handle(dr_board *b, const uint32_t *p) {
    dr_stream *input = &b->streams[DR_STREAM_INPUT];
    if (p[0] == HANDLE_FEATURES) {
        return read_features(b, p[1], p[2]);
    }
    uint32_t count = input->length < p[2] ? input->length : p[2];
    if (p[0] != HANDLE_INPUT || (count && !write_guest(b, p[1], input->data, count))) {
        return fail(b, p[0] != HANDLE_INPUT ? GUEST_EBADF : GUEST_EFAULT);
    }
    stream_drop(input, count);
    return p[2] - count;
}

static uint32_t write_handle(dr_board *b, const uint32_t *p) {
    const uint8_t *data = memory_at(b, p[1], p[2]);
    if (p[2] && !data) {
        b->cpu.semihosting_errno = GUEST_EFAULT;
        return p[2];
    }
    if (p[0] != HANDLE_OUTPUT && p[0] != HANDLE_ERROR) {
        b->cpu.semihosting_errno = GUEST_EBADF;
        return p[2];
    }
    if (p[2]) {
        stream_write(b, DR_STREAM_CONSOLE, data, p[2]);
    }
    return 0;
}

static bool has_name(dr_board *b, const uint32_t *p, const char *name) {
    uint32_t length = (uint32_t)strlen(name);
    const uint8_t *found = memory_at(b, p[0], length);
    return found && p[2] == length && !memcmp(found, name, length);
}

/* ":tt" for reading is the keyboard, for writing standard output, for appending standard error. */
static uint32_t open_special(dr_board *b, const uint32_t *p) {
    if (has_name(b, p, ":tt") && p[1] < 12) {
        return p[1] < 4 ? HANDLE_INPUT : p[1] < 8 ? HANDLE_OUTPUT : HANDLE_ERROR;
    }
    if (has_name(b, p, ":semihosting-features") && p[1] < 2) {
        b->cpu.semihosting_position = 0;
        return HANDLE_FEATURES;
    }
    return 0;
}

/* ------------------------------------------------------------------ calls with a block of parameters */
static uint32_t parameter_count(uint32_t operation) {
    switch (operation) {
    case SYS_OPEN:
    case SYS_WRITE:
    case SYS_READ:
        return 3;
    case SYS_SEEK:
    case SYS_TMPNAM:
    case SYS_REMOVE:
    case SYS_SYSTEM:
    case SYS_GET_CMDLINE:
        return 2;
    case SYS_RENAME:
        return 4;
    default:
        return 1;
    }
}

/* Files: the host's hook does as asked and gives R0; without files everything is refused. */
static uint32_t ask_host(dr_board *b, uint32_t operation, uint32_t parameters) {
    if (!(b->semihosting & DR_SEMIHOSTING_FILES) || !b->hook) {
        return fail(b, operation == SYS_OPEN || operation >= SYS_TMPNAM ? GUEST_EACCES : GUEST_EBADF);
    }
    b->cpu.semihosting_errno = 0;
    return dr_call_hook(b, DR_HOOK_SEMIHOSTING, ~0u, operation, 4, parameters, 0, 0);
}

/* The core's own last error, or the host's if the last call was one about its files. */
static uint32_t last_error(dr_board *b) {
    bool own = b->cpu.semihosting_errno || !(b->semihosting & DR_SEMIHOSTING_FILES);
    return own ? b->cpu.semihosting_errno : ask_host(b, SYS_ERRNO, 0);
}

static uint32_t seek_features(dr_board *b, uint32_t position) {
    b->cpu.semihosting_position = position < sizeof features ? position : (uint32_t)sizeof features;
    return 0;
}

/* Handles 1 to 4 are the core's own, larger ones the host's. */
static uint32_t on_own_handle(dr_board *b, uint32_t operation, const uint32_t *p) {
    switch (operation) {
    case SYS_CLOSE:
        return 0;
    case SYS_WRITE:
        return write_handle(b, p);
    case SYS_READ:
        return read_handle(b, p);
    case SYS_ISTTY:
        return p[0] != HANDLE_FEATURES;
    case SYS_SEEK:
        return p[0] == HANDLE_FEATURES ? seek_features(b, p[1]) : fail(b, GUEST_EBADF);
    default: /* SYS_FLEN */
        return p[0] == HANDLE_FEATURES ? (uint32_t)sizeof features : 0;
    }
}

static uint32_t on_handle(dr_board *b, uint32_t operation, uint32_t parameters) {
    uint32_t p[4] = {0};
    if (!read_words(b, parameters, p, parameter_count(operation))) {
        return fail(b, GUEST_EFAULT);
    }
    if (operation == SYS_OPEN) {
        uint32_t handle = open_special(b, p);
        return handle ? handle : ask_host(b, operation, parameters);
    }
    if (p[0] >= HANDLE_INPUT && p[0] <= HANDLE_FEATURES) {
        return on_own_handle(b, operation, p);
    }
    uint32_t refused = b->semihosting & DR_SEMIHOSTING_FILES && b->hook ? 0 : p[2];
    uint32_t result = ask_host(b, operation, parameters);
    return operation == SYS_WRITE && refused ? refused : result; /* bytes not written */
}

/* The command line is empty. */
static uint32_t command_line(dr_board *b, uint32_t parameters) {
    static const uint8_t none[1] = {0};
    uint32_t p[2], zero = 0;
    bool ok = read_words(b, parameters, p, 2) && p[1] >= 1 && write_guest(b, p[0], none, 1) &&
              write_guest(b, parameters + 4u, &zero, 4);
    return ok ? 0 : fail(b, GUEST_EFAULT);
}

/* Heap base and limit, stack base and limit; 0 = the program knows best. The stack starts where the vectors say. */
static uint32_t heap_information(dr_board *b, uint32_t parameters) {
    uint32_t block, values[4] = {0};
    read_words(b, b->vector_table, &values[2], 1);
    return read_words(b, parameters, &block, 1) && write_guest(b, block, values, sizeof values) ? 0 : FAILED;
}

static uint32_t elapsed(dr_board *b, uint32_t parameters) {
    uint64_t ticks = dr_time_ps(b, b->cpu.cycles) / PS_PER_TICK;
    return write_guest(b, parameters, &ticks, sizeof ticks) ? 0 : FAILED;
}

static uint32_t is_error(dr_board *b, uint32_t parameters) {
    uint32_t status = 0;
    return !read_words(b, parameters, &status, 1) || status >> 31;
}

static uint32_t read_character(dr_board *b) {
    uint8_t byte = 0;
    return stream_take(&b->streams[DR_STREAM_INPUT], &byte, NULL, 1) ? byte : FAILED;
}

/* Exit with a status: R1 is the reason, or a block of reason and status; any reason but ApplicationExit is a failure.
 */
static bool exit_program(dr_board *b, uint32_t operation) {
    uint32_t p[2] = {b->cpu.r[1], 0};
    if (operation == SYS_EXIT_EXTENDED && !read_words(b, b->cpu.r[1], p, 2)) {
        return false;
    }
    dr_stop_run(b, DR_STOP_EXIT, p[0] == ADP_STOPPED_APPLICATION_EXIT ? p[1] : 1);
    return true;
}

/* R0 of a call that returns; false if there is no such operation. */
static bool answer(dr_board *b, uint32_t operation, uint32_t parameter, uint32_t *result) {
    uint8_t byte = 0;
    switch (operation) {
    case SYS_WRITEC:
        if (memory_at(b, parameter, 1)) {
            byte = *memory_at(b, parameter, 1);
            stream_write(b, DR_STREAM_CONSOLE, &byte, 1);
        }
        *result = operation; /* R0 is corrupted: left as it was */
        return true;
    case SYS_WRITE0:
        write_string(b, parameter);
        *result = operation;
        return true;
    case SYS_READC:
        *result = read_character(b);
        return true;
    case SYS_OPEN:
    case SYS_CLOSE:
    case SYS_WRITE:
    case SYS_READ:
    case SYS_ISTTY:
    case SYS_SEEK:
    case SYS_FLEN:
        *result = on_handle(b, operation, parameter);
        return true;
    case SYS_TMPNAM:
    case SYS_REMOVE:
    case SYS_RENAME:
        *result = ask_host(b, operation, parameter);
        return true;
    case SYS_SYSTEM: /* no command of the host is ever run */
        *result = fail(b, GUEST_EACCES);
        return true;
    case SYS_ERRNO:
        *result = last_error(b);
        return true;
    default:
        break;
    }
    switch (operation) {
    case SYS_ISERROR:
        *result = is_error(b, parameter);
        return true;
    case SYS_CLOCK:
        *result = (uint32_t)(dr_time_ps(b, b->cpu.cycles) / PS_PER_CENTISECOND);
        return true;
    case SYS_TIME: /* virtual time starts at the epoch */
        *result = (uint32_t)(dr_time_ps(b, b->cpu.cycles) / PS_PER_SECOND);
        return true;
    case SYS_GET_CMDLINE:
        *result = command_line(b, parameter);
        return true;
    case SYS_HEAPINFO:
        *result = heap_information(b, parameter);
        return true;
    case SYS_ELAPSED:
        *result = elapsed(b, parameter);
        return true;
    case SYS_TICKFREQ:
        *result = TICKS_PER_SECOND;
        return true;
    default:
        return false;
    }
}

bool dr_semihosting(struct dr_board *b) {
    dr_cpu *c = &b->cpu;
    uint32_t operation = c->r[0];
    if (!(b->semihosting & DR_SEMIHOSTING_ON)) {
        return false;
    }
    bool done = operation == SYS_EXIT || operation == SYS_EXIT_EXTENDED ? exit_program(b, operation)
                                                                        : answer(b, operation, c->r[1], &c->r[0]);
    if (done) { /* the BKPT has been executed */
        c->r[15] += 2u;
        c->itstate = dr_it_advance(c->itstate);
        c->instructions++;
        c->cycles++;
    }
    return done;
}
