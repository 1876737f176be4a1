/* From reset to main(): what is the same on every part. */
#ifndef COMMON_START_H
#define COMMON_START_H

/* Written once per SoC: watchdog, what the reset left on, what must be on before C code runs. */
void SystemInit(void);

/* Copy .data and the fast code to RAM, clear .bss, unmask interrupts, run main. Never returns. */
_Noreturn void start_program(void);

int main(void);

#endif
