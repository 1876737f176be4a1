set(SOC mke02z4)
set(BOARD_SOURCES boards/frdm_ke02z40m/board.c)
