/* The main loop of a program with a screen: asks the touch panel a hundred times a second, hands fingers, console bytes
 * and time to the program, shows what it has drawn at the next refresh, and sleeps in between. */
#ifndef TOUCH_LOOP_H
#define TOUCH_LOOP_H

#include "graphics/form.h"

#define LOOP_TOUCH_MS 10u
#define LOOP_TOUCH_START_MS 300u /* what the controller takes to wake up after its reset */
#define LOOP_SILENT_MS 200u      /* without an answer, after which the program is told */

struct loop_app {
    struct form *form;
    void (*ready)(void); /* once, when fingers are felt from now on */
    void (*button)(int32_t index);
    void (*tick)(uint32_t now_ms);     /* once a millisecond */
    void (*touch_panel)(bool answers); /* it has ceased to answer, or answers again */
    bool (*needs_drawing)(void);       /* beside the form; may be 0 */
    void (*draw)(struct canvas *canvas);
};

/* After board_init and panel_init. */
_Noreturn void loop_run(const struct loop_app *app);

#endif
