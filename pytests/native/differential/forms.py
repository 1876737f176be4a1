"""Tables of instruction forms as text, and encodings drawn from them.

A line holds a name, 16 or 32 bits (or several instructions with `/` between them), then `| constraint | options`. In
the bits 0 and 1 are fixed, z and e are "should be" 0 and 1 (UNPREDICTABLE otherwise), and any other letter is a field,
filled at random, its bits in order. The four-bit letters d n m a t u are core registers and avoid 13 and 15
(UNPREDICTABLE nearly everywhere) unless the option `any=<letters>` lets them; the constraint, a Python expression over
the fields, keeps the rest of what the manual calls UNPREDICTABLE or UNDEFINED away.

Options: `noit` (not inside an IT block), `nearest`, `halves`, `noq` (see driver.c), `<letter>=<role>` for the value of
the register in that field: p pointer, q word-aligned pointer, i index, j word-aligned index, c code address, s small;
`unless=<expression>`, without blanks (defined, but left out of the runs: its outcome is UNKNOWN or leads astray),
`alone` (branches: nothing else in the code area), `codedata` (memory holds code addresses, to be loaded into PC).
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from types import CodeType

CORE_REGISTERS = "dnmatu"
FIXED = {"0": 0, "1": 1, "z": 0, "e": 1}
ROLES = {"p": 1, "q": 2, "i": 3, "j": 4, "c": 5, "s": 6}
STACK_POINTER_ROLE = ROLES["q"]


def has(registers: int, number: int) -> bool:
    """Is R<number> in a 14-bit list: R0 to R12 and, as bit 13, LR?"""
    return number != 13 and bool(registers >> min(number, 13) & 1)


@cache
def _code(expression: str) -> CodeType:
    return compile(expression, "<form table>", "eval")


@dataclass(frozen=True)
class Form:
    """One form: each of `patterns` is an instruction, 16 or 32 characters of 0, 1 and field letters."""

    name: str
    patterns: tuple[str, ...]
    constraint: str = ""
    options: frozenset[str] = frozenset()
    settings: dict[str, str] = field(default_factory=dict, hash=False)

    def fields(self) -> dict[str, int]:
        """Field letters and their widths in bits."""
        widths: dict[str, int] = {}
        for pattern in self.patterns:
            widths = {c: pattern.count(c) for c in dict.fromkeys(pattern) if c not in FIXED} | widths
        return widths

    def allows(self, values: dict[str, int]) -> bool:
        """Do these field values make an instruction that the manual defines?"""
        if any(values[letter] in (13, 15) for letter in self.restricted_registers()):
            return False
        return not self.constraint or bool(eval(_code(self.constraint), {"has": has}, dict(values)))

    def restricted_registers(self) -> list[str]:
        """The fields that are core registers other than 13 and 15."""
        free = self.settings.get("any", "")
        return [c for c, width in self.fields().items() if width == 4 and c in CORE_REGISTERS and c not in free]

    def encode(self, values: dict[str, int]) -> tuple[int, ...]:
        """The halfwords, first one first."""
        halfwords: list[int] = []
        for pattern in self.patterns:
            bits = _fill(pattern, values)
            halfwords += [bits] if len(pattern) == 16 else [bits >> 16, bits & 0xFFFF]
        return tuple(halfwords)

    def roles(self, values: dict[str, int]) -> bytes:
        """What each of R0 to R15 is to hold, as driver.c numbers it."""
        roles = bytearray(16)
        roles[13] = STACK_POINTER_ROLE
        for letter, role in self.settings.items():
            if letter.isdigit():
                roles[int(letter)] = ROLES[role]
            elif len(letter) == 1 and values[letter] != 13:
                roles[values[letter]] = ROLES[role]
        return bytes(roles)

    def runs(self, values: dict[str, int]) -> bool:
        """Can the outcome of these field values be compared? Two roles for one register cannot."""
        registers = [values[letter] for letter in self.settings if len(letter) == 1 and not letter.isdigit()]
        unless = self.settings.get("unless", "False")
        return len(registers) == len(set(registers)) and not eval(_code(unless), {}, dict(values))

    def draw(self, rng: random.Random) -> dict[str, int]:
        """Random field values that the manual defines. Raises ValueError if the constraint seems to leave none."""
        widths = self.fields()
        for _ in range(10_000):
            values = {letter: rng.getrandbits(width) for letter, width in widths.items()}
            if self.allows(values) and self.runs(values):
                return values
        raise ValueError(f"{self.name}: no encoding fits {self.constraint!r}")


def _fill(pattern: str, values: dict[str, int]) -> int:
    left = {c: pattern.count(c) for c in pattern}
    bits = 0
    for c in pattern:
        left[c] -= 1
        bits = bits << 1 | (FIXED[c] if c in FIXED else values[c] >> left[c] & 1)
    return bits


def parse_forms(table: str, *options: str) -> Iterator[Form]:
    """Forms of a table, all with these options; blank lines and lines starting with # are left out."""
    for line in table.splitlines():
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        columns = [column.strip() for column in line.split("|")] + ["", ""]
        name, _, bits = columns[0].partition(" ")
        patterns = tuple(bits.replace(" ", "").split("/"))
        if any(len(pattern) not in (16, 32) for pattern in patterns):
            raise ValueError(f"{name}: {[len(p) for p in patterns]} bits; an instruction has 16 or 32")
        words = columns[2].split()
        settings = dict(word.split("=", 1) for word in words if "=" in word)
        yield Form(name, patterns, columns[1], frozenset([*options, *(w for w in words if "=" not in w)]), settings)
