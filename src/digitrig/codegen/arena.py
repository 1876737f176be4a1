"""Static planning of activation memory: greedy by size, by lifetime."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

ALIGNMENT = 4


@dataclass(frozen=True)
class Buffer:
    """A piece of the arena.  first, last: operators that it has to exist for, both included; -1 is before the first."""

    key: str
    bytes: int
    first: int
    last: int

    def overlaps(self, other: Buffer) -> bool:
        """Whether both exist at one time."""
        return self.first <= other.last and other.first <= self.last


@dataclass(frozen=True)
class Plan:
    """Offset of every buffer, a multiple of 4, and the size of the arena."""

    offsets: dict[str, int]
    bytes: int


def _aligned(n: int) -> int:
    return (n + ALIGNMENT - 1) // ALIGNMENT * ALIGNMENT


def plan(buffers: Iterable[Buffer]) -> Plan:
    """Place buffers, largest first, each at the lowest offset where nothing that exists at the same time lies.

    Equal sizes are placed in order of first use, then of key, so that the result does not depend on the input order.
    """
    placed: list[tuple[int, Buffer]] = []
    for buffer in sorted(buffers, key=lambda b: (-b.bytes, b.first, b.key)):
        offset = 0
        for start, other in sorted(placed, key=lambda item: item[0]):
            if buffer.overlaps(other) and start < offset + buffer.bytes and offset < start + other.bytes:
                offset = _aligned(start + other.bytes)
        placed.append((offset, buffer))
    size = max((offset + buffer.bytes for offset, buffer in placed), default=0)
    return Plan({buffer.key: offset for offset, buffer in placed}, _aligned(size))
