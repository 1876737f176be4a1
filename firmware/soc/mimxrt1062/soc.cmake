set(SOC_CORE cortex-m7)
set(SOC_SOURCES soc/mimxrt1062/startup.c soc/mimxrt1062/vectors.c soc/mimxrt1062/boot.c soc/mimxrt1062/clock.c
    soc/mimxrt1062/memory_protection.c drivers/cache.c drivers/ccm.c drivers/ccm_analog.c drivers/dwt.c
    drivers/igpio.c drivers/iomuxc.c drivers/lpuart.c drivers/mpu.c drivers/systick.c drivers/wdog16.c
    drivers/wdog32.c)
# Flash is plenty; -O3 saves gcc 4 % of the cycles of -O2, clang nothing.
set(SOC_KERNEL_OPTIONS -O3)
set(SOC_STACK_BYTES 4096)
# The console takes up to 530 bytes, an interrupt on top included; an exception frame may have 72 bytes of FPU
# registers, and the fault handler takes up to 300 bytes more.
set(SOC_STACK_MINIMUM_BYTES 1024)
# An arena larger than this lies in OCRAM (768 KB), which leaves DTCM (128 KB) to stack and variables.
set(SOC_ARENA_BYTES 98304)
