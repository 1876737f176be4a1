"""Which encodings each side takes, and what the form tables say about them."""

from __future__ import annotations

import ctypes
from collections.abc import Iterable, Sequence

import numpy as np
from dual import CODE_BASE, CODE_SIZE, DATA_BASE, DATA_SIZE, WFI, Cores, Oracle, driver
from forms import FIXED, Form
from numpy.typing import NDArray

STEP = 8  # bytes of code for one encoding
Words = NDArray[np.uint32]
Flags = NDArray[np.bool_]


def oracle_accepts(v6m: bool, words: Words) -> Flags:
    """Does Unicorn's model execute each encoding (first halfword << 16 | second)? Faulting otherwise is a yes."""
    oracle = Oracle(v6m)
    oracle.uc.mem_write(DATA_BASE, bytes(DATA_SIZE))
    cores = Cores(data_base=DATA_BASE, data_size=DATA_SIZE, code_base=CODE_BASE, code_size=CODE_SIZE)
    oracle.fill(cores, v6m)
    per_load = CODE_SIZE // STEP
    parts: list[Flags] = []
    for start in range(0, len(words), per_load):
        batch = words[start : start + per_load]
        code = np.full((per_load, STEP // 2), WFI, np.uint16)
        code[: len(batch), 0] = batch >> 16
        code[: len(batch), 1] = batch & 0xFFFF
        oracle.load_code(code.tobytes())
        out = (ctypes.c_uint8 * len(batch))()
        driver().oracle_accepts(ctypes.byref(cores), CODE_BASE, STEP, len(batch), 1, out)
        parts.append(np.frombuffer(out, np.uint8) != 0)
    return np.concatenate(parts)


def core_accepts(handle: ctypes.c_void_p, decodes: ctypes.c_void_p, words: Words) -> Flags:
    """Does our decoder take each encoding? decodes: the address of dr_decodes."""
    array = np.ascontiguousarray(words, np.uint32)
    out = (ctypes.c_uint8 * len(array))()
    pointer = array.ctypes.data_as(ctypes.c_void_p)
    driver().core_accepts(handle, decodes, pointer, ctypes.c_uint32(len(array)), out)
    return np.frombuffer(out, np.uint8) != 0


def match(form: Form, words: Words, strict: bool = True) -> Flags:
    """Which words have the fixed bits of the (single) instruction of a form; if strict, the "should be" bits too."""
    pattern = form.patterns[0].ljust(32, "x")
    fixed = FIXED if strict else {"0": 0, "1": 1}
    mask = int("".join("1" if c in fixed else "0" for c in pattern), 2)
    value = int("".join(str(fixed.get(c, 0)) for c in pattern), 2)
    return (words & np.uint32(mask)) == np.uint32(value)


def field_values(form: Form, words: Words) -> dict[str, Words]:
    """The fields of a form in each of many words."""
    values = {letter: np.zeros(len(words), np.uint32) for letter in form.fields()}
    for position, letter in enumerate(form.patterns[0].ljust(32, "0")):
        if letter in values:
            values[letter] = values[letter] << np.uint32(1) | (words >> np.uint32(31 - position) & np.uint32(1))
    return values


def _allowed(form: Form, words: Words) -> Flags:
    fields = field_values(form, words)
    allowed = np.ones(len(words), bool)
    for letter in form.restricted_registers():
        allowed &= (fields[letter] != 13) & (fields[letter] != 15)
    if form.constraint:
        columns = [fields[letter].tolist() for letter in fields]
        for index in np.flatnonzero(allowed):
            values = {letter: column[index] for letter, column in zip(fields, columns, strict=True)}
            allowed[index] = form.allows(values)
    return allowed


def defined(forms: Iterable[Form], words: Words) -> tuple[Flags, Flags]:
    """(defined, known): words that some form allows; words that have the fixed bits of some form.

    What is known and not defined is UNPREDICTABLE; what is not known is UNDEFINED."""
    allowed = np.zeros(len(words), bool)
    known = np.zeros(len(words), bool)
    for form in forms:
        known |= match(form, words, strict=False)
        hits = np.flatnonzero(match(form, words) & ~allowed)
        allowed[hits] = _allowed(form, words[hits])
    return allowed, known


def near_misses(forms: Sequence[Form], count: int, rng: np.random.Generator) -> Words:
    """`count` encodings of 32-bit forms, equally many of each, with no, one or two bits turned over."""
    patterns = [form.patterns[0] for form in forms if len(form.patterns) == 1 and len(form.patterns[0]) == 32]
    masks = np.array([int("".join("01"[c in FIXED] for c in p), 2) for p in patterns], np.uint32)
    fixed = np.array([int("".join(str(FIXED.get(c, 0)) for c in p), 2) for p in patterns], np.uint32)
    chosen = rng.integers(0, len(patterns), 2 * count)
    words = fixed[chosen] | (rng.integers(0, 1 << 32, 2 * count, np.uint32) & ~masks[chosen])
    for _ in range(2):
        words ^= rng.integers(0, 2, 2 * count, np.uint32) << rng.integers(0, 32, 2 * count, np.uint32)
    return words[words >= 0xE800_0000][:count]
