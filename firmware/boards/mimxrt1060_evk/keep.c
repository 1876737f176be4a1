/* In the low power domain of the SNVS, which a coin cell keeps. */
#include "boards/keep.h"

#include "drivers/snvs.h"
#include "mimxrt1062.h"

_Static_assert(KEEP_WORDS <= SNVS_WORDS, "one register a word");

void keep_read(uint32_t words[KEEP_WORDS]) { snvs_read(SNVS_BASE, words, KEEP_WORDS); }

void keep_write(const uint32_t words[KEEP_WORDS]) { snvs_write(SNVS_BASE, words, KEEP_WORDS); }
