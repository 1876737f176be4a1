set(SOC mimxrt1062)
set(BOARD_SOURCES boards/mimxrt1060_evk/board.c boards/mimxrt1060_evk/flash_config.c)
