/* The commands of the interpreter app: those of the console, and `model`. */
#include "apps/console/protocol.h"
#include "apps/console/runner.h"
#include "upload.h"

static void take_image(void) {
    runner_accept();
    runner_predict();
}

static const struct protocol_command commands[] = {
    {.name = "help", .run = protocol_help},           {.name = "info", .run = runner_print_banner},
    {.name = "image", .run = protocol_receive_image}, {.name = "predict", .run = runner_predict},
    {.name = "model", .run_with = upload_command},
};

const struct protocol app_protocol = {
    .commands = commands,
    .command_count = sizeof commands / sizeof commands[0],
    .staging = runner_staging,
    .image = take_image,
};
