"""What the programs in pytests/native/programs/check have to find about the language: see check_values.py."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from functools import cmp_to_key, reduce

from check_values import M32, M64, Values, long, signed


# ---------------------------------------------------------------------- language.c
def _switches() -> Values:
    for k in range(10):
        yield "short switch", ((0x1234 + k) * (2 * k + 3) + k) & M32 if k < 8 else 1
    log = [0, 0, 0, 0]
    for n in range(42):
        x = 0x89AB * n & M32
        if n < 40:
            log[n & 3] = (x + n) & M32
            x = ((x ^ (0x01010101 * (n + 1) & M32)) + log[(n + 1) & 3]) & M32
            log[(n + 2) & 3] = x * 5 & M32
        else:
            x = 0
        yield f"long switch {n}", (x + log[0] + log[1] * 3 + log[2] * 7 + log[3] * 11) & M32
    for value in (10, 11, 12, 13, 14, 15, 16):
        yield "sparse switch", value
    for value in (1, 2, 3, 4):
        yield "wide switch", value


def _bit_fields() -> Values:
    for k in range(8):
        x = 0x9E3779B9 * (k + 1) & M32
        yield "unsigned 3", (x + 1) & 7
        yield "signed 5", signed(x >> 3, 5) & M32
        yield "unsigned 11", x >> 5 & 0x7FF
        yield "signed 13", signed((x >> 7) - 3, 13) & M32
        yield from long("unsigned 37", ((x << 9 | x) + 0x123456789) & ((1 << 37) - 1))
        yield from long("signed 27", signed(-x, 27) & M64)
        yield "unsigned 1", x >> 1 & 1
        yield "signed 7", signed(x, 7) & M32


def _ackermann(m: int, n: int) -> int:
    return n + 1 if m == 0 else _ackermann(m - 1, 1 if n == 0 else _ackermann(m, n - 1))


def _functions() -> Values:
    numbers = [100000, 77, 13, M32, 9]
    folds: list[Callable[[int, int], int]] = [
        lambda a, b: a + b,
        lambda a, b: a - b,
        lambda a, b: a * b,
        lambda a, b: a ^ b,
    ]
    for fold in folds:
        yield "fold", reduce(lambda a, b, fold=fold: fold(a, b) & M32, numbers)
    yield "ackermann", _ackermann(2, 5)
    fibonacci = [0, 1]
    while len(fibonacci) < 16:
        fibonacci.append(fibonacci[-1] + fibonacci[-2])
    yield "fibonacci", fibonacci[15]
    yield "even, odd", 0 << 1 | 1
    keys = [signed(0x9E3779B9 * (k + 5), 32) for k in range(32)]
    for value in sorted(keys):
        yield "sorted", value & M32
    order = cmp_to_key(lambda a, b: (b & 0xFF) - (a & 0xFF) or (a > b) - (a < b))
    for value in sorted(keys, key=order):
        yield "sorted by low byte", value & M32
    value = 1
    for code in (1, 2, 2, 1, 3, 2, 1):
        value = (value + 1, value * 2, -value)[code - 1]
    yield "interpreted", value & M32


def language() -> Values:
    """check_language"""
    yield from _switches()
    yield from _bit_fields()
    yield from _functions()


# ---------------------------------------------------------------------- calls.c
def _jumps(seed: int) -> Values:
    for value in (0, 100, 200, 1):
        yield "setjmp", value
    for k in range(6):
        yield "kept", seed * (k + 1)
    yield "kept double", seed


def _sum(arguments: list[int], more: int = 0) -> int:
    return (reduce(lambda total, value: total * 31 + value, arguments, 0) + more) & M64


def _variable_arguments() -> Values:
    word = 0xCAFEBABE
    yield from long("i", _sum([-5], -5))
    yield from long("il", _sum([1, 0x123456789ABCDEF], 1))
    yield from long("lil", _sum([7, -9, M64]))
    yield from long("idid", _sum([3, 2560, -4, -1792], 3))
    yield from long("pidlpid", _sum([word, 12, 1024000000, 5, word, -1, 1]))


def _structures() -> Values:
    three = [1, 2, 250]
    for by in (7, 9):
        three = [(three[1] + by) & 0xFF, three[2], three[0]]
    yield "three bytes", three[0] | three[1] << 8 | three[2] << 16
    a, b = 0x11111111, 0x2222222233333333
    for before, after in ((3, 0x44444444), (5, 6)):
        a, b = ((b >> 32) + before) & M32, a << 32 | after
    yield "pair", a
    yield from long("pair", b)
    for k in range(11):
        yield "large", (2 * 0x01010101 * k + 3) & M32
    vector = [1.5, -2.0, 3.25, 4.0]
    for by, more in ((2.0, 0.5), (8.0, 4.0)):
        vector = [vector[3] * by, vector[2] * by, vector[1] * by, vector[0] * more]
    for value in vector:
        yield "vector", int(value * 16) & M32
    yield "mixed", int((1.25 + 100.5 + 3) * 4)
    yield "mixed", 0xABCD ^ 0x1234
    yield "mixed", int((2.0 * 1.5 - 0.25) * 4)


def calls() -> Values:
    """check_calls"""
    yield from _jumps(0x1357)
    yield from _variable_arguments()
    yield from _structures()


# ---------------------------------------------------------------------- memory.c
def _pattern(k: int) -> int:
    return (k * 37 + 11) & 0xFF


def _packed() -> Values:
    rows = [(k, 0x11223344 * (k + 1), 0xA0B0 + k, 0x0102030405060708 * (k + 1), -1000 - k) for k in range(3)]
    for byte in b"".join(struct.pack("<BIHQh", *row) for row in rows):
        yield "packed byte", byte
    for row in rows:
        yield "packed words", (row[1] + row[2]) & M32
        yield from long("packed long", row[3] + row[4])


def memory() -> Values:
    """check_memory"""
    yield "memcpy", 5 * 5 * (9 + 5)
    yield "memmove", 8 * 8
    total = 0
    for to in range(4):
        target = bytearray(b"\xa5" * 96)
        target[to : to + 21 + to] = bytes([0x3C + to]) * (21 + to)
        total = reduce(lambda t, byte: (t * 3 + byte) & M32, target, total)
    yield "memset", total
    yield "memcmp equal", 1
    yield "memcmp", (_pattern(20) < (_pattern(20) + 1 & 0xFF)) * 3
    yield from _packed()
    for count in (7, 200):
        yield "on the stack", sum((k * k & 0xFFFF) * (k + 1) for k in range(count)) & M32


# ---------------------------------------------------------------------- dsp.c
def _clamp(value: int, bits: int) -> int:
    return max(-(1 << (bits - 1)), min((1 << (bits - 1)) - 1, value))


def _lanes(value: int, bits: int, sign: bool = True) -> list[int]:
    parts = [value >> shift & ((1 << bits) - 1) for shift in range(0, 32, bits)]
    return [signed(part, bits) if sign else part for part in parts]


def _join(parts: Iterator[int], bits: int) -> int:
    return sum((part & ((1 << bits) - 1)) << (bits * k) for k, part in enumerate(parts))


def _saturating(a: int, b: int) -> Values:
    yield "qadd", _clamp(a + b, 32) & M32
    yield "qsub", _clamp(a - b, 32) & M32
    yield "qdadd", _clamp(a + _clamp(2 * b, 32), 32) & M32
    yield "ssat 16", _clamp(a, 16) & M32
    yield "ssat 5", _clamp(b >> 20, 5) & M32
    yield "usat 16", max(0, min(0xFFFF, a))
    yield "usat 7", max(0, min(0x7F, b >> 20))


def _parallel(a: int, b: int) -> Values:
    halves = list(zip(_lanes(a, 16), _lanes(b, 16), strict=True))
    octets = list(zip(_lanes(a, 8), _lanes(b, 8), strict=True))
    plain = list(zip(_lanes(a, 8, False), _lanes(b, 8, False), strict=True))
    products = [x * y for x, y in halves]
    yield "sadd16", _join((x + y for x, y in halves), 16)
    yield "qadd16", _join((_clamp(x + y, 16) for x, y in halves), 16)
    yield "qsub8", _join((_clamp(x - y, 8) for x, y in octets), 8)
    yield "uhadd8", _join((x + y >> 1 for x, y in plain), 8)
    yield "sxtab16", _join((halves[k][0] + octets[2 * k][1] for k in range(2)), 16)
    yield "usad8", sum(abs(x - y) for x, y in plain)
    yield "usub8, sel", _join((x if x >= y else y for x, y in plain), 8)
    yield "smuad", sum(products) & M32
    yield "smlad", (sum(products) + 1000) & M32
    yield from long("smlald", (sum(products) - 5) & M64)
    yield "smlabb", (products[0] + 77) & M32
    yield "smlawt", ((signed(a, 32) * halves[1][1] >> 16) + 5) & M32


def dsp(pairs: list[tuple[int, int]]) -> Values:
    """check_dsp"""
    word = half = byte = 0
    for first, second in pairs:
        a, b = first & M32, second >> 16 & M32
        yield from _saturating(signed(a, 32), signed(b, 32))
        yield from _parallel(a, b)
        value = a ^ b
        yield "exchange", word
        yield "fetch and add", value
        word = (value + 0x1234567) & 0xFF00FFFF
        yield "and, fetch", word
        swapped = word == value
        yield "compare and exchange", int(swapped)
        yield "compare and exchange again", int(not swapped)
        word = 2 if not swapped else 1
        yield "word", word
        yield "half", half
        yield "byte", byte
        half, byte = (half + value) & 0xFFFF, byte ^ (value & 0xFF)
        yield "both", half + (byte << 16)
