/* The threads of this program: how urgent they are, and the size of their stacks.
 *
 * A context takes 72 bytes of its thread's stack on Armv6-M, up to 212 with FPU registers on Armv7E-M. */
#ifndef RTOS_THREADS_H
#define RTOS_THREADS_H

#define BLINK_PRIORITY 4u  /* short and to be on time */
#define SHELL_PRIORITY 3u  /* answers while an inference runs */
#define PROBE_PRIORITY 2u  /* the command `overflow` */
#define WORKER_PRIORITY 1u /* the inference: long, and nobody waits for its end but the user */

#define BLINK_STACK_BYTES 512u
#define SHELL_STACK_BYTES 1024u
#define PROBE_STACK_BYTES 512u
#define WORKER_STACK_BYTES 1536u

#endif
