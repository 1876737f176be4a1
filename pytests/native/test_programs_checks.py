"""Programs built by both compilers at every optimisation level: what they compute is what Python computes.

One image a configuration: integers, floating point, switches, bit fields, calls, setjmp, memory functions, and on the
Cortex-M7 parallel arithmetic and atomics. Operands are written into the image's memory, results read from it, so the
compiler knows neither. Expected values: pytests/support/check_values.py, check_language.py.
"""

from __future__ import annotations

import os
import shutil
import struct
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from itertools import zip_longest
from pathlib import Path
from typing import Any

import check_language
import check_values
import pytest
from bare_metal import CONFIG_M7, GCC_MISSING, PROGRAMS, QEMU_MISSING, Program, build, has_gcc, run_in_qemu
from guest import CONFIG_M0PLUS

from digitrig.native.core import STOP_EXIT

DATA_KIB, OPERANDS = 128, 0x20020000  # what an image may use; the operands lie above it
PAIRS = 64
LEVELS = ("-O0", "-O1", "-O2", "-O3", "-Os")
COMMON = ("-ffp-contract=off", "-fno-math-errno", "-fno-stack-protector", "-Wno-infinite-recursion")

# name: (precision of the FPU in use, core, options of zig, options of gcc)
CORES: dict[str, tuple[int, dict[str, Any], tuple[str, ...], tuple[str, ...]]] = {
    "cortex-m0plus": (
        0,
        CONFIG_M0PLUS,
        ("-target", "thumb-freestanding-eabi", "-mcpu=cortex_m0plus"),
        ("-mcpu=cortex-m0plus", "-mfloat-abi=soft"),
    ),
    "cortex-m7-soft": (
        0,
        {**CONFIG_M7, "has_fpu": 0},
        ("-target", "thumb-freestanding-eabi", "-mcpu=cortex_m7+soft_float"),
        ("-mcpu=cortex-m7", "-mfloat-abi=soft"),
    ),
    "cortex-m7-single": (
        1,
        {**CONFIG_M7, "has_fpu": 1},
        ("-target", "thumb-freestanding-eabihf", "-mcpu=cortex_m7+fp_armv8d16sp"),
        ("-mcpu=cortex-m7", "-mfpu=fpv5-sp-d16", "-mfloat-abi=hard"),
    ),
    "cortex-m7-double": (
        2,
        CONFIG_M7,
        ("-target", "thumb-freestanding-eabihf", "-mcpu=cortex_m7+fp_armv8d16"),
        ("-mcpu=cortex-m7", "-mfpu=fpv5-d16", "-mfloat-abi=hard"),
    ),
}
CONFIGURATIONS = [(core, level) for core in CORES for level in LEVELS]


def _build(compiler: str, core: str, level: str) -> Path:
    _, _, zig, gcc = CORES[core]
    options = (*COMMON, level, *(zig if compiler == "zig" else (*gcc, "-DNEWLIB")))
    sources = sorted((PROGRAMS / "check").glob("*.c"))
    return build(f"check-{core}{level}", sources, compiler, options, DATA_KIB)


@lru_cache(maxsize=2)
def _images(compiler: str) -> dict[tuple[str, str], Path]:
    """Every configuration, built side by side."""
    with ThreadPoolExecutor(min(4, os.cpu_count() or 1)) as pool:
        files = pool.map(lambda configuration: _build(compiler, *configuration), CONFIGURATIONS)
        return dict(zip(CONFIGURATIONS, files, strict=True))


@lru_cache(maxsize=8)
def _expected(fpu: int, with_dsp: bool) -> tuple[tuple[str, int], ...]:
    pairs, singles, doubles = check_values.operands(2026)
    return (
        *check_values.integers(pairs),
        *check_values.floats(singles, doubles, pairs, fpu),
        *check_language.language(),
        *check_language.calls(),
        *check_language.memory(),
        *(check_language.dsp(pairs) if with_dsp else ()),
    )


@lru_cache(maxsize=1)
def _operand_block() -> bytes:
    """struct operand_block of check.h"""
    pairs, singles, doubles = check_values.operands(2026)
    block = b""
    for form, rows in (("<QQ", pairs), ("<QQ", doubles), ("<II", singles)):
        part = b"".join(struct.pack(form, *row) for row in rows)
        block += part.ljust(PAIRS * struct.calcsize(form), b"\0")
    return block + struct.pack("<3I", len(pairs), len(singles), len(doubles))


def _load(elf: Path, config: dict[str, Any]) -> Program:
    program = Program.load(elf, config, 2 * DATA_KIB)
    program.core.write(OPERANDS, _operand_block())
    return program


def _flaw(compiler: str, label: str, expected: int, found: int) -> bool:
    """Where a run-time library is not what IEEE 754 says: software floating point of zig 0.14.

    Its double division gives zero for results below the normal numbers, and its float `>` takes NaN for greater at
    every level (bit 4 of the comparison).
    """
    if compiler != "zig":
        return False
    if label == "float64 /":
        return found in (0, 0x80000000)
    return label == "float32 compare" and (expected, found) == (0x48, 0x58)


COMPILERS = ["zig", pytest.param("gcc", marks=pytest.mark.skipif(not has_gcc(), reason=GCC_MISSING))]


@pytest.mark.parametrize("compiler", COMPILERS)
@pytest.mark.parametrize(("core", "level"), CONFIGURATIONS)
def test_results_are_those_of_the_host(
    compiler: str, core: str, level: str, record_property: Callable[[str, object], None]
) -> None:
    fpu, config, _, _ = CORES[core]
    program = _load(_images(compiler)[core, level], config)
    stop = program.run()
    assert (stop.reason, stop.detail) == (STOP_EXIT, 0)
    assert program.console().endswith(" all checks done\n")
    count = struct.unpack("<I", program.read("result_count"))[0]
    found = struct.unpack(f"<{count}I", program.read("results", 4 * count))
    expected = _expected(fpu, core != "cortex-m0plus")
    wrong = [
        f"result {index}: {pair[0] if pair else 'too many'}: {pair[1] if pair else 0:08x} / {value or 0:08x}"
        for index, (pair, value) in enumerate(zip_longest(expected, found))
        if pair is None or value is None or (pair[1] != value and not _flaw(compiler, *pair, value))
    ]
    assert not wrong, f"{len(wrong)} of {len(expected)} results, expected / found:\n" + "\n".join(wrong[:20])
    flaws = sum(pair[1] != value for pair, value in zip(expected, found, strict=True))
    record_property(
        "summary",
        f"program {core} {level} by {compiler}: {len(expected)} results, differences 0"
        + (f"; {flaws} flaws of the compiler's library, listed" if flaws else ""),
    )


@pytest.mark.long
@pytest.mark.skipif(shutil.which("qemu-system-arm") is None, reason=QEMU_MISSING)
@pytest.mark.parametrize("compiler", COMPILERS)
def test_qemu_finds_the_same_results(
    compiler: str, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    """The flaws above come from the libraries: QEMU has the same sum over all results of each image."""
    operands = tmp_path / "operands"
    operands.write_bytes(_operand_block())
    for (core, level), elf in _images(compiler).items():
        program = _load(elf, CORES[core][1])
        program.run()
        machine = "mps2-an385" if core == "cortex-m0plus" else "mps2-an500"
        assert run_in_qemu(elf, machine, [(operands, OPERANDS)]) == (0, program.console()), f"{core} {level}"
    record_property("summary", f"programs by {compiler} under QEMU: {len(CONFIGURATIONS)} images, differences 0")
