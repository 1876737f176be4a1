set(APP_SOURCES apps/lock/lock.c apps/lock/secret.c apps/lock/siphash.c apps/console/runner.c apps/console/output.c
    apps/console/protocol.c apps/console/polling.c apps/console/crc16.c)
if(BOARD_PANEL_SOURCES)
    list(APPEND APP_SOURCES apps/lock/screen.c apps/touch/loop.c graphics/canvas.c graphics/text.c graphics/pad.c
         graphics/form.c ${BOARD_PANEL_SOURCES})
else()
    list(APPEND APP_SOURCES apps/lock/serial.c)
endif()
if(BOARD_KEEP_SOURCES)
    list(APPEND APP_SOURCES ${BOARD_KEEP_SOURCES})
else()
    list(APPEND APP_SOURCES apps/lock/keep_ram.c)
endif()
set(APP_NEEDS_MODEL TRUE)
