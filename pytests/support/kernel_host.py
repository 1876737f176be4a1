"""The firmware's kernels and generated bundles on the host: compiled by ziglang, called through ctypes."""

from __future__ import annotations

import ctypes
import hashlib
import json
import os
import re
import subprocess
import sys
from abc import ABC, abstractmethod
from pathlib import Path

import numpy as np

from digitrig.codegen.generate import Bundle
from digitrig.codegen.steps import Step
from digitrig.reference import Layer
from digitrig.resources import build_dir, firmware_dir

FORMS = {"portable": [], "dsp": ["-DKERNELS_EMULATE_DSP"]}
SIMD_FORMS = ("dsp", "m7")  # those with KERNELS_DSP 1, on the host and on a core
FLAGS = ["-O2", "-std=gnu11", "-Wall", "-Wextra", "-Werror", "-fPIC", "-shared", "-fno-sanitize=undefined"]


def compiled(form: str, sources: tuple[Path, ...] = ()) -> Path:
    """Shared library of all kernels in a form, with more sources; compiled once for what is in the files."""
    kernels = firmware_dir() / "kernels"
    parts = sorted(kernels.glob("*.c")) + list(sources)
    headers = [header for source in sources if (header := source.with_suffix(".h")).is_file()]
    read = [*sorted(kernels.glob("*.[ch]")), *sources, *headers]
    digest = hashlib.sha256("\0".join([form, *FLAGS]).encode())
    for path in read:
        digest.update(path.name.encode() + path.read_bytes())
    library = build_dir() / "host_kernels" / f"{form}-{digest.hexdigest()[:16]}.so"
    if not library.exists():
        library.parent.mkdir(parents=True, exist_ok=True)
        half = library.with_suffix(f".{os.getpid()}.tmp")
        includes = [f"-I{folder}" for folder in {kernels, *(s.parent for s in sources)}]
        command = [sys.executable, "-m", "ziglang", "cc", *FLAGS, *FORMS[form], *includes]
        subprocess.run([*command, *map(str, parts), "-o", str(half)], check=True, capture_output=True, text=True)
        half.replace(library)
    return library


def _int16(names: str) -> list[tuple[str, type]]:
    return [(name, ctypes.c_int16) for name in names.split()]


def _int32(names: str) -> list[tuple[str, type]]:
    return [(name, ctypes.c_int32) for name in names.split()]


def parameter_structs(pointer: type) -> dict[str, type[ctypes.Structure]]:
    """The kernels' parameter structs by kernel, and `requantise_s8`, for a machine with pointers of this type."""

    def struct(fields: list[tuple[str, type]]) -> type[ctypes.Structure]:
        return type("Parameters", (ctypes.Structure,), {"_fields_": fields})

    requantise = struct(
        [
            ("multiplier", pointer),
            ("shift", pointer),
            ("zero_point", ctypes.c_int32),
            ("minimum", ctypes.c_int32),
            ("maximum", ctypes.c_int32),
        ]
    )
    constants = [("weights", pointer), ("bias", pointer), ("out", requantise)]
    conv2d = _int16(
        "input_h input_w input_c kernel_h kernel_w stride_h stride_w pad_top pad_left output_h output_w output_c"
    )
    windows = _int16("input_h input_w input_c kernel_h kernel_w pad_top pad_left output_h output_w output_c window")
    limits = [("minimum", ctypes.c_int8), ("maximum", ctypes.c_int8)]
    quick = struct([("bias", pointer), ("scale", pointer), *_int16("shift step"), *limits])
    pool = _int16("input_h input_w channels window_h window_w stride_h stride_w pad_top pad_left output_h output_w")
    rows = _int16("input_h input_w input_c kernel_h kernel_w stride_h stride_w dilation_h dilation_w pad_top pad_left")
    rows += _int16("output_h output_w output_c")
    depthwise = _int16("input_h input_w input_c multiplier kernel_h kernel_w stride_h stride_w pad_top pad_left")
    depthwise += _int16("output_h output_w")
    signed = [("zero_point", ctypes.c_int8), *constants]
    addend = struct(_int32("zero_point multiplier shift"))
    return {
        "requantise_s8": requantise,
        "conv2d_windows_s8": struct(
            [*windows, ("zero", ctypes.c_int8), ("weights", pointer), ("pixels", pointer), ("out", quick)]
        ),
        "conv2d_s8": struct([*conv2d, ("zero_byte", ctypes.c_uint8), *constants]),
        "fully_connected_s8": struct([*_int16("inputs outputs"), *constants]),
        "fully_connected_quick_s8": struct([*_int16("inputs outputs"), ("weights", pointer), ("out", quick)]),
        "conv2d_rows_s8": struct([*rows, *signed]),
        "depthwise_conv2d_s8": struct([*depthwise, *signed]),
        "max_pool_s8": struct([*pool, *limits]),
        "max_pool_pairs_s8": struct(_int16("input_w output_h output_w")),
        "average_pool_s8": struct([*pool, *limits]),
        "mean_s8": struct(_int32("outer count inner input_zero_point output_zero_point multiplier shift")),
        "rescale_s8": struct(_int32("count input_zero_point multiplier shift output_zero_point")),
        "add_s8": struct([("a", addend), ("b", addend), *_int32("multiplier shift zero_point minimum maximum")]),
        "pad": struct(_int32("height row from_height from_row top left border flip")),
        "softmax_s8": struct(_int32("count multiplier shift diff_min")),
    }


GUARD = 0x5A
MARGIN = 32  # guarded bytes before and after what a kernel writes


class AnyKernels(ABC):
    """Calls of kernels, wherever they run; a subclass says how to place bytes there, call and read back."""

    form: str
    structs: dict[str, type[ctypes.Structure]]

    @abstractmethod
    def place(self, data: bytes) -> int:
        """Address of a copy of these bytes, aligned to 16."""

    @abstractmethod
    def call(self, name: str, arguments: list[int]) -> None:
        """Call a kernel with addresses as arguments."""

    @abstractmethod
    def read(self, address: int, length: int) -> bytes:
        """Bytes as they are now."""

    @abstractmethod
    def forget(self) -> None:
        """Free what was placed."""

    def run(self, step: Step, *values: np.ndarray) -> np.ndarray:
        """Call the kernel of a lowered operator.  values: int8 of each computed input.  Returns int8 of the output.

        Checks that the kernel writes neither before nor after its output and scratch."""
        self.forget()
        simd = self.form in SIMD_FORMS
        arrays = {c.suffix: c.simd if simd and c.simd is not None else c.values for c in step.constants}
        words = {suffix: self.place(values.tobytes()) for suffix, values in arrays.items()}
        words["parameters"] = self.place(bytes(self._fill(self.structs[step.struct_name], step.fields, words)))
        words |= {name: self.place(x.tobytes()) for name, x in zip(("input", "other"), values, strict=False)}
        sizes = {"output": step.target.elements, "scratch": step.scratch_bytes}
        areas = {name: self.place(bytes([GUARD]) * (size + 2 * MARGIN)) for name, size in sizes.items() if size}
        words |= {name: area + MARGIN for name, area in areas.items()}
        arguments = step.call_arguments({word: str(address) for word, address in words.items()})
        self.call(step.kernel, [int(argument) for argument in arguments])
        for name, area in areas.items():
            found = self.read(area, sizes[name] + 2 * MARGIN)
            if set(found[:MARGIN] + found[-MARGIN:]) != {GUARD}:
                raise AssertionError(f"{step.kernel} ({self.form}) writes outside its {name}")
        output = self.read(areas["output"] + MARGIN, sizes["output"])
        return np.frombuffer(output, np.int8).reshape(step.target.shape)

    def _fill(
        self, kind: type[ctypes.Structure], fields: dict[str, int | str], arrays: dict[str, int]
    ) -> ctypes.Structure:
        """A parameter struct from the members that the generator writes as C text."""
        struct, kinds = kind(), dict(kind._fields_)
        for name, value in fields.items():
            if isinstance(value, int):
                setattr(struct, name, value)
            elif value.startswith("{."):
                members = dict(re.findall(r"\.(\w+) = (\{layer\}_\w+|-?\d+)", value))
                inner = {n: int(v) if re.fullmatch(r"-?\d+", v) else v for n, v in members.items()}
                setattr(struct, name, self._fill(kinds[name], inner, arrays))
            else:
                setattr(struct, name, arrays[value.removeprefix("{layer}_")])
        return struct


class Kernels(AnyKernels):
    """The kernels of one form, compiled for the host."""

    def __init__(self, form: str, more: tuple[Path, ...] = ()) -> None:
        self.form = form
        self.structs = parameter_structs(ctypes.c_void_p)
        self.library = ctypes.CDLL(str(compiled(form, more)))
        self._placed: list[np.ndarray] = []

    def place(self, data: bytes) -> int:
        room = np.zeros(len(data) + 16, np.uint8)
        start = -room.ctypes.data % 16
        room[start : start + len(data)] = np.frombuffer(data, np.uint8)
        self._placed.append(room)
        return int(room.ctypes.data + start)

    def call(self, name: str, arguments: list[int]) -> None:
        getattr(self.library, name)(*(ctypes.c_void_p(argument) for argument in arguments))

    def read(self, address: int, length: int) -> bytes:
        return ctypes.string_at(address, length)

    def forget(self) -> None:
        self._placed.clear()


class _Bundle(ctypes.Structure):
    """struct bundle"""

    _fields_ = [
        ("name", ctypes.c_char_p),
        ("hash8", ctypes.c_char_p),
        ("input_bytes", ctypes.c_uint32),
        ("output_bytes", ctypes.c_uint32),
        ("arena_bytes", ctypes.c_uint32),
        ("load", ctypes.CFUNCTYPE(None, ctypes.c_char_p)),
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
        self.bundle.load(image.tobytes())

    def scores(self, image: np.ndarray) -> np.ndarray:
        """Scores of one uint8 image by run(), as the firmware calls it."""
        self._load(image)
        if self.bundle.run() != 0:
            raise AssertionError("run() failed")
        return np.frombuffer(ctypes.string_at(self.bundle.output(), self.bundle.output_bytes), np.int8)

    def layers(self, image: np.ndarray) -> list[Layer]:
        """Outputs of all layers that exist, each read from the arena right after its function, as a debugger would."""
        self._load(image)
        arena = np.frombuffer(self._arena, np.int8)
        found = []
        for layer in self.sidecar["layers"]:
            if layer["symbol"]:
                getattr(self.library, layer["symbol"])()
            out = layer["output"]
            if out["offset"] is None:
                continue  # fused into a later layer
            data = arena[out["offset"] : out["offset"] + out["bytes"]].reshape(out["shape"]).copy()
            found.append(Layer(layer["name"], out["tensor"], tuple(out["shape"]), data))
        return found
