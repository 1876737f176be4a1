#include "fault.h"

#include "boards/board.h"
#include "config.h"
#include "cpu.h"
#include "drivers/systick.h"
#include "line.h"

#if __ARM_ARCH >= 7
#define NVIC_WORDS 8u
#else
#define NVIC_WORDS 1u
#endif

#define EXCEPTION_NMI 2u
#define EXCEPTION_HARD_FAULT 3u
#define EXCEPTION_FIRST_INTERRUPT 16u

/* Words of the frame that the core pushes on exception entry (Armv6-M ARM B1.5.6, Armv7-M ARM B1.5.6). */
#define FRAME_LR 5u
#define FRAME_PC 6u
#define FRAME_BYTES 32u

extern uint8_t __StackLimit[];
extern uint8_t __StackTop[];

volatile uint32_t digitrig_fault;

void fault_report(const uint32_t *frame);

#if __ARM_ARCH >= 7
struct cause {
    uint32_t bit; /* of CFSR */
    const char *text;
};

/* Armv7-M ARM B3.2.15. What tells most stands first. */
static const struct cause causes[] = {
    {1u << 4, "stack overflow"},       {1u << 12, "stack overflow"},        {1u << 0, "execution forbidden"},
    {1u << 1, "access forbidden"},     {1u << 8, "instruction bus error"},  {1u << 9, "bus error"},
    {1u << 10, "imprecise bus error"}, {1u << 16, "undefined instruction"}, {1u << 17, "invalid state"},
    {1u << 18, "invalid return"},      {1u << 19, "no coprocessor"},        {1u << 24, "unaligned access"},
    {1u << 25, "division by zero"},
};

static const char *configurable_cause(void) {
    const uint32_t flags = MMIO32(SCB_CFSR);
    for (uint32_t i = 0; i < sizeof causes / sizeof causes[0]; i++) {
        if ((flags & causes[i].bit) != 0u) {
            return causes[i].text;
        }
    }
    return "hard fault";
}

void fault_init(void) { MMIO32(SCB_SHCSR) = MMIO32(SCB_SHCSR) | (7u << 16); /* MemManage, BusFault, UsageFault */ }
#else
static const char *configurable_cause(void) { return "hard fault"; }

void fault_init(void) {}
#endif

/* Nothing may wake the core again: a pending interrupt would end WFI even when masked. */
static _Noreturn void sleep_for_ever(void) {
    cpu_mask_interrupts();
    systick_stop();
    for (uint32_t word = 0; word < NVIC_WORDS; word++) {
        MMIO32(NVIC_ICER0 + 4u * word) = UINT32_MAX;
    }
    MMIO32(SCB_ICSR) = SCB_ICSR_PENDSTCLR | SCB_ICSR_PENDSVCLR;
#if WATCHDOG_REFRESH
    MMIO32(SCB_AIRCR) = SCB_AIRCR_SYSRESETREQ_WITH_KEY;
#endif
    for (;;) {
        cpu_wait_for_interrupt();
    }
}

static void print(const char *cause, uint32_t interrupt, uint32_t pc, uint32_t lr) {
    struct line line;
    line_begin(&line);
    line_text(&line, "fault: ");
    line_text(&line, cause);
    if (interrupt != 0u) {
        line_unsigned(&line, interrupt - EXCEPTION_FIRST_INTERRUPT);
    }
    line_text(&line, " pc=");
    line_hex(&line, pc, 8);
    line_text(&line, " lr=");
    line_hex(&line, lr, 8);
    line_end(&line);
    if (board_console.ready) {
        board_led(false);
        serial_write_polled(&board_console, line.text, line.length);
    }
}

_Noreturn void fault_stop(const char *cause) {
    cpu_mask_interrupts();
    digitrig_fault = FAULT_BY_PROGRAM;
    print(cause, 0, (uint32_t)(uintptr_t)__builtin_return_address(0), 0);
    sleep_for_ever();
}

bool fault_frame_is_on_main_stack(uintptr_t frame, uint32_t bytes) {
    return frame >= (uintptr_t)__StackLimit && frame + bytes <= (uintptr_t)__StackTop;
}

__attribute__((weak)) bool fault_frame_is_readable(uintptr_t frame, uint32_t bytes) {
    return fault_frame_is_on_main_stack(frame, bytes);
}

/* frame: what the core pushed, or an address outside the stack when it had no room to push anything. */
__attribute__((used)) _Noreturn void fault_report(const uint32_t *frame) {
    const uint32_t number = cpu_exception_number();
    digitrig_fault = number;
    if (!fault_frame_is_readable((uintptr_t)frame, FRAME_BYTES)) {
        print("stack overflow", 0, 0, 0);
    } else if (number >= EXCEPTION_FIRST_INTERRUPT) {
        print("unexpected interrupt ", number, frame[FRAME_PC], frame[FRAME_LR]);
    } else if (number == EXCEPTION_NMI) {
        print("unexpected NMI", 0, frame[FRAME_PC], frame[FRAME_LR]);
    } else {
        print(configurable_cause(), 0, frame[FRAME_PC], frame[FRAME_LR]);
    }
    sleep_for_ever();
}

/* What fault_report and the line it prints may take: at most 300 bytes on the RT1060, 230 on the others. */
#define FAULT_STACK_BYTES "320"

/* Find the frame, and a stack to work on: where less than FAULT_STACK_BYTES are left, or none after an overflow, the
 * stack begins anew at its top, since nothing is going to return. The frame lies below what is then overwritten. */
__attribute__((naked)) void fault_entry(void) {
    __asm volatile("mov   r1, lr\n\t"
                   "movs  r2, #4\n\t"
                   "mrs   r0, psp\n\t"
                   "tst   r1, r2\n\t"
                   "bne   1f\n\t"
                   "mrs   r0, msp\n"
                   "1:\n\t"
                   "mrs   r1, msp\n\t"
                   "ldr   r3, =__StackTop\n\t"
                   "cmp   r1, r3\n\t"
                   "bhi   2f\n\t"
                   "ldr   r2, =__StackLimit+" FAULT_STACK_BYTES "\n\t"
                   "cmp   r1, r2\n\t"
                   "bhs   3f\n"
                   "2:\n\t"
                   "msr   msp, r3\n"
                   "3:\n\t"
                   "ldr   r3, =fault_report\n\t"
                   "bx    r3\n\t"
                   ".ltorg");
}

FAULT_WEAK_HANDLER(NMI_Handler)
FAULT_WEAK_HANDLER(HardFault_Handler)
FAULT_WEAK_HANDLER(MemManage_Handler)
FAULT_WEAK_HANDLER(BusFault_Handler)
FAULT_WEAK_HANDLER(UsageFault_Handler)
FAULT_WEAK_HANDLER(SVC_Handler)
FAULT_WEAK_HANDLER(DebugMon_Handler)
FAULT_WEAK_HANDLER(PendSV_Handler)
