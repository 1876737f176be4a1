/* The line protocol: commands end with LF or CR; an image travels as 784 bytes and a CRC-16, high byte first.
 *
 * Everything here runs in the main loop. `now_ms` is the millisecond clock; since a moment lies anywhere within its
 * millisecond, a silence of N ms is certain once N + 1 ticks have passed. */
#ifndef CONSOLE_PROTOCOL_H
#define CONSOLE_PROTOCOL_H

#include <stdbool.h>
#include <stdint.h>

struct protocol_command {
    const char *name;
    void (*run)(void);
    void (*run_with)(const char *argument); /* instead of `run`: gets what follows the name, "" without anything */
};

/* What an app makes of the protocol; each defines its own. */
struct protocol {
    const struct protocol_command *commands;
    uint32_t command_count;
    /* Where the bytes of an image go while they arrive; 0 if none can be taken now, which the app then has told. */
    uint8_t *(*staging)(void);
    /* The image is complete and its CRC right. */
    void (*image)(void);
};

extern const struct protocol app_protocol;

/* The command `help`: the names of all commands in one line. */
void protocol_help(void);

/* The command `image`: an image follows. */
void protocol_receive_image(void);

#ifdef PROTOCOL_FRAMES
/* A frame of another kind follows: `bytes` bytes and their CRC-16. `taken` is called when they have come whole; every
 * error ends the frame, as it ends that of an image. */
void protocol_receive(uint8_t *to, uint32_t bytes, void (*taken)(void));
#endif

/* For a command: print what is wrong with it as `error: ...`, and drop what follows until the line has been silent. */
void protocol_reject(const char *text);

/* One received byte. */
void protocol_byte(uint8_t byte, uint32_t now_ms);

/* Errors of the serial line, SERIAL_ERROR_*; not 0. */
void protocol_line_error(uint32_t errors, uint32_t now_ms);

/* Time goes by: to be called once a millisecond. */
void protocol_tick(uint32_t now_ms);

/* False while an image is arriving: a run now would destroy it. */
bool protocol_may_run(void);

#endif
