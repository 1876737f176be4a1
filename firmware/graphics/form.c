#include "form.h"

#define BUTTON_SCALE 2

void label_set(struct label *label, const char *text) {
    uint32_t i = 0;
    bool same = true;
    for (; i < LABEL_CHARACTERS && text[i] != '\0'; i++) {
        same = same && label->text[i] == text[i];
        label->text[i] = text[i];
    }
    same = same && label->text[i] == '\0';
    label->text[i] = '\0';
    label->changed = label->changed || !same;
}

void label_set_line(struct label *label, const struct line *line) {
    char text[LABEL_CHARACTERS + 1u];
    uint32_t i = 0;
    for (; i < LABEL_CHARACTERS && i < line->length; i++) {
        text[i] = line->text[i];
    }
    text[i] = '\0';
    label_set(label, text);
}

void button_set_hidden(struct button *button, bool hidden) {
    button->changed = button->changed || button->hidden != hidden;
    button->hidden = hidden;
}

void form_set_pad_off(struct form *form, bool off) {
    if (form->pad_off != off) {
        form->pad_off = off;
        pad_clear(form->pad);
    }
}

/* ---------------------------------------------------------------- fingers */

static int32_t button_at(const struct form *form, int32_t x, int32_t y) {
    for (uint32_t i = 0; i < form->button_count; i++) {
        if (!form->buttons[i].hidden && rectangle_has(&form->buttons[i].area, x, y)) {
            return (int32_t)i;
        }
    }
    return FORM_NOTHING;
}

static void hold(struct form *form, int32_t button, bool held) {
    form->buttons[button].held = held;
    form->buttons[button].changed = true;
    form->held = held ? button : FORM_NOTHING;
}

static void press(struct form *form, int32_t x, int32_t y) {
    const int32_t button = button_at(form, x, y);
    form->held = FORM_NOTHING;
    form->pad_holds = false;
    if (button != FORM_NOTHING) {
        hold(form, button, true);
    } else if (!form->pad_off && rectangle_has(&form->pad->area, x, y)) {
        form->pad_holds = true;
        pad_draw_to(form->pad, x, y);
    }
}

static int32_t lift(struct form *form, int32_t x, int32_t y) {
    const int32_t button = form->held;
    if (form->pad_holds) {
        form->pad_holds = false;
        pad_lift(form->pad);
    }
    if (button == FORM_NOTHING) {
        return FORM_NOTHING;
    }
    hold(form, button, false);
    return button_at(form, x, y) == button ? button : FORM_NOTHING;
}

int32_t form_touch(struct form *form, enum touch_event event, int32_t x, int32_t y) {
    if (event == TOUCH_PRESS) {
        press(form, x, y);
    } else if (event == TOUCH_LIFT) {
        return lift(form, x, y);
    } else if (form->pad_holds && !form->pad_off) {
        pad_draw_to(form->pad, x, y);
    }
    return FORM_NOTHING;
}

/* ---------------------------------------------------------------- painting */

bool form_needs_drawing(const struct form *form) {
    bool changed = !form->painted || pad_needs_drawing(form->pad);
    for (uint32_t i = 0; i < form->label_count; i++) {
        changed = changed || form->labels[i].changed;
    }
    for (uint32_t i = 0; i < form->button_count; i++) {
        changed = changed || form->buttons[i].changed;
    }
    return changed;
}

static void paint_background(struct form *form, struct canvas *canvas) {
    canvas_fill(canvas, (struct rectangle){0, 0, canvas->width, canvas->height}, COLOUR_BACKGROUND);
    for (uint32_t i = 0; i < form->label_count; i++) {
        form->labels[i].changed = true;
    }
    for (uint32_t i = 0; i < form->button_count; i++) {
        form->buttons[i].changed = true;
    }
    form->pad->wiped = true;
    form->painted = true;
}

static void paint_button(struct canvas *canvas, const struct button *button) {
    if (button->hidden) {
        canvas_fill(canvas, button->area, COLOUR_BACKGROUND);
        return;
    }
    const struct text_style style = {
        .colour = COLOUR_TEXT, .background = button->held ? COLOUR_BUTTON_HELD : COLOUR_BUTTON, .scale = BUTTON_SCALE};
    text_in(canvas, button->area, button->text, style);
}

void form_paint(struct form *form, struct canvas *canvas) {
    if (!form->painted) {
        paint_background(form, canvas);
    }
    for (uint32_t i = 0; i < form->label_count; i++) {
        struct label *label = &form->labels[i];
        if (label->changed) {
            text_in(canvas, label->area, label->text, label->style);
            label->changed = false;
        }
    }
    for (uint32_t i = 0; i < form->button_count; i++) {
        if (form->buttons[i].changed) {
            paint_button(canvas, &form->buttons[i]);
            form->buttons[i].changed = false;
        }
    }
    pad_paint(form->pad, canvas, COLOUR_INK, form->pad_off ? COLOUR_NO_PAPER : COLOUR_PAPER);
}
