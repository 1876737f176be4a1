"""The programs in pytests/native/programs/trace, which print a record at every exception: one image a machine."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bare_metal import CONFIG_M7, PROGRAMS, build
from guest import CONFIG_M0PLUS


@dataclass(frozen=True)
class Machine:
    """A board of QEMU, our core in its place, and how the program is built for both."""

    qemu: str
    config: dict[str, Any]
    sources: str
    options: tuple[str, ...]


V7_SOURCES = "trace scenarios_common scenarios_v7 scenarios_fault scenarios_mpu"
TARGET = ("-target", "thumb-freestanding-eabi", "-O1")
MACHINES = {
    "cortex-m0": Machine(
        "microbit", {**CONFIG_M0PLUS, "has_vtor": 0}, "trace scenarios_common", (*TARGET, "-mcpu=cortex_m0")
    ),
    "cortex-m3": Machine(
        "mps2-an385",
        {**CONFIG_M7, "has_fpu": 0, "priority_bits": 8},
        V7_SOURCES,
        (*TARGET, "-mcpu=cortex_m3", "-DV7"),
    ),
    "cortex-m7": Machine(
        "mps2-an500",
        {**CONFIG_M7, "priority_bits": 8},
        f"{V7_SOURCES} scenarios_fp",
        (*TARGET, "-mcpu=cortex_m7+soft_float", "-DV7", "-DDSP", "-DFP"),
    ),
}


def trace_image(name: str) -> Path:
    """The ELF file for a machine of MACHINES."""
    machine = MACHINES[name]
    sources = [PROGRAMS / "trace" / f"{source}.c" for source in machine.sources.split()]
    return build(f"trace-{name}", sources, "zig", machine.options)
