/* Reads an address where neither board has anything: ends in the fault handler's line. */
#include "common/mmio.h"
#include "common/start.h"
#include "started.h"

int main(void) {
    start_and_print();
    return (int)MMIO32(0x30000000u);
}
