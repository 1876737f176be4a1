"""Which encodings are instructions: our decoders against the form tables and against Unicorn's.

The tables say of each encoding that it is defined, UNPREDICTABLE (its form is there, its fields are not allowed) or
UNDEFINED. What is defined must be taken, what is UNDEFINED refused; UNPREDICTABLE ones are refused but for
UNPREDICTABLE_TAKEN. Where Unicorn sees a defined or an UNDEFINED encoding otherwise, the reason must stand in
ORACLE_EXCEPTIONS.
"""

from __future__ import annotations

import ctypes
from collections import Counter
from collections.abc import Callable

import numpy as np
import pytest
from accepts import Flags, Words, core_accepts, defined, near_misses, oracle_accepts
from dual import ROUNDS, Ours
from forms import Form, parse_forms
from forms_fpu import FPU
from forms_thumb import THUMB16, THUMB16_V7M, THUMB32_V6M, UNRUN16, UNRUN16_V7M, UNRUN32_V6M
from forms_v7m import FLOAT_LOAD_STORE, THUMB32_V7M, UNRUN32_V7M

WORDS = 1_000_000 * ROUNDS

# mask, value, who takes it wrongly or refuses it wrongly, and why. Halfwords stand in the upper half.
ORACLE_EXCEPTIONS = [
    ("v6m", 0xF500_0000, 0xB100_0000, "CBZ, CBNZ are not in Armv6-M (DDI 0419, A5.2.5); Unicorn's M0 takes them"),
    ("v6m", 0xFF00_0000, 0xBF00_0000, "IT is not in Armv6-M (DDI 0419, A5.2.5); Unicorn's M0 takes it"),
    ("v6m", 0xFFE8_0000, 0xB660_0000, "CPS has I only in Armv6-M (DDI 0419, CPS); Unicorn's M0 takes F and none"),
    ("any", 0xFFF7_0000, 0xB650_0000, "SETEND is not in the M profile (DDI 0403E, A5.2.5); Unicorn takes it"),
    ("v7m", 0xF800_D000, 0xF000_C000, "BLX (immediate) is not in the M profile (DDI 0403E, A5.3.4); Unicorn takes it"),
    ("v7m", 0xEFE0_0000, 0xEC00_0000, "op1 00000x is UNDEFINED (DDI 0403E, A5.3.18); Unicorn has some as NOCP"),
    ("v7m", 0xFF10_0000, 0xF900_0000, "Advanced SIMD loads, stores are UNDEFINED (DDI 0403E, A5.3); Unicorn has some"),
    ("v7m", 0xFFE0_0F10, 0xEEE0_0A10, "VMRS, VMSR reach FPSCR only (DDI 0403E, A7.7); Unicorn takes FPSID, FPEXC"),
]  # fmt: skip

# UNPREDICTABLE encodings are refused, all but these. mask, value, why.
UNPREDICTABLE_TAKEN = [
    (0xFFC0_0000, 0x4500_0000, "CMP (register) T2 of two low registers: executed"),
    (0xFFFF_0000, 0x4778_0000, "BX PC: executed, an INVSTATE fault, as bit 0 is clear"),
    (0xFE70_F000, 0xF830_F000, "LDRH, LDRSH with R15 as target: a memory hint without effect"),
    (0xFE00_0F01, 0xEC00_0B01, "VLDM, VSTM of doubles with an odd word count (FLDMX, FSTMX): executed"),
]


def _forms(*tables: str) -> list[Form]:
    return [form for table in tables for form in parse_forms(table) if len(form.patterns) == 1]


def _core(v6m: bool) -> Callable[[Words], Flags]:
    core = Ours(v6m).core
    address = ctypes.cast(core.lib.dr_decodes, ctypes.c_void_p)
    return lambda words: core_accepts(core.handle, address, words)


def _reason(architecture: str, word: int) -> str | None:
    for where, mask, value, text in ORACLE_EXCEPTIONS:
        if where in (architecture, "any") and word & mask == value:
            return text
    return None


def _rule(word: int) -> str | None:
    return next((text for mask, value, text in UNPREDICTABLE_TAKEN if word & mask == value), None)


def _oracle(architecture: str, words: Words, expected: Flags, certain: Flags) -> Flags:
    """Unicorn's verdict; an unexpected one is asked for again in a fresh engine, because faults leave traces in it."""
    v6m = architecture == "v6m"
    taken = oracle_accepts(v6m, words).copy()
    for index in np.flatnonzero(certain & (taken != expected)):
        if _reason(architecture, int(words[index])) is None:
            taken[index] = oracle_accepts(v6m, words[index : index + 1])[0]
    return taken


def _compare(architecture: str, words: Words, forms: list[Form], unit: str) -> str:
    """Assert what the module says; returns the summary line."""
    is_defined, known = defined(forms, words)
    ours = _core(architecture == "v6m")(words)
    certain = is_defined | ~known
    wrong = [f"{words[i]:08x}" for i in np.flatnonzero(certain & (ours != is_defined))]
    assert not wrong, f"{len(wrong)} encodings decoded against the manual: {wrong[:20]}"
    theirs = _oracle(architecture, words, is_defined, certain)
    otherwise = [int(words[i]) for i in np.flatnonzero(certain & (theirs != ours))]
    reasons = Counter(_reason(architecture, word) for word in otherwise)
    unlisted = [f"{word:08x}" for word in otherwise if _reason(architecture, word) is None]
    assert not unlisted, f"{len(unlisted)} encodings the oracle sees otherwise, no reason listed: {unlisted[:20]}"
    taken = Counter(_rule(int(words[i])) for i in np.flatnonzero(~certain & ours))
    assert None not in taken, f"{taken[None]} UNPREDICTABLE encodings taken without a rule"
    counts = {"defined": is_defined, "UNDEFINED": ~known, "UNPREDICTABLE": ~certain}
    kinds = ", ".join(f"{int(flags.sum())} {kind}" for kind, flags in counts.items())
    listed = "".join(f"\n    {count} {text}" for text, count in sorted((reasons + taken).items(), key=str))
    return (
        f"decoder {architecture}: {len(words)} {unit}: {kinds} (we take {taken.total()} of these, "
        f"Unicorn {int((~certain & theirs).sum())}); "
        f"disagreements with the manual: 0, with Unicorn: {len(otherwise)}, all listed{listed}"
    )


@pytest.mark.parametrize("architecture", ["v6m", "v7m"])
def test_every_halfword_is_decoded_as_the_manual_has_it(
    architecture: str, record_property: Callable[[str, object], None]
) -> None:
    tables = [THUMB16, UNRUN16] + ([] if architecture == "v6m" else [THUMB16_V7M, UNRUN16_V7M])
    halfwords = (np.arange(0x10000, dtype=np.uint32) << 16) | 0xBF30
    words = halfwords[halfwords < 0xE800_0000]  # above: the first half of a 32-bit instruction
    record_property("summary", _compare(architecture, words, _forms(*tables), "halfwords (all below 0xE800)"))


@pytest.mark.parametrize("architecture", ["v6m", "v7m"])
@pytest.mark.long
def test_a_million_words_are_decoded_as_the_manual_has_it(
    architecture: str, record_property: Callable[[str, object], None]
) -> None:
    tables = [THUMB32_V6M, UNRUN32_V6M]
    if architecture == "v7m":
        tables += [THUMB32_V7M, FLOAT_LOAD_STORE, FPU, UNRUN32_V7M]
    forms = _forms(*tables)
    count = WORDS if architecture == "v7m" else WORDS // 4
    rng = np.random.default_rng(20)
    uniform = rng.integers(0xE800_0000, 1 << 32, count // 2, np.uint32)
    words = np.concatenate([uniform, near_misses(forms, count // 2, rng)])
    record_property("summary", _compare(architecture, words, forms, "words"))
