#include "model.h"

#include "boards/sdram.h"
#include "bundle.h"
#include "common/fault.h"
#include "interpreter/interpreter.h"
#include "preprocess.h"
#include "sha256.h"

#define HASH_DIGITS 8u
#define CLASSES_MAXIMUM 64u
#define SIDE_MAXIMUM 1024
#define CHANNELS_MAXIMUM 4

/* The file of the model in flash, from the build. */
extern const char model_file_name[];
extern const char model_file_rule[];
extern const uint8_t model_file[];
extern const uint8_t model_file_end[];

BOARD_SDRAM uint8_t digitrig_model_area[MODEL_AREA_BYTES];
static bool area_is_there;

/* On the chip, but behind the bus: larger than what holds the stack and the variables. */
__attribute__((section(".ocram"), aligned(32))) static uint8_t arena[MODEL_ARENA_BYTES];

/* Also for a debugger: the first members of its tensors say where each layer's output is. */
struct interpreter digitrig_interpreter;

static char name[MODEL_NAME_BYTES];
static char hash8[HASH_DIGITS + 1u];
static struct preprocess preprocess;

typedef void preprocess_function(const struct preprocess *p, const uint8_t *image, int8_t *input);

/* grey: what a level of 1 is worth, as a denominator. */
struct rule {
    const char *word;
    preprocess_function *function;
    double grey;
    bool resizes;
};

static const struct rule rules[] = {
    {"scale", preprocess_scale, 255.0, false},
    {"halve", preprocess_halve, 128.0, false},
    {"binarise", preprocess_binarise, 255.0, false},
    {"resize96", preprocess_resize, 255.0, true},
};

static const struct rule *rule;

static void load(const uint8_t *image) { rule->function(&preprocess, image, interpreter_input(&digitrig_interpreter)); }

static int8_t *input(void) { return interpreter_input(&digitrig_interpreter); }

static const int8_t *output(void) { return interpreter_output(&digitrig_interpreter); }

static int run(void) {
    interpreter_run(&digitrig_interpreter);
    return 0;
}

struct bundle model_bundle = {
    .name = name,
    .hash8 = hash8,
    .load = load,
    .input = input,
    .output = output,
    .run = run,
};

/* ------------------------------------------------------------------ checks of the model as a whole */

static const char *ended(struct line *line) {
    line->text[line->length] = '\0';
    return line->text;
}

static const char *refuse(const char *text) {
    struct line *line = &digitrig_interpreter.error;
    line_begin(line);
    line_text(line, "error: ");
    line_text(line, text);
    return ended(line);
}

static bool same(const char *a, const char *b) {
    while (*a != '\0' && *a == *b) {
        a++;
        b++;
    }
    return *a == *b;
}

/* The rule with that word; without a word the one that suits the size of the input. 0 if there is none. */
static const struct rule *find_rule(const char *word, uint32_t elements) {
    const char *wanted = *word != '\0' ? word : elements == PREPROCESS_PIXELS ? "scale" : "resize96";
    for (uint32_t i = 0; i < sizeof rules / sizeof rules[0]; i++) {
        if (same(rules[i].word, wanted)) {
            return &rules[i];
        }
    }
    return 0;
}

static bool can_be_resized_to(const struct interpreter_tensor *tensor) {
    return tensor->rank == 4u && tensor->shape[0] == 1 && tensor->shape[1] >= PREPROCESS_SIDE &&
           tensor->shape[2] >= PREPROCESS_SIDE && tensor->shape[1] <= SIDE_MAXIMUM &&
           tensor->shape[2] <= SIDE_MAXIMUM && tensor->shape[3] <= CHANNELS_MAXIMUM;
}

/* How pictures become the input of the model that is open. */
static const char *choose_rule(const char *word) {
    const struct interpreter_tensor *tensor = digitrig_interpreter.input;
    const struct rule *found = find_rule(word, tensor->elements);
    if (found == 0) {
        return refuse("rule unknown; known: scale, halve, binarise, resize96");
    }
    if (found->resizes ? !can_be_resized_to(tensor) : tensor->elements != PREPROCESS_PIXELS) {
        return refuse("the rule makes no input of the model's size");
    }
    const double multiplier = (double)PREPROCESS_SAME / (found->grey * (double)tensor->scale) + 0.5;
    if (!(multiplier >= 1.0 && multiplier < 16777216.0)) {
        return refuse("the scale of the model's input is not usable");
    }
    rule = found;
    preprocess = (struct preprocess){
        .multiplier = (uint32_t)multiplier,
        .zero_point = (int16_t)tensor->zero_point,
    };
    if (found->resizes) {
        preprocess.height = (int16_t)tensor->shape[1];
        preprocess.width = (int16_t)tensor->shape[2];
        preprocess.channels = (int16_t)tensor->shape[3];
    }
    return 0;
}

static const char *open(const char *word, const uint8_t *data, uint32_t bytes) {
    if (!interpreter_open(&digitrig_interpreter, data, bytes, arena, sizeof arena)) {
        return ended(&digitrig_interpreter.error);
    }
    if (digitrig_interpreter.output->bytes > CLASSES_MAXIMUM) {
        return refuse("the model has more than 64 outputs");
    }
    return choose_rule(word);
}

/* ------------------------------------------------------------------ which model */

/* A name is printed in the banner: letters, digits and so on, without spaces. */
static void set_name(const char *text) {
    uint32_t length = 0;
    for (; *text != '\0' && length + 1u < sizeof name; text++) {
        const bool printable = *text > ' ' && *text < '\x7F';
        name[length++] = printable ? *text : '?';
    }
    name[length] = '\0';
}

static void set_hash(uint32_t word) {
    for (uint32_t i = HASH_DIGITS; i > 0u; i--) {
        const uint32_t digit = word & 15u;
        hash8[i - 1u] = (char)(digit < 10u ? '0' + digit : 'a' + digit - 10u);
        word >>= 4;
    }
}

static void publish(const char *title, const uint8_t *data, uint32_t bytes) {
    set_name(*title != '\0' ? title : "unnamed");
    set_hash(sha256_first_word(data, bytes));
    model_bundle.input_bytes = digitrig_interpreter.input->bytes;
    model_bundle.output_bytes = digitrig_interpreter.output->bytes;
    model_bundle.arena_bytes = digitrig_interpreter.needed_bytes;
}

void model_begin(void) {
    area_is_there = board_sdram_start() == STATUS_OK;
    model_use_builtin();
}

bool model_area_is_there(void) { return area_is_there; }

void model_use_builtin(void) {
    const uint32_t bytes = (uint32_t)(model_file_end - model_file);
    const char *error = open(model_file_rule, model_file, bytes);
    if (error != 0) {
        fault_stop(error);
    }
    publish(model_file_name, model_file, bytes);
}

const char *model_use(const char *title, const char *word, const uint8_t *data, uint32_t bytes) {
    static struct line kept;
    const char *error = open(word, data, bytes);
    if (error == 0) {
        publish(title, data, bytes);
        return 0;
    }
    kept = digitrig_interpreter.error;
    model_use_builtin();
    return ended(&kept);
}
