set(SOC_CORE cortex-m0plus)
set(SOC_HEAD kinetis)
set(SOC_SOURCES common/reset_m0plus.c soc/k32l2b31a/startup.c soc/k32l2b31a/vectors.c soc/k32l2b31a/clock.c
    drivers/gpio.c drivers/lpuart.c drivers/mcglite.c drivers/port.c drivers/systick.c)
# See soc/mke16z4/soc.cmake.
set(SOC_KERNEL_OPTIONS -O2)
set(SOC_STACK_BYTES 1024)
# As on the MKE16Z4.
set(SOC_STACK_MINIMUM_BYTES 768)
