/* The program shape of NXP's AN13438: an image compiled in, one inference after reset, the class with the highest score
 * printed. The listing of the application note, as the examples of NXP's SDK, begins its search with 0. That is right
 * for probabilities; the scores of an int8 model are negative below one half, and a digit of which the model is not
 * sure is then read as 0. With SEARCH_FROM_THE_FIRST the search begins with the first score. */
#include "bugs.h"

#define ROW(y) [28 * (y) + 13] = 255, [28 * (y) + 14] = 255

uint8_t imageData[784] = {ROW(5),  ROW(6),  ROW(7),  ROW(8),  ROW(9),  ROW(10), ROW(11), ROW(12), ROW(13),
                          ROW(14), ROW(15), ROW(16), ROW(17), ROW(18), ROW(19), ROW(20), ROW(21), ROW(22)};

int main(void) {
    start();
    model_bundle.load(imageData);
    if (model_bundle.run() != 0) {
        fault_stop("the model does not run");
    }
    const int8_t *scores = model_bundle.output();
#ifdef SEARCH_FROM_THE_FIRST
    int32_t max_val = scores[0];
#else
    int32_t max_val = 0;
#endif
    int32_t max_idx = 0;
    for (int32_t i = 0; i < 10; i++) {
        if (scores[i] > max_val) {
            max_val = scores[i];
            max_idx = i;
        }
    }
    print_value("Top1 class", max_idx);
    print_value("Confidence", max_val);
    sleep_for_ever();
}
