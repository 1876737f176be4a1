"""How much of a board's register map has a model: for reports."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from digitrig.peripherals.base import registered
from digitrig.peripherals.registers import State
from digitrig.platform.model import Platform


@dataclass(frozen=True)
class BlockCoverage:
    """Registers of one block, counted by state; hidden ones are left out.

    entry: name in `.repl`.  type: class name.  block: access region or "".  source: manual the table was read from.
    """

    entry: str
    type: str
    block: str
    modelled: int
    stored: int
    tagged: int
    source: str

    @property
    def registers(self) -> int:
        return self.modelled + self.stored + self.tagged


@dataclass(frozen=True)
class Coverage:
    """blocks: those with a register table.  untabled: ranges that are only named by a Tag, (name, first, last)."""

    blocks: tuple[BlockCoverage, ...]
    untabled: tuple[tuple[str, int, int], ...]

    @property
    def totals(self) -> dict[str, int]:
        return {
            "modelled": sum(block.modelled for block in self.blocks),
            "stored": sum(block.stored for block in self.blocks),
            "tagged": sum(block.tagged for block in self.blocks),
            "untabled_blocks": len(self.untabled),
        }


def coverage(platform: Platform) -> Coverage:
    """Register states of every entry of a platform that has a register table here."""
    rows = []
    classes = registered()
    for entry in platform.entries.values():
        cls = classes.get(entry.type)
        if cls is None:
            continue
        for block in cls.tables(entry.attributes):
            count = Counter(register.state for register in block.registers if not register.hidden)
            rows.append(
                BlockCoverage(
                    entry.name,
                    entry.type,
                    block.name,
                    count[State.MODELLED],
                    count[State.STORED],
                    count[State.TAGGED],
                    cls.source,
                )
            )
    untabled = tuple((tag.name, tag.first, tag.last) for tag in platform.tags)
    return Coverage(tuple(rows), untabled)
