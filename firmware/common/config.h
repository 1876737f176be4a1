/* Every option of the firmware, with its reason. CMake's -DDEFINES=<NAME>=<value> changes one. */
#ifndef COMMON_CONFIG_H
#define COMMON_CONFIG_H

/* Console speed. 115200 8N1 is what the boards' debug probes and NXP's examples use. */
#ifndef CONSOLE_BAUD
#define CONSOLE_BAUD 115200u
#endif

/* Bytes that may wait between the receive interrupt and the main loop. The main loop takes them at once except while
 * it computes; 128 bytes are 11 ms of line time, so a host that types ahead a command during an inference loses
 * nothing, and one that sends a whole frame then is told `error: overrun`. A power of two. */
#ifndef SERIAL_RX_BYTES
#define SERIAL_RX_BYTES 128u
#endif

/* Bytes that may wait for the transmitter. A power of two. With 512 one complete result (at most 347 bytes) and a
 * banner fit, so that the main loop goes on receiving while it prints. Where RAM is short it waits for the transmitter
 * instead, and what arrives meanwhile waits in the receive ring. */
#ifndef SERIAL_TX_BYTES
#if defined(__ARM_ARCH_6M__)
#define SERIAL_TX_BYTES 64u
#else
#define SERIAL_TX_BYTES 512u
#endif
#endif

/* Longest wait for room in the transmit ring before a byte is dropped. 512 bytes leave in 45 ms. */
#ifndef SERIAL_TX_TIMEOUT_MS
#define SERIAL_TX_TIMEOUT_MS 100u
#endif

/* Upper bound of every loop that waits for a hardware flag. The slowest one, the start of an 8 MHz crystal, takes
 * about 1 ms; 200000 turns are at least 20 ms at 48 MHz (5 cycles a turn) and 3 ms at 600 MHz with uncached reads
 * of some 10 cycles and more. */
#ifndef POLL_LIMIT
#define POLL_LIMIT 200000u
#endif

/* Longest command line, without its end. Commands are short; 63 keeps the buffer at 64 bytes. */
#ifndef CONSOLE_LINE_MAX
#define CONSOLE_LINE_MAX 63u
#endif

/* Silence inside an image frame after which the frame is given up. The sender needs 68 ms for a whole frame. */
#ifndef CONSOLE_FRAME_SILENCE_MS
#define CONSOLE_FRAME_SILENCE_MS 100u
#endif

/* Silence after an error before commands are listened to again: the rest of what went wrong must not be taken for
 * commands. */
#ifndef CONSOLE_ERROR_SILENCE_MS
#define CONSOLE_ERROR_SILENCE_MS 20u
#endif

/* The same for a sender that has seen the error line. Bytes of one burst follow each other within 0.1 ms; the shortest
 * error line takes 1.9 ms. */
#ifndef CONSOLE_REPLY_SILENCE_MS
#define CONSOLE_REPLY_SILENCE_MS 1u
#endif

/* 1: keep the watchdog running and refresh it from the main loop once a millisecond; a fault then ends in a reset.
 * 0 (default): switch it off, as the vendor's SystemInit does, so that a fault stays visible. */
#ifndef WATCHDOG_REFRESH
#define WATCHDOG_REFRESH 0
#endif

/* Watchdog period with WATCHDOG_REFRESH: longer than any inference and any wait for the serial line. A part that has
 * fixed periods only takes the next longer one; see SystemInit of each part for the oscillator that counts. At most
 * 511: the counter of the KE16Z has 16 bits, at 128 kHz. */
#ifndef WATCHDOG_PERIOD_MS
#define WATCHDOG_PERIOD_MS 500u
#endif

/* Time a button has to keep its level before a change counts. Push buttons bounce for up to 10 ms. */
#ifndef BUTTON_SETTLE_MS
#define BUTTON_SETTLE_MS 20u
#endif

#endif
