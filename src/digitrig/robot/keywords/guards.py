"""Guards around a variable: what is written beside it is noticed."""

from __future__ import annotations

from robot.api.deco import keyword

from digitrig.errors import CheckFailed, UsageError
from digitrig.robot.component import Component


class GuardKeywords(Component):
    """Keywords about memory that nobody should write."""

    @keyword
    def guard_memory_around_symbol(self, name: str, *, bytes: int = 32) -> None:
        """Remembers what lies before and behind a variable, ``bytes`` on each side.

        `Memory Around Symbol Should Be Unchanged` later tells whether the firmware wrote there.
        """
        address, size = self.board.symbol(name)
        area = next((a for a in self.board.spec.ram if a.base <= address < a.base + a.size), None)
        if area is None:
            raise UsageError(f"symbol '{name}' of {self.current.alias} at 0x{address:08x} is not in RAM")
        first, end = max(area.base, address - bytes), min(area.base + area.size, address + size + bytes)
        data = self.board.read_memory(first, end - first)
        inside = range(address, address + size)
        places = {first + offset: byte for offset, byte in enumerate(data) if first + offset not in inside}
        self.current.guards[name] = places

    @keyword
    def memory_around_symbol_should_be_unchanged(self, name: str) -> None:
        """Fails if a byte beside a guarded variable changed; names each with its variable, old and new value."""
        guard = self.current.guards.get(name)
        if guard is None:
            raise UsageError(f"symbol '{name}' is not guarded; use first: Guard Memory Around Symbol    {name}")
        now = {address: self.board.read_memory(address, 1)[0] for address in guard}
        changed = [
            f"0x{address:08x} ({self._variable(address)}): 0x{old:02x} -> 0x{now[address]:02x}"
            for address, old in guard.items()
            if now[address] != old
        ]
        if changed:
            raise CheckFailed(
                f"{self.current.alias}: {len(changed)} bytes beside '{name}' were written: {', '.join(changed)}"
            )

    def _variable(self, address: int) -> str:
        """The smallest variable that has this address, and the place in it."""
        holders = [
            (size, name, start)
            for name, (start, size) in self.board.image.symbols.items()
            if start <= address < start + size and not name.startswith("$")
        ]
        return "no variable" if not holders else f"{min(holders)[1]}+{address - min(holders)[2]}"
