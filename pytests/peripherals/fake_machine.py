"""A small machine for tests of peripheral models: real register semantics, virtual time, no core.

The rules of an access are those of the C core (digitrig_core.h, dr_register): write mask, write 1 to clear, read mask,
SET/CLR/TOG aliases, byte lanes, gating.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from digitrig.peripherals import Flags, Peripheral, known_classes, peripheral_class
from digitrig.platform import BoardSpec, Value, load_board


@cache
def _board(name: str) -> BoardSpec:
    return load_board(name)


class BusError(Exception):
    """The access that the core would report as a bus fault."""


class FakeMachine:
    """Holds blocks by their full name; `write` and `read` are accesses of a core."""

    def __init__(self) -> None:
        self.models: dict[str, Peripheral] = {}
        self.values: dict[str, list[int]] = {}
        self.lines: dict[tuple[str, int], bool] = {}
        self.enabled: dict[str, bool] = {}
        self.clocks: dict[str, int] = {}
        self.core_clock = 0
        self.memory_waits: dict[str, tuple[int, int, int]] = {}
        self.resets: list[str] = []
        self.memory: tuple[int, bytearray] = (0, bytearray())  # first address and bytes that bus masters reach
        self.memory_enabled: dict[int, bool] = {}
        self.refused: list[tuple[str, int]] = []
        self.time_ps = 0
        self.slept = [0, 0]
        self.events: dict[tuple[str, int], tuple[int, int, int]] = {}
        self.tagged: list[tuple[str, str]] = []
        self._count = 0
        self.map: list[tuple[int, int, str]] = []  # (first, last, block)

    @classmethod
    def of_board(cls, name: str) -> FakeMachine:
        """All register blocks of a board, at their addresses."""
        machine = cls()
        classes = known_classes()
        for entry in _board(name).platform.entries.values():
            if not entry.bus_registrations or classes[entry.type].size == "size":
                continue
            if entry.type in ("IRQControllers.NVIC", "Miscellaneous.DWT", "CPU.CortexM"):
                continue
            model = machine.add(entry.name, entry.type, entry.attributes)
            for place in entry.bus_registrations:
                region = place.kwargs.get("region", "")
                block = next(block for block in model.blocks if block.name == region)
                last = place.address + (place.size or block.size) - 1
                machine.map.append((place.address, last, model.device(block)))
        machine.reset()
        return machine

    def poke(self, address: int, value: int, width: int = 4) -> None:
        """A store of the core to a bus address."""
        first, device = self._block_at(address)
        self.write(device, address - first, value, width)

    def peek(self, address: int, width: int = 4) -> int:
        """A load of the core from a bus address."""
        first, device = self._block_at(address)
        return self.read(device, address - first, width)

    def _block_at(self, address: int) -> tuple[int, str]:
        for first, last, device in self.map:
            if first <= address <= last:
                return first, device
        raise BusError(f"nothing at 0x{address:08X}")

    def add(self, name: str, type_name: str, attributes: Mapping[str, Value] | None = None) -> Peripheral:
        model = peripheral_class(type_name)(name, attributes or {}, self)
        self.models[name] = model
        for block in model.blocks:
            self.values[model.device(block)] = [row.reset for row in block.rows()]
        return model

    def reset(self) -> None:
        for model in self.models.values():
            outside = {name: model.get(name) for name in model.outside}
            for block in model.blocks:
                self.values[model.device(block)] = [row.reset for row in block.rows()]
            for name, value in outside.items():
                model.set(name, value)
            self.events = {key: due for key, due in self.events.items() if key[0] != model.main}
            model.on_reset()

    # ---------------------------------------------------------------- MachineServices
    def get(self, device: str, index: int) -> int:
        return self.values[device][index]

    def set(self, device: str, index: int, value: int) -> None:
        self.values[device][index] = value

    def schedule(self, device: str, event: int, delay_ps: int, priority: int) -> None:
        assert delay_ps >= 0
        self._count += 1
        self.events[device, event] = (self.time_ps + delay_ps, priority, self._count)

    def cancel(self, device: str, event: int) -> None:
        self.events.pop((device, event), None)

    def set_line(self, device: str, line: int, level: bool) -> None:
        self.lines[device, line] = level

    def set_core_clock(self, hz: int) -> None:
        self.core_clock = hz

    def set_device_clock(self, device: str, hz: int) -> None:
        self.clocks[device] = hz

    def set_enabled(self, device: str, enabled: bool) -> None:
        self.enabled[device] = enabled

    def set_memory_waits(self, name: str, read: int, fetch: int, branch: int) -> None:
        self.memory_waits[name] = (read, fetch, branch)

    def set_memory_enabled(self, address: int, enabled: bool) -> None:
        self.memory_enabled[address] = enabled

    def master_reaches(self, device: str, address: int, length: int) -> bool:
        first, data = self.memory
        inside = first <= address and address + length <= first + len(data)
        if not inside:
            self.refused.append((device, address))
        return inside

    def master_read(self, device: str, address: int, length: int) -> bytes | None:
        first, data = self.memory
        return bytes(data[address - first :][:length]) if self.master_reaches(device, address, length) else None

    def master_write(self, device: str, address: int, data: bytes) -> bool:
        if not self.master_reaches(device, address, len(data)):
            return False
        first, memory = self.memory
        memory[address - first : address - first + len(data)] = data
        return True

    def request_reset(self, cause: str) -> None:
        self.resets.append(cause)

    def now_ps(self) -> int:
        return self.time_ps

    def slept_ps(self, deep: bool) -> int:
        return self.slept[deep]

    def peripherals(self) -> Mapping[str, Peripheral]:
        return self.models

    # ---------------------------------------------------------------- time
    def run_to(self, at_ps: int) -> None:
        """Deliver events up to and including that time, in order of time, priority, age."""
        while True:
            due = [(when, key) for key, when in self.events.items() if when[0] <= at_ps]
            if not due:
                break
            (time, _, _), key = min(due)
            del self.events[key]
            self.time_ps = max(self.time_ps, time)
            owner = next(m for m in self.models.values() if m.main == key[0])
            owner.on_event(key[1])
        self.time_ps = at_ps

    def run_for(self, ps: int) -> None:
        self.run_to(self.time_ps + ps)

    # ---------------------------------------------------------------- accesses of a core
    def _find(self, device: str, offset: int) -> tuple[Peripheral, int, int, int, int]:
        """(model, block number, register index, byte lane, alias 0..3)."""
        if not self.enabled.get(device, True):
            raise BusError(f"{device} is gated")
        for model in self.models.values():
            for number, block in enumerate(model.blocks):
                if model.device(block) != device:
                    continue
                for index, register in enumerate(block.registers):
                    for alias, (first, last) in enumerate(register.spans()):
                        if first <= offset <= last:
                            return model, number, index, offset - first, alias
        raise AssertionError(f"nothing at {device} + 0x{offset:X}")

    def write(self, device: str, offset: int, value: int, width: int = 4) -> None:
        model, number, index, lane, alias = self._find(device, offset)
        row = model.blocks[number].rows()[index]
        lanes = ((1 << 8 * width) - 1) << 8 * lane
        raw = value << 8 * lane & lanes
        old = self.values[device][index]
        w1c = 0 if alias else row.w1c & lanes
        if alias:
            raw = {1: old | raw, 2: old & ~raw, 3: old ^ raw}[alias]
            lanes = 0xFFFFFFFF
        take = row.write & lanes
        new = (old & ~take | raw & take) & ~(raw & w1c)
        if row.flags & Flags.TAGGED:
            self.tagged.append((device, model.blocks[number].registers[index].short))
        self.values[device][index] = new
        if row.flags & Flags.HOOK_WRITE:
            model.hook_write(number, index, new, old, raw)

    def read(self, device: str, offset: int, width: int = 4) -> int:
        model, number, index, lane, _ = self._find(device, offset)
        row = model.blocks[number].rows()[index]
        value = self.values[device][index]
        if row.flags & Flags.TAGGED:
            self.tagged.append((device, model.blocks[number].registers[index].short))
        if row.flags & Flags.HOOK_READ:
            value = model.hook_read(number, index, value)
        return (value & row.read) >> 8 * lane & (1 << 8 * width) - 1
