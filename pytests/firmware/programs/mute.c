/* Never prints anything and sleeps where nothing can wake it. */
#include "common/cpu.h"
#include "common/start.h"

int main(void) {
    cpu_mask_interrupts();
    for (;;) {
        cpu_wait_for_interrupt();
    }
}
