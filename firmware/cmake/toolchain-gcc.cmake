# arm-none-eabi-gcc (Debian: gcc-arm-none-eabi).
set(CMAKE_SYSTEM_NAME Generic)
set(CMAKE_SYSTEM_PROCESSOR arm)

find_program(ARM_GCC arm-none-eabi-gcc)
if(NOT ARM_GCC)
    message(FATAL_ERROR "arm-none-eabi-gcc is not there: apt install gcc-arm-none-eabi, or build with TOOLCHAIN=zig.")
endif()

set(CMAKE_C_COMPILER "${ARM_GCC}")
set(CMAKE_TRY_COMPILE_TARGET_TYPE STATIC_LIBRARY)
set(CMAKE_C_COMPILER_FORCED TRUE)

# Inline assembly for Armv6-M is written in the unified syntax, which gcc has to be told.
set(TOOLCHAIN_COMPILE_OPTIONS -masm-syntax-unified)
set(TOOLCHAIN_SMALL -Oz)
set(TOOLCHAIN_NO_LOOP_IDIOM -fno-tree-loop-distribute-patterns)
set(TOOLCHAIN_LINK_OPTIONS -Wl,--no-warn-rwx-segments)
set(TOOLCHAIN_LINK_LIBRARIES -lgcc)
set(TOOLCHAIN_TARGET_cortex-m0plus -mcpu=cortex-m0plus -mthumb)
set(TOOLCHAIN_TARGET_cortex-m7 -mcpu=cortex-m7 -mthumb -mfpu=fpv5-d16 -mfloat-abi=hard)
