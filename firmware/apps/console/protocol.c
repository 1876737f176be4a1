#include "protocol.h"

#include "boards/board.h"
#include "common/config.h"
#include "crc16.h"
#include "output.h"

#define IMAGE_BYTES 784u
#define CRC_BYTES 2u
#define FRAME_BYTES (content_bytes + CRC_BYTES)

enum state {
    STATE_LINE,    /* collecting a command */
    STATE_FRAME,   /* collecting an image and its CRC */
    STATE_DISCARD, /* after an error, until the line has been silent */
};

static enum state state;
static uint32_t last_byte_ms; /* and the time of the command that is being run */

static uint8_t command[CONSOLE_LINE_MAX + 1u];
static uint32_t command_length;

static uint8_t *frame; /* where the bytes of a frame go */
#ifdef PROTOCOL_FRAMES
static uint32_t content_bytes; /* how many there are, without the CRC */
static void (*content_taken)(void);
#else
#define content_bytes IMAGE_BYTES
#define content_taken app_protocol.image
#endif
static uint32_t frame_length;
static uint16_t frame_crc;    /* of the bytes so far */
static uint16_t received_crc; /* the two bytes after them */

static void give_up(uint32_t now_ms) {
    state = STATE_DISCARD;
    command_length = 0;
    last_byte_ms = now_ms;
}

/* How long `name` is if the command line begins with it and it ends there or before a space, else 0. */
static uint32_t command_is(const char *name) {
    uint32_t i = 0;
    while (i < command_length && name[i] != '\0' && command[i] == (uint8_t)name[i]) {
        i++;
    }
    return name[i] == '\0' && (i == command_length || command[i] == (uint8_t)' ') ? i : 0u;
}

void protocol_reject(const char *text) {
    output_text(text);
    give_up(last_byte_ms);
}

static void begin_frame(void) {
    state = STATE_FRAME;
    frame_length = 0;
    frame_crc = CRC16_START;
    received_crc = 0;
}

#ifdef PROTOCOL_FRAMES
void protocol_receive(uint8_t *to, uint32_t bytes, void (*taken)(void)) {
    frame = to;
    content_bytes = bytes;
    content_taken = taken;
    begin_frame();
}
#endif

void protocol_receive_image(void) {
    frame = app_protocol.staging();
    if (frame == 0) {
        return; /* the program has told why */
    }
#ifdef PROTOCOL_FRAMES
    content_bytes = IMAGE_BYTES;
    content_taken = app_protocol.image;
#endif
    begin_frame();
    output_text("ready for 784 bytes + crc16");
}

void protocol_help(void) {
    struct line line;
    line_begin(&line);
    line_text(&line, "commands:");
    for (uint32_t i = 0; i < app_protocol.command_count; i++) {
        line_text(&line, " ");
        line_text(&line, app_protocol.commands[i].name);
    }
    output_line(&line);
}

/* Not in line, as is wrong_crc: the line shall not lie on the stack below an inference. */
__attribute__((noinline)) static void unknown_command(uint32_t now_ms) {
    struct line line;
    line_begin(&line);
    line_text(&line, "error: unknown command '");
    for (uint32_t i = 0; i < command_length; i++) {
        line_printable(&line, command[i]);
    }
    line_text(&line, "'; try help");
    output_line(&line);
    give_up(now_ms);
}

static bool run_known_command(const struct protocol_command *known) {
    const uint32_t length = command_is(known->name);
    if (length == 0u || (known->run_with == 0 && length != command_length)) {
        return false;
    }
    if (known->run_with != 0) {
        command[command_length] = '\0';
        known->run_with((const char *)&command[length == command_length ? length : length + 1u]);
    } else {
        known->run();
    }
    return true;
}

static void run_command(uint32_t now_ms) {
    uint32_t i = 0;
    while (i < app_protocol.command_count && !run_known_command(&app_protocol.commands[i])) {
        i++;
    }
    if (i == app_protocol.command_count) {
        unknown_command(now_ms);
    }
    command_length = 0;
}

static void line_byte(uint8_t byte, uint32_t now_ms) {
    if (byte == '\n' || byte == '\r') {
        if (command_length > 0u) { /* the second half of CR LF, or an empty line, is no command */
            run_command(now_ms);
        }
    } else if (command_length >= CONSOLE_LINE_MAX) {
        output_text("error: line too long");
        give_up(now_ms);
    } else {
        command[command_length++] = byte;
    }
}

__attribute__((noinline)) static void wrong_crc(uint32_t now_ms) {
    struct line line;
    line_begin(&line);
    line_text(&line, "error: crc ");
    line_hex(&line, received_crc, 4);
    line_text(&line, ", expected ");
    line_hex(&line, frame_crc, 4);
    output_line(&line);
    give_up(now_ms);
}

static void finish_frame(uint32_t now_ms) {
    if (received_crc == frame_crc) {
        state = STATE_LINE;
        content_taken();
    } else {
        wrong_crc(now_ms);
    }
}

static void frame_byte(uint8_t byte, uint32_t now_ms) {
    if (frame_length < content_bytes) {
        frame[frame_length] = byte;
        frame_crc = crc16_add(frame_crc, byte);
    } else {
        received_crc = (uint16_t)(((uint32_t)received_crc << 8) | byte);
    }
    frame_length++;
    if (frame_length >= FRAME_BYTES) {
        finish_frame(now_ms);
    }
}

/* What comes after an error is dropped until the line has been silent. A sender that has waited for the error line, and
 * only then goes on, need not wait longer: it was silent while the line was sent. */
static bool is_a_new_start(uint32_t silence_ms) {
    return silence_ms > CONSOLE_ERROR_SILENCE_MS ||
           (silence_ms > CONSOLE_REPLY_SILENCE_MS && ring_is_empty(&board_console.tx));
}

void protocol_byte(uint8_t byte, uint32_t now_ms) {
    if (state == STATE_DISCARD && is_a_new_start(now_ms - last_byte_ms)) {
        state = STATE_LINE;
    }
    last_byte_ms = now_ms;
    if (state == STATE_LINE) {
        line_byte(byte, now_ms);
    } else if (state == STATE_FRAME) {
        frame_byte(byte, now_ms);
    }
}

/* A wrong baud rate often overruns the receiver too, but not the other way round: framing is the cause to name. */
void protocol_line_error(uint32_t errors, uint32_t now_ms) {
    if (state != STATE_DISCARD) {
        output_text((errors & SERIAL_ERROR_FRAMING) != 0u ? "error: framing, check the baud rate"
                                                          : "error: overrun, frame dropped");
    }
    give_up(now_ms);
}

static void short_frame(uint32_t now_ms) {
    struct line line;
    line_begin(&line);
    line_text(&line, "error: short frame, ");
    line_unsigned(&line, frame_length);
    line_text(&line, " of ");
    line_unsigned(&line, FRAME_BYTES);
    line_text(&line, " bytes");
    output_line(&line);
    give_up(now_ms);
}

void protocol_tick(uint32_t now_ms) {
    const uint32_t silence_ms = now_ms - last_byte_ms;
    if (state == STATE_FRAME && frame_length > 0u && silence_ms > CONSOLE_FRAME_SILENCE_MS) {
        short_frame(now_ms);
    } else if (state == STATE_DISCARD && silence_ms > CONSOLE_ERROR_SILENCE_MS) {
        state = STATE_LINE;
    }
}

bool protocol_may_run(void) { return state != STATE_FRAME || frame_length == 0u; }
