/* An ordinary C program: newlib's own input, output, files, clock and exit, which reach the host by semihosting. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

void reset_handler(void);
void initialise_monitor_handles(void);
extern uint32_t stack_top, data_start, data_end, data_load, bss_start, bss_end;

static void fault(void) {
    for (;;) {
    }
}

__attribute__((section(".vectors"), used)) void (*const vectors[16])(void) = {(void (*)(void))&stack_top, reset_handler,
                                                                              fault, fault};

static int use_files(void) {
    char line[64] = "";
    FILE *file = fopen("numbers.txt", "w");
    if (!file) {
        perror("numbers.txt");
        return 1;
    }
    for (int k = 0; k < 200; k++) {
        fprintf(file, "%d squared is %d\n", k, k * k);
    }
    fclose(file);
    file = fopen("numbers.txt", "r");
    fseek(file, -21, SEEK_END);
    fgets(line, sizeof line, file);
    fclose(file);
    printf("last line: %s", strstr(line, "199"));
    return remove("no such file") == 0;
}

int main(void) {
    char name[32] = "";
    printf("what is your name?\n");
    if (fgets(name, sizeof name, stdin)) {
        name[strcspn(name, "\n")] = 0;
        printf("hello %s: %d %u %lx %.4f %e\n", name, -7, 42u, 0xC0FFEEul, 3.14159265, 1.0 / 3.0);
    }
    fprintf(stderr, "to standard error\n");
    void *block = malloc(2000);
    printf("%s, clock %s\n", block ? "memory" : "no memory", clock() != (clock_t)-1 ? "runs" : "fails");
    free(block);
    return 40 + use_files();
}

__attribute__((noreturn, used)) void reset_handler(void) {
    volatile uint32_t *from = &data_load, *to = &data_start;
    while (to < &data_end) {
        *to++ = *from++;
    }
    for (to = &bss_start; to < &bss_end;) {
        *to++ = 0;
    }
#if defined(__ARM_FP)
    *(volatile uint32_t *)0xE000ED88u = 0xFu << 20; /* CPACR */
    __asm__ volatile("dsb\n isb" ::: "memory");
#endif
    initialise_monitor_handles();
    exit(main());
}
