#include "start.h"

#include <stddef.h>
#include <stdint.h>

#include "cpu.h"
#include "fault.h"

/* Addresses from ld/sections.ld; all are word aligned. */
extern uint32_t __data_load[];
extern uint32_t __data_start[];
extern uint32_t __data_end[];
extern uint32_t __fast_code_load[];
extern uint32_t __fast_code_start[];
extern uint32_t __fast_code_end[];
extern uint32_t __bss_start[];
extern uint32_t __bss_end[];

static void copy_words(volatile uint32_t *to, const uint32_t *from, const volatile uint32_t *end) {
    while (to < end) {
        *to++ = *from++;
    }
}

_Noreturn void start_program(void) {
    SystemInit();
    copy_words(__data_start, __data_load, __data_end);
    copy_words(__fast_code_start, __fast_code_load, __fast_code_end);
    for (volatile uint32_t *word = __bss_start; word < __bss_end; word++) {
        *word = 0;
    }
    cpu_dsb();
    cpu_isb();
    fault_init();
    cpu_unmask_interrupts();
    (void)main();
    fault_stop("main returned");
}
