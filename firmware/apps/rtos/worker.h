/* The thread that runs the model. It is told by messages, and prints the result when it is done. */
#ifndef RTOS_WORKER_H
#define RTOS_WORKER_H

#include <stdbool.h>
#include <stdint.h>

#define WORKER_RUNS_MAX 100000u

void worker_start(void);

/* Ask for `runs` inferences of the built-in sample; the result of the last one is printed. False: too much waits. */
bool worker_run_sample(uint32_t sample, uint32_t runs);

/* Ask for an inference of the last image. False: too much waits. */
bool worker_run_again(void);

/* Where the bytes of an image that arrives go; 0 while the one before is still waiting for its inference. */
uint8_t *worker_staging(void);

/* The image in staging is complete. False: too much waits. */
bool worker_run_staged(void);

/* Do what a debugger asked for by `digitrig_request`. */
void worker_poll_request(void);

#endif
