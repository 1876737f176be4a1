# clang as the ziglang package brings it. -DZIG=<path of the zig program>; without it zig is looked up in PATH.
set(CMAKE_SYSTEM_NAME Generic)
set(CMAKE_SYSTEM_PROCESSOR arm)

if(NOT ZIG)
    find_program(ZIG zig)
endif()
if(NOT ZIG)
    message(FATAL_ERROR "The zig compiler is not there: pass -DZIG=<path of zig>, or pip install ziglang.")
endif()
set(CMAKE_TRY_COMPILE_PLATFORM_VARIABLES ZIG)

set(CMAKE_C_COMPILER "${ZIG}")
set(CMAKE_C_COMPILER_ARG1 cc)

# A cross compiler without a C library cannot link CMake's probe; what it is is known anyway.
set(CMAKE_C_COMPILER_ID_RUN TRUE)
set(CMAKE_C_COMPILER_ID Clang)
set(CMAKE_C_COMPILER_VERSION 19)
set(CMAKE_C_STANDARD_COMPUTED_DEFAULT 17)
set(CMAKE_C_EXTENSIONS_COMPUTED_DEFAULT ON)
set(CMAKE_C_COMPILER_FORCED TRUE)

# zig adds the sanitizer for undefined behaviour on its own, which needs a run-time library.
set(TOOLCHAIN_COMPILE_OPTIONS -fno-sanitize=undefined)
# As small as it gets; zig makes -Os of -Oz unless clang itself is told.
set(TOOLCHAIN_SMALL -Os -Xclang -Oz)
set(TOOLCHAIN_NO_LOOP_IDIOM "") # -fno-builtin does it
set(TOOLCHAIN_LINK_OPTIONS -Wl,-e,Reset_Handler)
set(TOOLCHAIN_LINK_LIBRARIES -lcompiler_rt)
set(TOOLCHAIN_TARGET_cortex-m0plus -target thumb-freestanding-eabi -mcpu=cortex_m0plus)
# fp_armv8d16 is FPv5 with double precision, which the RT1060 has; without it clang calls functions for every double.
set(TOOLCHAIN_TARGET_cortex-m7 -target thumb-freestanding-eabihf -mcpu=cortex_m7+fp_armv8d16)
