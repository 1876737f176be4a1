set(SOC_CORE cortex-m0plus)
set(SOC_SOURCES common/reset_m0plus.c soc/lpc845/startup.c soc/lpc845/vectors.c soc/lpc845/clock.c
    drivers/lpc_gpio.c drivers/lpc_syscon.c drivers/lpc_usart.c drivers/lpc_wwdt.c drivers/systick.c)
# See soc/mke16z4/soc.cmake.
set(SOC_KERNEL_OPTIONS -O2)
set(SOC_STACK_BYTES 1024)
# As on the MKE16Z4.
set(SOC_STACK_MINIMUM_BYTES 768)
