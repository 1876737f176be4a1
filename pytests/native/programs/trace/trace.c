/* Start-up, the entry of every exception, and the printing of records. */
#include "trace.h"

void reset_handler(void);
void entry(void);
extern uint32_t stack_top, data_start, data_end, data_load, bss_start, bss_end;

#define ENTRIES_8 entry, entry, entry, entry, entry, entry, entry, entry
__attribute__((section(".vectors"), used)) void (*const vectors[64])(void) = {
    (void (*)(void))&stack_top,
    reset_handler,
    entry,
    entry,
    entry,
    entry,
    entry,
    entry,
    ENTRIES_8,
    ENTRIES_8,
    ENTRIES_8,
    ENTRIES_8,
    ENTRIES_8,
    ENTRIES_8,
    ENTRIES_8,
};

/* r4-r11 are the interrupted code's. on_exception returns the EXC_RETURN value to leave by. */
__asm__(".syntax unified\n"
        ".thumb\n"
        ".section .text.entry, \"ax\"\n"
        ".global entry\n"
        ".thumb_func\n"
        ".type entry, %function\n"
        "entry:\n"
        "    mov r0, lr\n"
        "    mrs r1, msp\n"
        "    push {r4-r7, lr}\n"
        "    mov r4, r8\n"
        "    mov r5, r9\n"
        "    mov r6, r10\n"
        "    mov r7, r11\n"
        "    push {r3-r7}\n"
        "    mov r2, sp\n"
        "    bl on_exception\n"
        "    pop {r3-r7}\n"
        "    mov r8, r4\n"
        "    mov r9, r5\n"
        "    mov r10, r6\n"
        "    mov r11, r7\n"
        "    pop {r4-r7}\n"
        "    add sp, #4\n"
        "    bx r0\n"
        ".size entry, . - entry\n"
        ".text\n");

uint32_t process_stack[128] __attribute__((aligned(8)));

static const char *scenario = "";
static handler *handlers[64];

/* ------------------------------------------------------------------ text */
typedef struct line {
    char text[900];
    uint32_t length;
} line;

static void put_text(line *to, const char *text) {
    while (*text && to->length < sizeof to->text - 2) {
        to->text[to->length++] = *text++;
    }
}

static void put_hex(line *to, const char *name, uint32_t value) {
    char digits[10] = "=";
    for (uint32_t k = 0; k < 8; k++) {
        digits[1 + k] = "0123456789abcdef"[value >> (28 - 4 * k) & 15u];
    }
    digits[9] = 0;
    put_text(to, " ");
    put_text(to, name);
    put_text(to, digits);
}

static void put_out(line *to) {
    to->text[to->length++] = '\n';
    to->text[to->length] = 0;
    write_text(to->text);
}

void note2(const char *what, uint32_t first, uint32_t second) {
    line out;
    out.length = 0;
    put_text(&out, scenario);
    put_text(&out, " ");
    put_text(&out, what);
    put_text(&out, ":");
    put_hex(&out, "a", first);
    put_hex(&out, "b", second);
    put_out(&out);
}

void note_fp(const char *what, uint32_t value) {
    line out;
    out.length = 0;
    put_text(&out, scenario);
    put_text(&out, " ");
    put_text(&out, what);
    put_text(&out, ":");
    put_hex(&out, "a", value);
    put_hex(&out, "fpccr", FPCCR);
    put_out(&out);
}

void note(const char *what, uint32_t value) { note2(what, value, 0); }

/* ------------------------------------------------------------------ records */
static void put_frame(line *to, const state *s) {
    static const char *const names[8] = {"r0", "r1", "r2", "r3", "r12", "lr", "pc", "xpsr"};
    put_hex(to, "frame", (uint32_t)s->frame);
    for (uint32_t k = 0; s->frame && k < 8; k++) {
        put_hex(to, names[k], s->frame[k]);
    }
    static const char *const more[8] = {"r8", "r9", "r10", "r11", "r4", "r5", "r6", "r7"};
    for (uint32_t k = 0; k < 8; k++) {
        put_hex(to, more[k], s->saved[1 + k]);
    }
}

static void put_system(line *to, const state *s) {
    put_hex(to, "exc_return", s->exc_return);
    put_hex(to, "msp", s->msp);
    put_hex(to, "psp", GET(psp));
    put_hex(to, "control", GET(control));
    put_hex(to, "primask", GET(primask));
    put_hex(to, "icsr", ICSR);
    put_hex(to, "ispr", ISPR);
#ifdef V7
    put_hex(to, "basepri", GET(basepri));
    put_hex(to, "faultmask", GET(faultmask));
    put_hex(to, "iabr", IABR);
    put_hex(to, "shcsr", SHCSR);
    put_hex(to, "cfsr", CFSR);
    put_hex(to, "hfsr", HFSR);
    if (CFSR & 0x80u) {
        put_hex(to, "mmfar", MMFAR);
    }
    if (CFSR & 0x8000u) {
        put_hex(to, "bfar", BFAR);
    }
#endif
#ifdef FP
    put_hex(to, "fpccr", FPCCR);
    put_hex(to, "fpcar", FPCAR);
#endif
}

static void print_record(const state *s) {
    line out;
    out.length = 0;
    put_text(&out, scenario);
    put_text(&out, " exception:");
    put_hex(&out, "number", s->exception);
    put_frame(&out, s);
    put_system(&out, s);
    put_out(&out);
}

static bool in_memory(uint32_t address) {
    return (address & 3u) == 0 && ((address >= 0x20000000u && address <= 0x20004000u - 32u) || address < 0x20000u);
}

uint32_t on_exception(uint32_t exc_return, uint32_t msp, uint32_t *saved);
uint32_t on_exception(uint32_t exc_return, uint32_t msp, uint32_t *saved) {
    uint32_t at = exc_return & 4u ? GET(psp) : msp;
    state s = {GET(ipsr), exc_return, msp, in_memory(at) ? (uint32_t *)at : 0, saved};
    print_record(&s);
#ifdef V7
    CFSR = CFSR;
    HFSR = HFSR;
#endif
    if (s.exception < 64 && handlers[s.exception]) {
        handlers[s.exception](&s);
    } else if (s.exception >= HARD_FAULT && s.exception <= USAGE_FAULT) {
        note("no handler", s.exception);
        leave(1);
    }
    return s.exc_return;
}

/* PC and ITSTATE of the frame go one instruction further. */
static void skip_bytes(state *s, uint32_t bytes) {
    uint32_t it = (s->frame[7] >> 25 & 3u) | (s->frame[7] >> 8 & 0xFCu);
    it = it & 7u ? (it & 0xE0u) | (it << 1 & 0x1Fu) : 0;
    s->frame[6] += bytes;
    s->frame[7] = (s->frame[7] & ~0x0600FC00u) | (it & 3u) << 25 | (it & 0xFCu) << 8;
}

void skip2(state *s) { skip_bytes(s, 2); }
void skip4(state *s) { skip_bytes(s, 4); }
void to_r6(state *s) {
    s->frame[6] = s->saved[7] & ~1u;
    s->frame[7] = 0x01000000u;
}

/* ------------------------------------------------------------------ scenarios */
void on(uint32_t exception, handler *function) { handlers[exception] = function; }

void set_priority(uint32_t exception, uint32_t value) {
    volatile uint32_t *word = exception >= IRQ0 ? &IPR((exception - IRQ0) / 4) : &REG(0xE000ED14 + (exception & ~3u));
    uint32_t shift = 8u * (exception & 3u);
    *word = (*word & ~(0xFFu << shift)) | value << shift;
}

void begin(const char *name) {
    scenario = name;
    for (uint32_t k = 0; k < 64; k++) {
        handlers[k] = 0;
    }
    __asm__ volatile("cpsie i" ::: "memory");
    ICER = ~0u;
    ICPR = ~0u;
    for (uint32_t k = 0; k < 8; k++) {
        IPR(k) = 0;
    }
    SHPR2 = 0;
    SHPR3 = 0;
#ifdef V7
    SHPR1 = 0;
    SHCSR = FAULTS_ENABLED;
    CCR = 0x200;
    AIRCR = 0x05FA0000u;
    CFSR = ~0u;
    HFSR = ~0u;
    SET(basepri, 0);
    __asm__ volatile("cpsie f" ::: "memory");
    on(MEM_MANAGE, skip2);
    on(BUS_FAULT, skip2);
    on(USAGE_FAULT, skip2);
#endif
    on(HARD_FAULT, skip2);
    note("begin", GET(control));
}

__attribute__((noreturn, used)) void reset_handler(void) {
    uint32_t *from = &data_load, *to = &data_start;
    while (to < &data_end) {
        *to++ = *from++;
    }
    for (to = &bss_start; to < &bss_end;) {
        *to++ = 0;
    }
    scenarios_common();
#ifdef V7
    scenarios_v7();
    scenarios_fault();
    scenarios_mpu();
#endif
#ifdef FP
    scenarios_fp();
#endif
    leave(0);
    for (;;) {
    }
}
