set(SOC_CORE cortex-m0plus)
set(SOC_HEAD kinetis)
set(SOC_SOURCES common/reset_m0plus.c soc/mkv11z7/startup.c soc/mkv11z7/vectors.c soc/mkv11z7/clock.c
    drivers/gpio.c drivers/mcg.c drivers/port.c drivers/systick.c drivers/uart.c drivers/wdog_unlock16.c)
# See soc/mke16z4/soc.cmake.
set(SOC_KERNEL_OPTIONS -O2)
set(SOC_STACK_BYTES 1024)
# As on the MKE16Z4.
set(SOC_STACK_MINIMUM_BYTES 768)
