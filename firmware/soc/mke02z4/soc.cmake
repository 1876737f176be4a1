set(SOC_CORE cortex-m0plus)
set(SOC_HEAD kinetis)
set(SOC_SOURCES common/reset_m0plus.c soc/mke02z4/startup.c soc/mke02z4/vectors.c soc/mke02z4/clock.c
    drivers/gpio.c drivers/ics.c drivers/systick.c drivers/uart.c drivers/wdog8.c)
# See soc/mke16z4/soc.cmake.
set(SOC_KERNEL_OPTIONS -O2)
# Of 4 KB RAM every byte counts: 150 more than the console takes, instead of the 400 of larger parts.
set(SOC_STACK_BYTES 768)
set(SOC_STACK_MINIMUM_BYTES 768)
