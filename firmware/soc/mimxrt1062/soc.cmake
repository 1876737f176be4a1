set(SOC_CORE cortex-m7)
set(SOC_SOURCES soc/mimxrt1062/startup.c soc/mimxrt1062/vectors.c soc/mimxrt1062/boot.c soc/mimxrt1062/clock.c
    soc/mimxrt1062/memory_protection.c drivers/cache.c drivers/ccm.c drivers/ccm_analog.c drivers/dwt.c
    drivers/igpio.c drivers/iomuxc.c drivers/lpuart.c drivers/mpu.c drivers/systick.c drivers/wdog16.c
    drivers/wdog32.c)
set(SOC_KERNEL_OPTIONS -O3)
set(SOC_STACK_BYTES 4096)
# Three nested frames of 104 bytes with FPU registers, the deepest call of the console with its line buffer, the fault
# handler.
set(SOC_STACK_MINIMUM_BYTES 1024)
