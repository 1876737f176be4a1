set(SOC_CORE cortex-m0plus)
set(SOC_HEAD kinetis)
set(SOC_SOURCES common/reset_m0plus.c soc/mke16z4/startup.c soc/mke16z4/vectors.c soc/mke16z4/clock.c
    drivers/gpio.c drivers/lpuart.c drivers/pcc.c drivers/port.c drivers/scg.c drivers/systick.c drivers/wdog32.c)
# The flash is small, but -Os costs gcc 74 % more cycles for 11 % less flash (an13438: 425,271 against 243,981); clang
# makes nearly the same code of both.
set(SOC_KERNEL_OPTIONS -O2)
set(SOC_STACK_BYTES 1024)
# The console takes up to 430 bytes, an interrupt on top included. The fault handler begins anew at the top of the stack
# where it has no room, and needs 640 bytes for that.
set(SOC_STACK_MINIMUM_BYTES 768)
