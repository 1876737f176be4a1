set(SOC mke16z4)
set(BOARD_SOURCES boards/frdm_ke16z/board.c)
