# The console, with the interpreter instead of a bundle: it has one model in flash and takes others while it runs.
set(APP_SOURCES apps/console/main.c apps/console/protocol.c apps/console/polling.c apps/console/crc16.c apps/console/runner.c
    apps/console/button.c apps/console/output.c apps/interpreter/commands.c apps/interpreter/crc32.c
    apps/interpreter/model.c apps/interpreter/sha256.c apps/interpreter/upload.c ${BOARD_SDRAM_SOURCES})
set(APP_DEFINES APP_RUNTIME="interpreter" APP_BEGIN=model_begin APP_EACH_MS=upload_poll BUNDLE_MUTABLE PROTOCOL_FRAMES)
set(APP_NEEDS_INTERPRETER TRUE)
