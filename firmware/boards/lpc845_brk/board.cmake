set(SOC lpc845)
set(BOARD_SOURCES boards/lpc845_brk/board.c)
