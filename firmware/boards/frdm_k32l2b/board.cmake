set(SOC k32l2b31a)
set(BOARD_SOURCES boards/frdm_k32l2b/board.c)
