"""The firmware's interpreter on the host: a library for exact results, a program under sanitizers for hostile files."""

from __future__ import annotations

import ctypes
import hashlib
import os
import struct
import subprocess
import sys
from pathlib import Path

import numpy as np

from digitrig.resources import build_dir, firmware_dir

HERE = Path(__file__).parent.parent / "interpreter"
FLAGS = ["-O1", "-g", "-std=gnu11", "-Wall", "-Wextra", "-Werror", "-ffp-contract=off"]
FORMS: dict[str, list[str]] = {"portable": [], "dsp": ["-DKERNELS_EMULATE_DSP"]}
ARENA_BYTES = 1 << 20


def _build(name: str, source: str, compiler: list[str], flags: list[str]) -> Path:
    """Compile the interpreter, the kernels and one source of the tests; once for what is in the files."""
    firmware = firmware_dir()
    sources = [*sorted((firmware / "interpreter").glob("*.c")), *sorted((firmware / "kernels").glob("*.c"))]
    sources += [firmware / "common" / "line.c", HERE / source]
    headers = [*(firmware / "interpreter").glob("*.h"), *(firmware / "kernels").glob("*.h")]
    digest = hashlib.sha256("\0".join([*compiler, *flags]).encode())
    for path in [*sources, *sorted(headers)]:
        digest.update(path.name.encode() + path.read_bytes())
    result = build_dir() / "host_interpreter" / f"{name}-{digest.hexdigest()[:16]}"
    if not result.exists():
        result.parent.mkdir(parents=True, exist_ok=True)
        half = result.with_suffix(f".{os.getpid()}.tmp")
        includes = [f"-I{firmware}", f"-I{firmware / 'kernels'}"]
        command = [*compiler, *flags, *includes, *map(str, sources), "-o", str(half)]
        done = subprocess.run(command, capture_output=True, text=True, cwd=result.parent)
        if done.returncode != 0:
            raise AssertionError(f"{name} does not build:\n{done.stderr}")
        half.replace(result)
    return result


class HostInterpreter:
    """The interpreter in one form of the kernels, with one model at a time."""

    def __init__(self, form: str) -> None:
        flags = [*FLAGS, *FORMS[form], "-fPIC", "-shared", "-fno-sanitize=undefined"]
        library = _build(form, "host.c", [sys.executable, "-m", "ziglang", "cc"], flags)
        self._library = ctypes.CDLL(str(library))
        self._kept: list[object] = []

    def open(self, data: bytes, arena_bytes: int = ARENA_BYTES, *, shift: int = 0) -> str:
        """Open a model; returns the error text, "" if there is none.  shift: how far model and arena are unaligned."""
        file = ctypes.create_string_buffer(bytes(shift) + data, shift + len(data))
        arena = ctypes.create_string_buffer(arena_bytes + shift)
        text = ctypes.create_string_buffer(256)
        self._kept = [file, arena]
        self._library.host_open(
            ctypes.c_void_p(ctypes.addressof(file) + shift),
            ctypes.c_uint32(len(data)),
            ctypes.c_void_p(ctypes.addressof(arena) + shift),
            ctypes.c_uint32(arena_bytes),
            text,
        )
        return text.value.decode("ascii")

    def value(self, what: str) -> int:
        """A fact about the open model: input_bytes, output_bytes, needed_bytes, operators."""
        names = ("input_bytes", "output_bytes", "needed_bytes", "operators")
        return int(self._library.host_value(names.index(what)))

    def run(self, values: np.ndarray, layer_bytes: int = 0) -> tuple[np.ndarray, np.ndarray]:
        """Run the open model.  values: int8.  Returns the output, and those of all layers one after the other."""
        output = np.zeros(self.value("output_bytes"), np.int8)
        layers = np.zeros(max(1, layer_bytes), np.int8)
        given = np.ascontiguousarray(values, np.int8)
        assert given.size == self.value("input_bytes")
        self._library.host_run(
            ctypes.c_void_p(given.ctypes.data),
            ctypes.c_void_p(output.ctypes.data),
            ctypes.c_void_p(layers.ctypes.data if layer_bytes else 0),
        )
        return output, layers[:layer_bytes]


def hostile_program(sanitizer: str) -> Path:
    """A program that opens and runs the models on its standard input and prints a line for each.

    sanitizer: "undefined", by the pinned clang, or "address", by gcc, which also checks undefined behaviour."""
    if sanitizer == "address":
        flags = [*FLAGS, "-fsanitize=address,undefined", "-fno-sanitize-recover=all"]
        return _build("hostile-address", "hostile.c", ["gcc"], flags)
    flags = [*FLAGS, "-fsanitize=undefined", "-fsanitize-trap=undefined", "-DKERNELS_EMULATE_DSP"]
    return _build("hostile-undefined", "hostile.c", [sys.executable, "-m", "ziglang", "cc"], flags)


def answers(program: Path, models: list[bytes], arena_bytes: int = 1 << 16) -> list[str]:
    """What the program says of each model.  AssertionError with the number of the one that it died of."""
    stream = b"".join(struct.pack("<II", len(model), arena_bytes) + model for model in models)
    done = subprocess.run([str(program)], input=stream, capture_output=True)
    lines = done.stdout.decode("ascii", "replace").splitlines()
    if done.returncode != 0 or len(lines) != len(models):
        raise AssertionError(f"model {len(lines)} of {len(models)} ends the program:\n{done.stderr.decode()[-3000:]}")
    return lines
