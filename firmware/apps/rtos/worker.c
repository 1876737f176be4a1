#include "worker.h"

#include "apps/console/output.h"
#include "apps/console/runner.h"
#include "kernel/kernel.h"
#include "samples.h"
#include "threads.h"

#define JOBS 4u

enum source { SOURCE_SAMPLE, SOURCE_STAGING, SOURCE_LAST, SOURCE_REQUEST };

struct job {
    enum source source;
    uint32_t sample;
    uint32_t runs;
};

static struct thread thread;
KERNEL_STACK(stack, WORKER_STACK_BYTES);

static uint8_t job_storage[JOBS * sizeof(struct job)];
static struct queue jobs = {.storage = job_storage, .message_bytes = sizeof(struct job), .capacity = JOBS};

static uint8_t staging[IMAGE_BYTES];
static volatile bool staging_waits;
static bool request_waits;

static void load(const uint8_t *image) {
    for (uint32_t i = 0; i < IMAGE_BYTES; i++) {
        digitrig_image[i] = image[i];
    }
}

static void prepare(const struct job *job) {
    if (job->source == SOURCE_SAMPLE) {
        load(&samples[job->sample * IMAGE_BYTES]);
    } else if (job->source == SOURCE_STAGING) {
        load(staging);
        staging_waits = false;
    }
}

static void run(void *argument) {
    (void)argument;
    struct job job;
    for (;;) {
        (void)queue_receive(&jobs, &job, KERNEL_FOREVER);
        prepare(&job);
        uint32_t microseconds = 0;
        for (uint32_t i = 0; i < job.runs; i++) {
            microseconds = runner_run();
        }
        output_lock();
        runner_print_result(microseconds);
        output_unlock();
        if (job.source == SOURCE_REQUEST) {
            digitrig_request = 0;
            request_waits = false;
        }
    }
}

void worker_start(void) { thread_start(&thread, "worker", run, 0, stack, WORKER_STACK_BYTES, WORKER_PRIORITY); }

static bool send(enum source source, uint32_t sample, uint32_t runs) {
    const struct job job = {.source = source, .sample = sample, .runs = runs};
    return queue_send(&jobs, &job, 0);
}

bool worker_run_sample(uint32_t sample, uint32_t runs) { return send(SOURCE_SAMPLE, sample, runs); }

bool worker_run_again(void) { return send(SOURCE_LAST, 0, 1); }

uint8_t *worker_staging(void) { return staging_waits ? 0 : staging; }

bool worker_run_staged(void) {
    staging_waits = true; /* before the worker may clear it */
    const bool sent = send(SOURCE_STAGING, 0, 1);
    if (!sent) {
        staging_waits = false;
    }
    return sent;
}

void worker_poll_request(void) {
    if (digitrig_request != 0u && !request_waits) {
        request_waits = true;
        if (!send(SOURCE_REQUEST, 0, 1)) {
            request_waits = false;
        }
    }
}
