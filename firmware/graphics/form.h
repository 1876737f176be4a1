/* What stands on a screen: labels, buttons and an input area, and which of them a finger belongs to.
 *
 * A finger belongs to what it came down on, until it is lifted. A button is pushed when it is lifted on the button that
 * it came down on. */
#ifndef GRAPHICS_FORM_H
#define GRAPHICS_FORM_H

#include "common/line.h"
#include "pad.h"
#include "text.h"

#define LABEL_CHARACTERS 48u

enum touch_event { TOUCH_PRESS, TOUCH_MOVE, TOUCH_LIFT };

struct label {
    struct rectangle area;
    struct text_style style;
    char text[LABEL_CHARACTERS + 1u];
    bool changed;
};

struct button {
    struct rectangle area;
    const char *text;
    bool hidden; /* not there: neither seen nor pushed */
    bool held;
    bool changed;
};

struct form {
    struct label *labels;
    uint32_t label_count;
    struct button *buttons;
    uint32_t button_count;
    struct pad *pad;
    bool pad_off; /* takes no ink, and is dark; see form_set_pad_off */
    bool painted;
    bool pad_holds; /* the finger */
    int32_t held;   /* button that holds it, or FORM_NOTHING */
};

#define FORM_NOTHING (-1)

#define COLOUR_BACKGROUND RGB565(24, 32, 48)
#define COLOUR_TEXT RGB565(240, 240, 240)
#define COLOUR_PAPER RGB565(0, 0, 0)
#define COLOUR_NO_PAPER RGB565(16, 20, 32)
#define COLOUR_INK RGB565(255, 255, 255)
#define COLOUR_BUTTON RGB565(32, 96, 160)
#define COLOUR_BUTTON_HELD RGB565(96, 168, 232)

#define TEXT_STYLE(factor) {.colour = COLOUR_TEXT, .background = COLOUR_BACKGROUND, .scale = (factor)}

void label_set(struct label *label, const char *text);
/* The text of a line; it is not ended. */
void label_set_line(struct label *label, const struct line *line);

void button_set_hidden(struct button *button, bool hidden);

void form_set_pad_off(struct form *form, bool off);

/* Returns the index of the button that has been pushed by this, or FORM_NOTHING. */
int32_t form_touch(struct form *form, enum touch_event event, int32_t x, int32_t y);

bool form_needs_drawing(const struct form *form);
void form_paint(struct form *form, struct canvas *canvas);

#endif
