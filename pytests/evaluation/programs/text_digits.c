/* A digit reader that is not our console: takes dark ink on light paper as 784 decimal numbers with commas between and
 * a semicolon at the end, and answers in words. */
#include "boards/board.h"
#include "bundle.h"
#include "common/cpu.h"
#include "common/fault.h"
#include "common/line.h"

static uint8_t picture[784];

static void print(const char *before, int32_t value, const char *after) {
    struct line line;
    line_begin(&line);
    line_text(&line, before);
    line_signed(&line, value);
    line_text(&line, after);
    line_end(&line);
    (void)serial_write(&board_console, line.text, line.length);
}

static void answer(void) {
    model_bundle.load(picture);
    if (model_bundle.run() != 0) {
        fault_stop("the model does not run");
    }
    const int8_t *scores = model_bundle.output();
    int32_t best = 0;
    for (int32_t digit = 0; digit < 10; digit++) {
        best = scores[digit] > scores[best] ? digit : best;
    }
    print("I see a ", best, ".");
    for (int32_t digit = 0; digit < 10; digit++) {
        print("certainty: ", scores[digit], "/127");
    }
    print("waiting for image ", 0, "");
}

static void take(uint8_t byte) {
    static uint32_t place;
    static uint32_t number;
    if (byte >= '0' && byte <= '9') {
        number = 10u * number + (uint32_t)(byte - '0');
    } else if ((byte == ',' || byte == ';') && place < 784u) {
        picture[place] = (uint8_t)(255u - number);
        place++;
        number = 0;
    }
    if (byte == ';') {
        if (place == 784u) {
            answer();
        } else {
            print("numbers missing: ", 784 - (int32_t)place, "");
        }
        place = number = 0;
    }
}

int main(void) {
    const char *what;
    if (board_init(&what) != STATUS_OK) {
        fault_stop(what);
    }
    print("waiting for image ", 0, "");
    for (;;) {
        uint8_t byte;
        while (serial_read(&board_console, &byte)) {
            take(byte);
        }
        cpu_mask_interrupts();
        if (ring_is_empty(&board_console.rx)) {
            cpu_wait_for_interrupt();
        }
        cpu_unmask_interrupts();
    }
}
