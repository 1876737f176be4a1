/* The drawing part of a touch lock with a digit classifier, as a published sketch has it: each place that the finger
 * touches paints a brush of 3 x 3 into an array of 28 x 28, whether the brush fits or not, and the first index is x.
 * What lies before and behind the array is overwritten at the upper and lower border, and the classifier, which was
 * trained on rows, sees every digit mirrored on its diagonal.
 *
 * Places come as lines `x y`; the line `?` asks for the digit. Built right with BRUSH_STAYS_INSIDE and ROWS_FIRST. */
#include "bugs.h"

#define SIDE 28

/* Neighbours, as variables of one file usually are; each with a name in the symbol table. */
struct lock_memory {
    uint8_t pin_code[32];
    uint8_t canvas[SIDE * SIDE];
    uint8_t attempts_left[32];
};
extern struct lock_memory lock_memory;
struct lock_memory lock_memory;
__asm__(".global pin_code, canvas, attempts_left\n"
        ".type pin_code, %object\n.set pin_code, lock_memory\n.size pin_code, 32\n"
        ".type canvas, %object\n.set canvas, lock_memory + 32\n.size canvas, 784\n"
        ".type attempts_left, %object\n.set attempts_left, lock_memory + 816\n.size attempts_left, 32\n");

/* Where the brush paints; a function of its own, so that the compiler does not know the array's bounds. */
__attribute__((noinline)) static void paint(uint8_t *drawing, int32_t x, int32_t y) {
    for (int32_t dy = -1; dy <= 1; dy++) {
        for (int32_t dx = -1; dx <= 1; dx++) {
            const int32_t column = x + dx;
            const int32_t row = y + dy;
#ifdef BRUSH_STAYS_INSIDE
            if (column < 0 || column >= SIDE || row < 0 || row >= SIDE) {
                continue;
            }
#endif
#ifdef ROWS_FIRST
            drawing[row * SIDE + column] = 255;
#else
            drawing[column * SIDE + row] = 255;
#endif
        }
    }
}

static void answer(void) {
    model_bundle.load(lock_memory.canvas);
    if (model_bundle.run() != 0) {
        fault_stop("the model does not run");
    }
    const int8_t *scores = model_bundle.output();
    int32_t best = 0;
    for (int32_t digit = 1; digit < 10; digit++) {
        if (scores[digit] > scores[best]) {
            best = digit;
        }
    }
    print_value("Top1 class", best);
    for (int32_t place = 0; place < SIDE * SIDE; place++) {
        lock_memory.canvas[place] = 0;
    }
}

static void take(uint8_t byte) {
    static int32_t numbers[2];
    static int32_t count;
    static bool asked;
    if (byte == '?') {
        asked = true;
    } else if (byte >= '0' && byte <= '9') {
        numbers[count] = 10 * numbers[count] + (byte - '0');
    } else if (byte == ' ') {
        count = 1;
    } else if (byte == '\n') {
        if (asked) {
            answer();
        } else {
            paint(lock_memory.canvas, numbers[0], numbers[1]);
        }
        numbers[0] = numbers[1] = count = 0;
        asked = false;
    }
}

int main(void) {
    start();
    for (uint32_t i = 0; i < sizeof lock_memory.pin_code; i++) {
        lock_memory.pin_code[i] = 7;
        lock_memory.attempts_left[i] = 3;
    }
    print_value("ready for places, side", SIDE);
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
