/* The shell: the line protocol of the console program with commands about threads. */
#ifndef RTOS_SHELL_H
#define RTOS_SHELL_H

void shell_start(void);

/* From the SysTick interrupt: wakes the shell if the serial line has something for it. */
void shell_tick(void);

#endif
