"""What the programs in pytests/native/programs/check have to find, computed by Python's integers and NumPy.

Every function here repeats one of a program, in the same order; results are (label, 32-bit word) pairs.
"""

from __future__ import annotations

import random
import struct
from collections.abc import Iterator
from fractions import Fraction
from math import isqrt

import numpy as np

M32, M64 = 0xFFFFFFFF, 0xFFFFFFFFFFFFFFFF
NAN32, NAN64 = 0x7FC00000, 0x7FF8000000000000
Values = Iterator[tuple[str, int]]

INTEGER_CORNERS = [
    0,
    1,
    2,
    7,
    10,
    0x7F,
    0x80,
    0xFFFF,
    0x7FFFFFFF,
    0x80000000,
    M32,
    1 << 32,
    (1 << 63) - 1,
    1 << 63,
    M64,
]
FLOAT_CORNERS = [
    *(0x00000000, 0x80000000, 0x00000001, 0x807FFFFF, 0x00800000, 0x3F800000, 0x3F800001, 0xBF800000, 0x7F7FFFFF),
    *(0x7F800000, 0xFF800000, 0x7FC00000, 0x4F000000, 0xCF000000, 0x4EFFFFFF, 0x5F000000, 0x4B7FFFFF, 0x3EFFFFFF),
]
DOUBLE_CORNERS = [
    *(0x0000000000000000, 0x8000000000000000, 0x0000000000000001, 0x800FFFFFFFFFFFFF, 0x0010000000000000),
    *(0x3FF0000000000000, 0x3FF0000000000001, 0xBFF0000000000000, 0x7FEFFFFFFFFFFFFF, 0x7FF0000000000000),
    *(0xFFF0000000000000, 0x7FF8000000000000, 0x41E0000000000000, 0xC1E0000000000000, 0x41DFFFFFFFC00000),
    *(0x43E0000000000000, 0x36A0000000000000, 0x47EFFFFFF0000000, 0x3810000010000000, 0x40EFFFFFFFFFFFFF),
]


def operands(seed: int) -> tuple[list[tuple[int, int]], list[tuple[int, int]], list[tuple[int, int]]]:
    """Pairs of 64-bit integers, of float bits, and of double bits: corners and random ones."""
    r = random.Random(seed)

    def integer() -> int:
        return r.choice(INTEGER_CORNERS) if r.random() < 0.5 else r.getrandbits(64) >> r.randrange(64)

    def real(corners: list[int], bits: int, exponent: int, mantissa: int) -> int:
        if r.random() < 0.5:
            return r.choice(corners)
        bias = (1 << (exponent - 1)) - 1
        return r.getrandbits(1) << (bits - 1) | (bias + r.randrange(-40, 66)) << mantissa | r.getrandbits(mantissa)

    return (
        [(integer(), integer()) for _ in range(32)],
        [(real(FLOAT_CORNERS, 32, 8, 23), real(FLOAT_CORNERS, 32, 8, 23)) for _ in range(64)],
        [(real(DOUBLE_CORNERS, 64, 11, 52), real(DOUBLE_CORNERS, 64, 11, 52)) for _ in range(64)],
    )


def signed(value: int, bits: int) -> int:
    """Two's complement."""
    value &= (1 << bits) - 1
    return value - (1 << bits) if value >> (bits - 1) else value


def long(label: str, value: int) -> Values:
    """A 64-bit result: low word, high word."""
    yield label, value & M32
    yield label, value >> 32 & M32


def quotient(a: int, b: int) -> tuple[int, int]:
    """Division that rounds towards zero, as C has it."""
    q = abs(a) // abs(b)
    q = -q if (a < 0) != (b < 0) else q
    return q, a - q * b


def swap(value: int, length: int) -> int:
    """Bytes in the other order."""
    return int.from_bytes((value & ((1 << 8 * length) - 1)).to_bytes(length, "little"), "big")


# ---------------------------------------------------------------------- integers.c
def _arithmetic64(a: int, b: int) -> Values:
    sa, sb = signed(a, 64), signed(b, 64)
    for label, value in (
        ("add", a + b),
        ("subtract", a - b),
        ("multiply", a * b),
        ("negate", -a),
        ("swap", swap(a, 8)),
    ):
        yield from long(f"{label} 64", value)
    yield "clz 64", 64 - a.bit_length()
    yield "ctz 64", (a & -a).bit_length() - 1 if a else 64
    yield "popcount 64", a.bit_count()
    yield "add overflow", int(sa + sb != signed(sa + sb, 64))
    yield "multiply overflow", int(sa * sb != signed(sa * sb, 64))
    yield from long("sum", sa + sb)
    yield from long("product", sa * sb)


def _divide(a: int, b: int, bits: int) -> list[int]:
    sa, sb = signed(a, bits), signed(b, bits)
    defined = sb != 0 and not (sa == -(1 << (bits - 1)) and sb == -1)
    return [*(divmod(a, b) if b else (0, 0)), *(quotient(sa, sb) if defined else (0, 0))]


def _shift64(a: int, b: int) -> Values:
    n = b & 63
    yield from long("shift left 64", a << n)
    yield from long("shift right 64", a >> n)
    yield from long("arithmetic shift 64", signed(a, 64) >> n)
    yield from long("rotate 64", (a << n | a >> (64 - n)) if n else a)


def _words(a: int, b: int) -> Values:
    sa, sb, n = signed(a, 32), signed(b, 32), b & 31
    yield "multiply", a * b & M32
    yield from long("multiply long", a * b)
    yield from long("multiply long signed", sa * sb)
    yield from long("multiply and add", a * b + a + b)
    for label, value in zip(("divide", "modulo", "signed divide", "signed modulo"), _divide(a, b, 32), strict=True):
        yield label, value & M32
    for label, value in (
        ("by 10", a // 10),
        ("by 7", quotient(sa, 7)[0]),
        ("modulo 1000", quotient(sa, 1000)[1]),
        ("shift left", a << n),
        ("shift right", a >> n),
        ("arithmetic shift", sa >> n),
        ("rotate", a >> n | a << (32 - n)),
        ("swap", swap(a, 4)),
        ("clz", 32 - a.bit_length()),
        ("sign extend byte", signed(a, 8)),
        ("sign extend half", signed(a, 16)),
        ("zero extend", (a & 0xFF) + (b & 0xFFFF)),
        ("popcount", (a & ~b).bit_count()),
        ("compare", (a < b) | (sa < sb) << 1 | (sa >= sb) << 2 | (a > b) << 3),
        ("select", a if sa > sb else b),
    ):
        yield label, value & M32


def integers(pairs: list[tuple[int, int]]) -> Values:
    """check_integers"""
    for a, b in pairs:
        sa, sb = signed(a, 64), signed(b, 64)
        yield from _arithmetic64(a, b)
        for label, value in zip(("divide", "modulo", "signed divide", "signed modulo"), _divide(a, b, 64), strict=True):
            yield from long(f"{label} 64", value)
        yield from _shift64(a, b)
        yield "compare 64", (a < b) | (a <= b) << 1 | (a == b) << 2 | (sa < sb) << 3 | (sa <= sb) << 4 | (sa > 0) << 5
        yield from _words(a & M32, b & M32)


# ---------------------------------------------------------------------- floats.c
def _bits(value: np.floating) -> int:
    if np.isnan(value):
        return NAN32 if value.dtype == np.float32 else NAN64
    return int(value.view(np.uint32 if value.dtype == np.float32 else np.uint64))


def _put(label: str, value: np.floating) -> Values:
    if value.dtype == np.float32:
        yield label, _bits(value)
    else:
        yield from long(label, _bits(value))


def rounded(exact: Fraction, kind: type) -> np.floating:
    """The nearest number of a format, ties to even; overflow gives infinity. exact must not be 0."""
    precision, lowest = (24, -149) if kind is np.float32 else (53, -1074)
    magnitude = abs(exact)
    exponent = magnitude.numerator.bit_length() - magnitude.denominator.bit_length()
    exponent -= magnitude < Fraction(2) ** exponent
    unit = max(exponent - precision + 1, lowest)
    scaled = round(magnitude / Fraction(2) ** unit)  # Python rounds halves to even
    top = 128 if kind is np.float32 else 1024
    infinite = scaled.bit_length() + unit > top
    value = kind("inf") if infinite else kind(np.ldexp(float(scaled), unit))
    return -value if exact < 0 else value


def _fused(a: np.floating, b: np.floating, c: float, kind: type) -> np.floating:
    if not (np.isfinite(a) and np.isfinite(b)):
        return kind(np.float64(a) * np.float64(b) + c)
    exact = Fraction(float(a)) * Fraction(float(b)) + Fraction(c)
    return rounded(exact, kind) if exact else kind(0)


def _root(a: np.floating, kind: type) -> np.floating:
    """From the integer square root, so that no library's rounding is relied on."""
    if not a > 0 or np.isinf(a):
        return kind(np.sqrt(a)) if not a < 0 else kind("nan")
    exact = Fraction(float(a))
    scale = 1 << 1300
    low = isqrt(exact.numerator * scale * scale // exact.denominator)
    inside = low * low * exact.denominator == exact.numerator * scale * scale
    return rounded(Fraction(2 * low + (0 if inside else 1), 2 * scale), kind)


def _reals(pairs: list[tuple[int, int]], kind: type, with_fpu: bool) -> Values:
    form = "<I" if kind is np.float32 else "<Q"
    for pair in pairs:
        a, b = (np.frombuffer(struct.pack(form, bits), kind)[0] for bits in pair)
        for label, value in (("+", a + b), ("-", a - b), ("*", a * b), ("/", np.divide(a, b)), ("neg", -a)):
            yield from _put(f"{kind.__name__} {label}", value)
        unordered = np.isnan(a) or np.isnan(b)
        relations = (a < b, a <= b, a == b, a != b, a > b, a >= b, unordered)
        yield f"{kind.__name__} compare", sum(int(bit) << k for k, bit in enumerate(relations))
        other = np.float64 if kind is np.float32 else np.float32
        yield from _put(f"{kind.__name__} converted", other(a))
        for low, high, size in ((-(2**31), 2**31, 1), (-1, 2**32, 1), (-(2**63), 2**63, 2), (-1, 2**64, 2)):
            inside = (a >= low if low < -1 else a > low) and a < high
            value = int(a) if inside else 0
            name = f"{kind.__name__} to integer below {high}"
            yield from (long(name, value) if size == 2 else iter([(name, value & M32)]))
        yield from _put(f"{kind.__name__} chain", a * a - b * kind(0.5) + kind(1))
        if with_fpu:
            yield from _put(f"{kind.__name__} sqrt", _root(a, kind))
            yield from _put(f"{kind.__name__} fma", _fused(a, b, 1.5, kind))


def _from_integer(a: int) -> Values:
    for kind in (np.float32, np.float64):
        for value in (signed(a, 32), a & M32, signed(a, 64), a):
            exact = rounded(Fraction(value), kind) if value else kind(0)
            yield from _put(f"{kind.__name__} from {value}", exact)
    yield from _put("from half", np.float32(signed(a, 16) * 0.125))


def floats(
    singles: list[tuple[int, int]], doubles: list[tuple[int, int]], pairs: list[tuple[int, int]], fpu: int
) -> Values:
    """check_floats. fpu: 0 none, 1 single, 2 single and double precision."""
    with np.errstate(all="ignore"):
        yield from _reals(singles, np.float32, fpu >= 1)
        yield from _reals(doubles, np.float64, fpu >= 2)
        for a, _ in pairs:
            yield from _from_integer(a)
