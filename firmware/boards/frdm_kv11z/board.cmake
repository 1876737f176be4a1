set(SOC mkv11z7)
set(BOARD_SOURCES boards/frdm_kv11z/board.c)
