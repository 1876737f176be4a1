"""Floating-point arithmetic against exact rational arithmetic, rounded here by the definition of IEEE 754.

Independent of any emulator: results are computed as fractions and rounded once, with the flags that DDI 0403E, A2.5
(FPRound) gives. Special values, NaNs and modes are in test_fpu_values.py.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

import pytest
from fpu_machine import FpuMachine

OVERFLOW, UNDERFLOW, INEXACT = 4, 8, 16
NEAREST, UP, DOWN, ZERO = range(4)
RUNS = 700  # random operand sets of each operation, precision and rounding mode


@dataclass(frozen=True)
class Precision:
    """A binary format: p significant bits, exponents emin..emax of normal numbers."""

    bits: int
    p: int
    emax: int

    @property
    def emin(self) -> int:
        return 1 - self.emax

    def value(self, pattern: int) -> Fraction:
        """The number that a finite bit pattern stands for."""
        fraction_bits = self.p - 1
        fraction = pattern & ((1 << fraction_bits) - 1)
        exponent = pattern >> fraction_bits & (2 * self.emax + 1)
        magnitude = (
            Fraction(fraction) * Fraction(2) ** (self.emin - fraction_bits)
            if exponent == 0
            else Fraction(fraction + (1 << fraction_bits)) * Fraction(2) ** (exponent - self.emax - fraction_bits)
        )
        return -magnitude if pattern >> (self.bits - 1) else magnitude


SINGLE, DOUBLE = Precision(32, 24, 127), Precision(64, 53, 1023)


def _rounded_quotient(value: Fraction, mode: int, negative: bool) -> tuple[int, bool]:
    """(integer, was it inexact) of a magnitude."""
    whole, rest = divmod(value.numerator, value.denominator)
    up = {
        NEAREST: 2 * rest > value.denominator or (2 * rest == value.denominator and whole & 1),
        UP: rest > 0 and not negative,
        DOWN: rest > 0 and negative,
        ZERO: False,
    }[mode]
    return whole + bool(up), rest > 0


def _exponent(magnitude: Fraction) -> int:
    """floor(log2(magnitude))."""
    guess = magnitude.numerator.bit_length() - magnitude.denominator.bit_length()
    return guess if Fraction(2) ** guess <= magnitude else guess - 1


def rounded(f: Precision, value: Fraction, mode: int) -> tuple[int, int]:
    """(bit pattern, flags) of a number that is not zero."""
    negative, magnitude = value < 0, abs(value)
    exponent = _exponent(magnitude)
    tiny = exponent < f.emin
    unit = Fraction(2) ** (max(exponent, f.emin) - (f.p - 1))
    integer, inexact = _rounded_quotient(magnitude / unit, mode, negative)
    sign = int(negative) << (f.bits - 1)
    flags = (INEXACT if inexact else 0) | (UNDERFLOW if tiny and inexact else 0)
    pattern = integer if tiny else integer + ((exponent - f.emin) << (f.p - 1))
    infinity = (2 * f.emax + 1) << (f.p - 1)
    if pattern >= infinity:
        to_infinity = mode == NEAREST or mode == (DOWN if negative else UP)
        return sign | (infinity if to_infinity else infinity - 1), OVERFLOW | INEXACT
    return sign | pattern, flags


def rounded_root(f: Precision, value: Fraction, mode: int) -> tuple[int, int]:
    """The square root: an approximation so fine that it rounds alike, exact where the root is."""
    scale = 4**1200
    scaled = value * scale
    root = math.isqrt(scaled.numerator // scaled.denominator)
    exact = Fraction(root) ** 2 == scaled
    return rounded(f, Fraction(root * 2 + (0 if exact else 1), 2) / 2**1200, mode)


def _pattern(f: Precision, rng: random.Random, near: int) -> int:
    """A finite operand; often close to another one in value or exponent, sparse, or at an end of the range."""
    kind = rng.randrange(8)
    fraction = rng.getrandbits(f.p - 1)
    sign = rng.getrandbits(1) << (f.bits - 1)
    if kind == 0:
        return sign | (near & ((1 << (f.bits - 1)) - 1) ^ rng.getrandbits(3))
    if kind == 1:
        return sign | rng.randrange(3) << (f.p - 1) | fraction
    if kind == 2:
        return sign | (2 * f.emax - rng.randrange(3)) << (f.p - 1) | fraction
    if kind == 3:
        return sign | (f.emax + rng.randrange(-30, 30)) << (f.p - 1) | rng.getrandbits(3) << (f.p - 4)
    if kind == 4:
        return sign | (f.emax // 2 + rng.randrange(-60, 60)) << (f.p - 1) | fraction
    return sign | (f.emax + rng.randrange(-60, 60)) << (f.p - 1) | fraction


Operation = Callable[[Fraction, Fraction, Fraction], Fraction]
OPERATIONS: dict[str, tuple[int, Operation]] = {
    # D, N, M = 0, 1, 2 as singles and as doubles; the encodings are of DDI 0403E, A7.7
    "VADD": (0xEE30_0A81, lambda d, n, m: n + m),
    "VSUB": (0xEE30_0AC1, lambda d, n, m: n - m),
    "VMUL": (0xEE20_0A81, lambda d, n, m: n * m),
    "VDIV": (0xEE80_0A81, lambda d, n, m: n / m),
    "VFMA": (0xEEA0_0A81, lambda d, n, m: d + n * m),
    "VFNMS": (0xEE90_0A81, lambda d, n, m: n * m - d),
}
WIDE = {name: (code & ~0xF00AF | 0x1_0102) for name, (code, _) in OPERATIONS.items()}


@pytest.mark.parametrize("mode", range(4), ids=["nearest", "up", "down", "zero"])
@pytest.mark.parametrize("f", [SINGLE, DOUBLE], ids=["single", "double"])
@pytest.mark.parametrize("name", OPERATIONS)
def test_arithmetic_rounds_the_exact_result_once(name: str, f: Precision, mode: int) -> None:
    code, operation = OPERATIONS[name]
    code = code if f is SINGLE else WIDE[name]
    machine, rng = FpuMachine(), random.Random(f"{name} {f.bits} {mode}")
    for _ in range(RUNS):
        n = _pattern(f, rng, 0)
        m = _pattern(f, rng, n)
        d = _pattern(f, rng, rng.choice((n, m)))
        if name == "VDIV" and f.value(m) == 0:
            continue
        exact = operation(f.value(d), f.value(n), f.value(m))
        if exact == 0:
            continue
        before = mode << 22 | rng.choice((0, INEXACT))
        found = machine.run(code, [d, n, m], before, f.bits)
        pattern, flags = rounded(f, exact, mode)
        assert found == (pattern, before | flags), f"{name} d={d:x} n={n:x} m={m:x}"


@pytest.mark.parametrize("mode", range(4), ids=["nearest", "up", "down", "zero"])
@pytest.mark.parametrize("f", [SINGLE, DOUBLE], ids=["single", "double"])
def test_square_roots_round_the_exact_result_once(f: Precision, mode: int) -> None:
    machine, rng = FpuMachine(), random.Random(f"sqrt {f.bits} {mode}")
    code = 0xEEB1_0AE0 if f is SINGLE else 0xEEB1_0BC1  # S0 from S1, D0 from D1
    for _ in range(RUNS):
        m = _pattern(f, rng, 0) & ((1 << (f.bits - 1)) - 1)
        if m == 0:
            continue
        found = machine.run(code, [0, m], mode << 22, f.bits)
        pattern, flags = rounded_root(f, f.value(m), mode)
        assert found == (pattern, mode << 22 | flags), f"sqrt {m:x}"
