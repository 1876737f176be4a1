set(SOC_CORE cortex-m0plus)
set(SOC_SOURCES soc/mke16z4/startup.c soc/mke16z4/vectors.c soc/mke16z4/clock.c
    drivers/gpio.c drivers/lpuart.c drivers/pcc.c drivers/port.c drivers/scg.c drivers/systick.c drivers/wdog32.c)
# -O2: 4 % more flash than -Os in the kernels, and much fewer cycles.
set(SOC_KERNEL_OPTIONS -O2)
set(SOC_STACK_BYTES 1024)
# Three nested frames of 32 bytes, the deepest call of the console with its line buffer, the fault handler.
set(SOC_STACK_MINIMUM_BYTES 512)
