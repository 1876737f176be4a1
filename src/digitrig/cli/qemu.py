"""QEMU's speed on the inference code of a model: a bare program around the same C, timed from outside."""

from __future__ import annotations

import resource
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from digitrig.errors import EngineError

PROGRAM = "qemu-system-arm"
RUNS = 3000
TIMEOUT_S = 120.0


@dataclass(frozen=True)
class Twin:
    """The QEMU machine that stands in for a core, and the compiler's words for that core."""

    machine: str
    target: tuple[str, ...]


TWINS = {
    "cortex-m0+": Twin("microbit", ("-target", "thumb-freestanding-eabi", "-mcpu=cortex_m0plus")),
    "cortex-m7": Twin("mps2-an500", ("-target", "thumb-freestanding-eabihf", "-mcpu=cortex_m7")),
}


@dataclass(frozen=True)
class Data:
    """What goes in and what has to come out. image: 784 bytes, 0 = background.  scores: ten int8."""

    image: bytes
    scores: tuple[int, ...]


def available() -> bool:
    """True where qemu-system-arm is in PATH."""
    return shutil.which(PROGRAM) is not None


def seconds_per_inference(board: str, core: str, model: str, data: Data, folder: Path) -> float:
    """CPU seconds of the host that QEMU takes for one inference.

    folder: for what is built.  Two programs that differ only in how often they run the model are timed, the best of
    three each; the difference takes start and end out. Raises EngineError, also when QEMU gets other scores.
    """
    twin, objects = TWINS[core], model_objects(board, model)
    (folder / "image.bin").write_bytes(bytes(value ^ 0x80 for value in data.image))
    (folder / "scores.bin").write_bytes(bytes(score & 0xFF for score in data.scores))
    once, twice = (_link(twin, objects, folder, runs) for runs in (RUNS, 2 * RUNS))
    return difference(twin, once, twice) / RUNS


def difference(twin: Twin, once: Path, twice: Path) -> float:
    """CPU seconds by which one program takes longer than another. Raises EngineError if it does not."""
    spent = _best(twin, twice) - _best(twin, once)
    if spent <= 0:
        raise EngineError(f"{PROGRAM} seems to take no time for the work; measure on a machine that is less busy")
    return spent


def _best(twin: Twin, elf: Path) -> float:
    return min(_time(twin, elf) for _ in range(3))


def _time(twin: Twin, elf: Path) -> float:
    quiet = ("-display", "none", "-serial", "null", "-monitor", "none", "-semihosting-config", "enable=on")
    begun = _children_seconds()
    _call([PROGRAM, "-M", twin.machine, *quiet, "-kernel", str(elf)], "QEMU")
    return _children_seconds() - begun


def _children_seconds() -> float:
    """CPU time of the processes that this one has started and that have ended."""
    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    return spent.ru_utime + spent.ru_stime


def model_objects(board: str, model: str) -> list[Path]:
    """Object files of the model and its kernels as the board's firmware has them: the very same code."""
    from digitrig.firmware_build import build_firmware
    from digitrig.resources import build_dir

    build_firmware([board])
    folder = build_dir() / "cmake" / "zig" / board / "CMakeFiles"
    found = sorted(path for part in ("kernels.dir", f"{model}_model.dir") for path in (folder / part).rglob("*.obj"))
    if not found:
        raise EngineError(f"no object files of {model} in {folder}")
    return found


def _link(twin: Twin, objects: list[Path], folder: Path, runs: int) -> Path:
    """The bare program around the model's object files."""
    from digitrig.resources import firmware_dir

    elf = folder / f"{twin.machine}-{runs}.elf"
    files = (f'-DBENCH_IMAGE="{folder / "image.bin"}"', f'-DBENCH_SCORES="{folder / "scores.bin"}"')
    link(twin, elf, runs, ["inference.c"], (*files, f"-I{firmware_dir() / 'kernels'}", *map(str, objects)))
    return elf


def link(twin: Twin, elf: Path, runs: int, sources: Sequence[str], options: Sequence[str]) -> None:
    """A bare program of files in bench_support, with start-up and memory functions."""
    from digitrig.resources import firmware_dir

    support, firmware = Path(__file__).parent / "bench_support", firmware_dir()
    _call(
        [
            *(sys.executable, "-m", "ziglang", "cc", *twin.target, "-O2", "-std=gnu11", "-nostdlib"),
            *("-ffreestanding", "-fno-builtin", "-fno-sanitize=undefined", f"-I{firmware}", f"-I{support}"),
            *(f"-DBENCH_RUNS={runs}u", *options, "-T", str(support / "qemu.ld")),
            *(str(support / name) for name in ("start.c", *sources)),
            *(str(firmware / "common" / "memory.c"), "-lcompiler_rt", "-Wl,-e,bench_reset", "-o", str(elf)),
        ],
        "the compiler",
    )


def _call(command: list[str], what: str) -> None:
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=TIMEOUT_S, check=False)
    except subprocess.TimeoutExpired as error:
        raise EngineError(f"{what} did not end within {TIMEOUT_S:g} s: {' '.join(command)}") from error
    if done.returncode:
        raise EngineError(f"{what} ended with code {done.returncode}: {' '.join(command)}\n{done.stderr.strip()}")
