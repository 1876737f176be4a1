#include "upload.h"

#include "apps/console/output.h"
#include "apps/console/protocol.h"
#include "apps/console/runner.h"
#include "crc32.h"

#define FRAME_BYTES 512u /* of the model, in each frame but the last */
#define NUMBER_BYTES 2u  /* the frame's number, in front of them */

char digitrig_model_name[MODEL_NAME_BYTES];
char digitrig_model_rule[UPLOAD_RULE_BYTES];
volatile uint32_t digitrig_model_bytes;

/* A model that is being sent; bytes is 0 if there is none. What has been received stays when the sender has gone or a
 * frame was bad, so that it can go on from there. */
struct upload {
    uint32_t bytes, crc, received;
    char name[MODEL_NAME_BYTES];
    char rule[UPLOAD_RULE_BYTES];
};

static struct upload upload;
static uint8_t frame[NUMBER_BYTES + FRAME_BYTES];

static uint32_t next_bytes(void) {
    const uint32_t left = upload.bytes - upload.received;
    return left < FRAME_BYTES ? left : FRAME_BYTES;
}

static void print_progress(const char *what) {
    struct line line;
    line_begin(&line);
    line_text(&line, what);
    line_unsigned(&line, upload.received);
    line_text(&line, " of ");
    line_unsigned(&line, upload.bytes);
    output_line(&line);
}

static void reject(struct line *line) {
    line->text[line->length] = '\0';
    protocol_reject(line->text);
}

/* Use what lies in the model area, and tell how that went. */
static void use(const char *name, const char *rule, uint32_t bytes) {
    const char *error = model_use(name, rule, digitrig_model_area, bytes);
    if (error != 0) {
        protocol_reject(error);
    } else {
        runner_print_banner();
    }
}

/* ------------------------------------------------------------------ frames */

static void take_frame(void);

static void expect_frame(void) { protocol_receive(frame, NUMBER_BYTES + next_bytes(), take_frame); }

static void finish(void) {
    const uint32_t bytes = upload.bytes, found = crc32(digitrig_model_area, bytes);
    upload.bytes = 0;
    if (found == upload.crc) {
        use(upload.name, upload.rule, bytes);
        return;
    }
    struct line line;
    line_begin(&line);
    line_text(&line, "error: model crc ");
    line_hex(&line, found, 8);
    line_text(&line, ", expected ");
    line_hex(&line, upload.crc, 8);
    reject(&line);
}

static void wrong_number(uint32_t found, uint32_t expected) {
    struct line line;
    line_begin(&line);
    line_text(&line, "error: frame ");
    line_unsigned(&line, found);
    line_text(&line, " came, frame ");
    line_unsigned(&line, expected);
    line_text(&line, " expected");
    reject(&line);
}

/* A frame has arrived whole. */
static void take_frame(void) {
    const uint32_t number = ((uint32_t)frame[0] << 8) | frame[1], bytes = next_bytes();
    const uint32_t expected = upload.received / FRAME_BYTES;
    if (number != expected) {
        wrong_number(number, expected);
        return;
    }
    for (uint32_t i = 0; i < bytes; i++) {
        digitrig_model_area[upload.received + i] = frame[NUMBER_BYTES + i];
    }
    upload.received += bytes;
    print_progress("received ");
    if (upload.received < upload.bytes) {
        expect_frame();
    } else {
        finish();
    }
}

/* ------------------------------------------------------------------ the command */

static const char *word(const char *text, char *to, uint32_t room) {
    uint32_t length = 0;
    while (*text != '\0' && *text != ' ') {
        if (length + 1u < room) {
            to[length++] = *text;
        }
        text++;
    }
    to[length] = '\0';
    return *text == ' ' ? text + 1 : text;
}

static bool same(const char *a, const char *b) {
    while (*a != '\0' && *a == *b) {
        a++;
        b++;
    }
    return *a == *b;
}

static int32_t digit_of(char c) {
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* A number that is all of the text; false for another text and for one beyond 32 bits. */
static bool number_of(const char *text, uint32_t base, uint32_t *value) {
    uint64_t found = 0;
    if (*text == '\0') {
        return false;
    }
    for (; *text != '\0'; text++) {
        const int32_t digit = digit_of(*text);
        if (digit < 0 || (uint32_t)digit >= base) {
            return false;
        }
        found = found * base + (uint32_t)digit;
        if (found > UINT32_MAX) {
            return false;
        }
    }
    *value = (uint32_t)found;
    return true;
}

static const char no_area[] = "error: no memory for models, the SDRAM does not start";

static void too_long(uint32_t bytes) {
    struct line line;
    line_begin(&line);
    line_text(&line, "error: a model of ");
    line_unsigned(&line, bytes);
    line_text(&line, " bytes, expected 1 to ");
    line_unsigned(&line, MODEL_AREA_BYTES);
    reject(&line);
}

/* A new model, unless it is the one of which a part is here. */
static void begin(const struct upload *asked) {
    if (asked->bytes != upload.bytes || asked->crc != upload.crc) {
        upload = *asked;
        model_use_builtin(); /* the area may hold the model that runs */
    }
    print_progress("ready for the model from ");
    expect_frame();
}

static void print_status(void) {
    if (upload.bytes == 0u) {
        output_text("no model is being received");
    } else {
        print_progress("received ");
    }
}

void upload_command(const char *argument) {
    struct upload asked = {0};
    char first[12], second[12];
    const char *rest = word(argument, first, sizeof first);
    if (same(first, "status")) {
        print_status();
        return;
    }
    if (same(first, "builtin")) {
        upload.bytes = 0;
        model_use_builtin();
        runner_print_banner();
        return;
    }
    rest = word(rest, second, sizeof second);
    if (!number_of(first, 10, &asked.bytes) || !number_of(second, 16, &asked.crc)) {
        protocol_reject("error: expected model LENGTH CRC32 [NAME [RULE]], model status or model builtin");
        return;
    }
    if (!model_area_is_there()) {
        protocol_reject(no_area);
        return;
    }
    if (asked.bytes == 0u || asked.bytes > MODEL_AREA_BYTES) {
        too_long(asked.bytes);
        return;
    }
    rest = word(rest, asked.name, sizeof asked.name);
    (void)word(rest, asked.rule, sizeof asked.rule);
    begin(&asked);
}

/* ------------------------------------------------------------------ a debugger */

void upload_poll(void) {
    const uint32_t bytes = digitrig_model_bytes;
    if (bytes == 0u) {
        return;
    }
    upload.bytes = 0;
    digitrig_model_name[MODEL_NAME_BYTES - 1u] = '\0';
    digitrig_model_rule[UPLOAD_RULE_BYTES - 1u] = '\0';
    if (!model_area_is_there()) {
        protocol_reject(no_area);
    } else if (bytes > MODEL_AREA_BYTES) {
        model_use_builtin();
        too_long(bytes);
    } else {
        use(digitrig_model_name, digitrig_model_rule, bytes);
    }
    digitrig_model_bytes = 0;
}
