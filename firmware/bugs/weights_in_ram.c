/* Memory as AN13438 publishes it with the weights in RAM: 2,240 bytes of weights (6,252 - 4,012 on the KE16Z) beside
 * the 3,372 bytes that the program needs on the KE02 anyway. The application note's table has no figure for the KE02
 * there: the part has 4 KB. */
#include "bugs.h"

#define WEIGHTS 2240u
#define VARIABLES 3372u

static volatile uint8_t weights[WEIGHTS] = {1, 2, 3};
static volatile uint8_t variables[VARIABLES];

int main(void) {
    start();
    for (uint32_t i = 0; i < VARIABLES; i++) {
        variables[i] = (uint8_t)(variables[i] + weights[i % WEIGHTS]);
    }
    print_value("sum of three", variables[0] + variables[1] + variables[2]);
    sleep_for_ever();
}
