set(APP_SOURCES apps/rtos/main.c apps/rtos/shell.c apps/rtos/worker.c apps/rtos/blink.c apps/console/output.c
    apps/rtos/samples.c apps/rtos/kernel/kernel.c apps/rtos/kernel/mutex.c apps/rtos/kernel/queue.c
    apps/rtos/kernel/port.c apps/console/protocol.c apps/console/polling.c apps/console/crc16.c apps/console/runner.c)
set(APP_NEEDS_MODEL TRUE)
