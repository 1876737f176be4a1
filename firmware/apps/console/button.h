/* The user button, freed of its bouncing. */
#ifndef CONSOLE_BUTTON_H
#define CONSOLE_BUTTON_H

#include <stdbool.h>

/* To be called once a millisecond. True once for each press; a button held down at the start is no press. */
bool button_pressed(bool down);

#endif
