/* What start.c runs. */
#ifndef WORK_H
#define WORK_H

#include <stdbool.h>
#include <stdint.h>

/* Do the work so many times; false: the result is wrong. */
bool bench_work(uint32_t runs);

#endif
