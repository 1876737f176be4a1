"""The firmware's kernels and generated bundles on the host: compiled by ziglang, called through ctypes."""

from __future__ import annotations

import ctypes
import hashlib
import json
import re
import subprocess
import sys
from pathlib import Path

import numpy as np

from digitrig.codegen.generate import Bundle
from digitrig.codegen.steps import Step
from digitrig.reference import Layer
from digitrig.resources import build_dir, firmware_dir

FORMS = {"portable": [], "dsp": ["-DKERNELS_EMULATE_DSP"]}
FLAGS = ["-O2", "-std=gnu11", "-Wall", "-Wextra", "-Werror", "-fPIC", "-shared", "-fno-sanitize=undefined"]


def compiled(form: str, sources: tuple[Path, ...] = ()) -> Path:
    """Shared library of all kernels in a form, with more sources; compiled once for what is in the files."""
    kernels = firmware_dir() / "kernels"
    parts = sorted(kernels.glob("*.c")) + list(sources)
    read = sorted(kernels.glob("*.[ch]")) + [f for s in sources for f in (s, s.with_suffix(".h"))]
    digest = hashlib.sha256("\0".join([form, *FLAGS]).encode())
    for path in read:
        digest.update(path.name.encode() + path.read_bytes())
    library = build_dir() / "host_kernels" / f"{form}-{digest.hexdigest()[:16]}.so"
    if not library.exists():
        library.parent.mkdir(parents=True, exist_ok=True)
        half = library.with_suffix(f".{id(parts)}.tmp")
        includes = [f"-I{folder}" for folder in {kernels, *(s.parent for s in sources)}]
        command = [sys.executable, "-m", "ziglang", "cc", *FLAGS, *FORMS[form], *includes]
        subprocess.run([*command, *map(str, parts), "-o", str(half)], check=True, capture_output=True, text=True)
        half.replace(library)
    return library


class Requantise(ctypes.Structure):
    """struct requantise_s8"""

    _fields_ = [
        ("multiplier", ctypes.c_void_p),
        ("shift", ctypes.c_void_p),
        ("zero_point", ctypes.c_int32),
        ("minimum", ctypes.c_int32),
        ("maximum", ctypes.c_int32),
    ]


def _int16(names: str) -> list[tuple[str, type]]:
    return [(name, ctypes.c_int16) for name in names.split()]


_PARAMETERS = [("weights", ctypes.c_void_p), ("bias", ctypes.c_void_p), ("out", Requantise)]


class Conv2d(ctypes.Structure):
    """struct conv2d_s8"""

    _fields_ = [
        *_int16(
            "input_h input_w input_c kernel_h kernel_w stride_h stride_w pad_top pad_left output_h output_w output_c"
        ),
        ("zero_byte", ctypes.c_uint8),
        *_PARAMETERS,
    ]


class FullyConnected(ctypes.Structure):
    """struct fully_connected_s8"""

    _fields_ = [*_int16("inputs outputs"), *_PARAMETERS]


class MaxPool(ctypes.Structure):
    """struct max_pool_s8"""

    _fields_ = [
        *_int16("input_h input_w channels window_h window_w stride_h stride_w pad_top pad_left output_h output_w"),
        ("minimum", ctypes.c_int8),
        ("maximum", ctypes.c_int8),
    ]


class Softmax(ctypes.Structure):
    """struct softmax_s8"""

    _fields_ = [(name, ctypes.c_int32) for name in ("count", "multiplier", "shift", "diff_min")]


STRUCTS = {
    "conv2d_s8": Conv2d,
    "fully_connected_s8": FullyConnected,
    "max_pool_s8": MaxPool,
    "softmax_s8": Softmax,
}
GUARD = 0x5A


class Kernels:
    """The kernels of one form."""

    def __init__(self, form: str) -> None:
        self.form = form
        self.library = ctypes.CDLL(str(compiled(form)))

    def run(self, step: Step, values: np.ndarray) -> np.ndarray:
        """Call the kernel of a lowered operator.  values: int8 of the input's shape.  Returns int8 of the output's.

        Checks that the kernel writes neither before nor after its output and scratch."""
        arrays = {c.suffix: _aligned(c.values) for c in step.constants}
        parameters = _fill(STRUCTS[step.kernel], step.fields, arrays)
        source = _aligned(values.reshape(-1))
        target = np.full(step.target.elements + 64, GUARD, np.uint8)
        scratch = np.full(step.scratch_bytes + 64, GUARD, np.uint8)
        arguments = [ctypes.byref(parameters), _pointer(source), _pointer(target, 32)]
        if step.scratch_bytes:
            arguments.append(_pointer(scratch, 32))
        getattr(self.library, step.kernel)(*arguments)
        for name, area in (("output", target), ("scratch", scratch)):
            if (area[:32] != GUARD).any() or (area[-32:] != GUARD).any():
                raise AssertionError(f"{step.kernel} ({self.form}) writes outside its {name}")
        return target[32:-32].view(np.int8).reshape(step.target.shape)


def _aligned(values: np.ndarray) -> np.ndarray:
    """A contiguous copy that begins at a multiple of 16 bytes."""
    room = np.zeros(values.nbytes + 16, np.uint8)
    start = -room.ctypes.data % 16
    copy = room[start : start + values.nbytes].view(values.dtype)
    copy[:] = values.reshape(-1)
    return copy


def _pointer(array: np.ndarray, offset: int = 0) -> ctypes.c_void_p:
    return ctypes.c_void_p(array.ctypes.data + offset)


def _fill(
    kind: type[ctypes.Structure], fields: dict[str, int | str], arrays: dict[str, np.ndarray]
) -> ctypes.Structure:
    """A parameter struct from the members that the generator writes as C text."""
    struct = kind()
    struct.keep = arrays
    for name, value in fields.items():
        if isinstance(value, int):
            setattr(struct, name, value)
        elif value.startswith("{."):
            members = dict(re.findall(r"\.(\w+) = (\{layer\}_\w+|-?\d+)", value))
            inner = {n: int(v) if re.fullmatch(r"-?\d+", v) else v for n, v in members.items()}
            setattr(struct, name, _fill(Requantise, inner, arrays))
        else:
            setattr(struct, name, arrays[value.removeprefix("{layer}_")].ctypes.data)
    return struct


class _Bundle(ctypes.Structure):
    """struct bundle"""

    _fields_ = [
        ("name", ctypes.c_char_p),
        ("hash8", ctypes.c_char_p),
        ("input_bytes", ctypes.c_uint32),
        ("output_bytes", ctypes.c_uint32),
        ("arena_bytes", ctypes.c_uint32),
        ("input", ctypes.CFUNCTYPE(ctypes.c_void_p)),
        ("output", ctypes.CFUNCTYPE(ctypes.c_void_p)),
        ("run", ctypes.CFUNCTYPE(ctypes.c_int)),
    ]


class HostBundle:
    """A generated bundle, compiled for the host in one form."""

    def __init__(self, bundle: Bundle, form: str) -> None:
        self.library = ctypes.CDLL(str(compiled(form, (bundle.source,))))
        self.bundle = _Bundle.in_dll(self.library, "model_bundle")
        self.sidecar = json.loads(bundle.sidecar.read_text())
        arena = self.sidecar["arena"]
        self._arena = (ctypes.c_int8 * arena["bytes"]).in_dll(self.library, arena["symbol"])

    def _load(self, image: np.ndarray) -> None:
        values = (image.reshape(-1).astype(np.int16) - 128).astype(np.int8).tobytes()
        ctypes.memmove(self.bundle.input(), values, len(values))

    def scores(self, image: np.ndarray) -> np.ndarray:
        """Scores of one uint8 image by run(), as the firmware calls it."""
        self._load(image)
        if self.bundle.run() != 0:
            raise AssertionError("run() failed")
        return np.frombuffer(ctypes.string_at(self.bundle.output(), self.bundle.output_bytes), np.int8)

    def layers(self, image: np.ndarray) -> list[Layer]:
        """Outputs of all layers, each read from the arena right after its function, as a debugger would."""
        self._load(image)
        arena = np.frombuffer(self._arena, np.int8)
        found = []
        for layer in self.sidecar["layers"]:
            if layer["symbol"]:
                getattr(self.library, layer["symbol"])()
            out = layer["output"]
            data = arena[out["offset"] : out["offset"] + out["bytes"]].reshape(out["shape"]).copy()
            found.append(Layer(layer["name"], out["tensor"], tuple(out["shape"]), data))
        return found
