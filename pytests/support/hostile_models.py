"""Damaged `.tflite` files, from a seed: bytes that are wrong, and models whose numbers are."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Any

import flatbuffers
import numpy as np
from ai_edge_litert import schema_py_generated as schema

WORDS = (0, 1, 2, 4, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0xFFFF, 0x10000, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFC, 0xFFFFFFFF)
NUMBERS = (
    -(2**31),
    -32769,
    -129,
    -2,
    -1,
    0,
    1,
    2,
    3,
    5,
    7,
    64,
    127,
    128,
    255,
    4096,
    32767,
    32768,
    65536,
    2**30,
    2**31 - 1,
)

Random = np.random.Generator


def damaged(random: Random, data: bytes) -> bytes:
    """Some bytes changed, cut off, doubled or cleared."""
    file = bytearray(data)
    for _ in range(int(random.integers(1, 6))):
        if len(file) < 16:
            break
        at = int(random.integers(len(file))) if random.random() < 0.4 else int(random.integers(min(len(file), 2500)))
        match int(random.integers(6)):
            case 0:
                file[at] = int(random.integers(256))
            case 1:
                file[at] ^= 1 << int(random.integers(8))
            case 2:
                at = min(at & ~3, len(file) - 4)
                word = int(random.choice(WORDS)) if random.random() < 0.8 else int(random.integers(2 * len(file)))
                file[at : at + 4] = struct.pack("<I", word)
            case 3:
                at = min(at & ~1, len(file) - 2)
                file[at : at + 2] = struct.pack("<H", int(random.choice(WORDS)) & 0xFFFF)
            case 4:
                source = int(random.integers(len(file)))
                count = int(random.integers(1, 40))
                file[at : at + count] = file[source : source + count]
            case _:
                if random.random() < 0.3:
                    del file[int(random.integers(len(file))) :]
                else:
                    file[at : at + 8] = bytes(len(file[at : at + 8]))
    return bytes(file)


def _places(value: Any, depth: int = 0) -> Iterator[tuple[Any, str | int]]:
    """Every number in a model's objects, as where it is kept and under which name or index."""
    if depth > 8:
        return
    items = enumerate(value) if isinstance(value, list) else vars(value).items() if hasattr(value, "__dict__") else ()
    for key, inner in items:
        if isinstance(inner, (bool, int, float, np.integer, np.floating)):
            yield value, key
        elif isinstance(inner, np.ndarray):
            if inner.size and inner.size < 64:
                yield value, key
        elif inner is not None and not isinstance(inner, (bytes, str)):
            yield from _places(inner, depth + 1)


def wrong_numbers(random: Random, data: bytes) -> bytes | None:
    """The same model with some numbers replaced: shapes, types, scales, options. None if it cannot be packed."""
    model = schema.ModelT.InitFromPackedBuf(data)
    places = list(_places(model))
    for _ in range(int(random.integers(1, 4))):
        owner, key = places[int(random.integers(len(places)))]
        old = owner[key] if isinstance(owner, list) else getattr(owner, str(key))
        new: Any = int(random.choice(NUMBERS))
        if isinstance(old, np.ndarray):
            changed = old.copy()
            with np.errstate(all="ignore"):
                value = (
                    np.float64(random.choice([0, -1, 1e-30, 1e30, np.inf, np.nan])) if old.dtype.kind == "f" else new
                )
                changed[int(random.integers(old.size))] = np.array(value).astype(old.dtype)
            new = changed
        elif isinstance(old, (float, np.floating)):
            new = float(random.choice([0, -1, 1e-30, 1e30, np.inf, np.nan, 0.5]))
        if isinstance(owner, list):
            owner[int(key)] = new
        else:
            setattr(owner, str(key), new)
    try:
        builder = flatbuffers.Builder(1024)
        builder.Finish(model.Pack(builder), b"TFL3")
        return bytes(builder.Output())
    except (TypeError, ValueError, OverflowError, AttributeError, struct.error):
        return None
