set(APP_SOURCES apps/touch/main.c apps/touch/loop.c graphics/canvas.c graphics/text.c graphics/pad.c graphics/form.c
    apps/console/runner.c apps/console/output.c apps/console/protocol.c apps/console/polling.c apps/console/crc16.c ${BOARD_PANEL_SOURCES})
set(APP_NEEDS_MODEL TRUE)
