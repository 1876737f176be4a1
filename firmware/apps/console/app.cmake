set(APP_SOURCES apps/console/main.c apps/console/protocol.c apps/console/polling.c apps/console/crc16.c apps/console/runner.c
    apps/console/button.c apps/console/commands.c apps/console/output.c)
set(APP_NEEDS_MODEL TRUE)
