set(SOC mimxrt1062)
set(BOARD_SOURCES boards/mimxrt1060_evk/board.c boards/mimxrt1060_evk/flash_config.c)
# For apps with a screen.
set(BOARD_PANEL_SOURCES boards/mimxrt1060_evk/panel.c drivers/ft5406.c drivers/lcdif.c drivers/lpi2c.c)
# For apps that use the external memory.
set(BOARD_SDRAM_SOURCES boards/mimxrt1060_evk/sdram.c drivers/semc.c)
# For apps that keep something over a reset.
set(BOARD_KEEP_SOURCES boards/mimxrt1060_evk/keep.c drivers/snvs.c)
