"""What the machine does for the peripheral models: `peripherals.base.MachineServices` on top of the C core."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from digitrig.errors import EngineError
from digitrig.native.core import DISABLED, HOOK_BUS, HOOK_EVENT, HOOK_READ, HOOK_WRITE, UNMAPPED, Core
from digitrig.peripherals.base import Peripheral


@dataclass
class Memory:
    """A region of the core."""

    name: str
    base: int
    size: int
    region: int
    writable: bool


class Services:
    """Names devices for the models and passes the core's hooks on to them."""

    def __init__(self, core: Core) -> None:
        self.core = core
        self.indices: dict[str, int] = {}
        self.names: list[str] = []
        self.models: dict[str, Peripheral] = {}
        self._owners: list[tuple[Peripheral | None, int]] = []
        self.regions: dict[str, int] = {}
        self.memories: list[Memory] = []
        self.wires: dict[tuple[str, int], list[tuple[Peripheral, int]]] = {}
        self.reset_cause: str | None = None
        core.set_hook(self._hook)

    def add(self, name: str, index: int, owner: Peripheral | None = None, block: int = 0) -> None:
        """Remember a device of the core; owner: the model behind it, block: which of the model's blocks it is."""
        if index != len(self.names):
            raise EngineError(f"device {name} got index {index}, expected {len(self.names)}")
        self.indices[name] = index
        self.names.append(name)
        self._owners.append((owner, block))

    def owner(self, index: int) -> tuple[Peripheral | None, int]:
        """The model behind a device and which of its blocks the device is."""
        return self._owners[index]

    def _hook(self, kind: int, device: int, arg: int, value: int, old: int, written: int, width: int) -> int:
        owner, block = self._owners[device] if device < len(self._owners) else (None, 0)
        if owner is None:
            return value
        if kind == HOOK_READ:
            return owner.hook_read(block, arg, value)
        if kind == HOOK_WRITE:
            owner.hook_write(block, arg, value, old, written)
        elif kind == HOOK_EVENT:
            owner.on_event(arg)
        elif kind == HOOK_BUS:
            return owner.on_bus(arg, value)
        return value

    @cached_property
    def restoring(self) -> list[Peripheral]:
        """Models that have something to do after a snapshot was restored."""
        return [model for model in self.models.values() if type(model).on_restore is not Peripheral.on_restore]

    # ------------------------------------------------------------------ MachineServices
    def get(self, device: str, index: int) -> int:
        return self.core.get_register(self.indices[device], index)

    def set(self, device: str, index: int, value: int) -> None:
        self.core.set_register(self.indices[device], index, value)

    def schedule(self, device: str, event: int, delay_ps: int, priority: int) -> None:
        self.core.schedule(self.indices[device], event, delay_ps, priority)

    def cancel(self, device: str, event: int) -> None:
        self.core.cancel(self.indices[device], event)

    def set_line(self, device: str, line: int, level: bool) -> None:
        self.core.set_line(self.indices[device], line, level)
        for model, number in self.wires.get((device, line), ()):
            model.set_input(number, level)

    def set_core_clock(self, hz: int) -> None:
        self.core.set_clock(hz)

    def set_device_clock(self, device: str, hz: int) -> None:
        self.core.set_device_clock(self.indices[device], hz)

    def set_enabled(self, device: str, enabled: bool) -> None:
        self.core.set_enabled(self.indices[device], enabled)

    def set_memory_waits(self, name: str, read: int, fetch: int, branch: int) -> None:
        self.core.set_region_waits(self.regions[name], read, fetch, branch)

    def memory_at(self, address: int, length: int = 1) -> Memory | None:
        """The memory that holds all of a range."""
        for memory in self.memories:
            if memory.base <= address and address + length <= memory.base + memory.size:
                return memory
        return None

    def set_memory_enabled(self, address: int, enabled: bool) -> None:
        memory = self.memory_at(address)
        if memory is not None and memory.base == address:
            self.core.set_region_enabled(memory.region, enabled)

    def _refusal(self, address: int, length: int, write: bool) -> int:
        """Index into BUS_RESULTS, 0 = ok."""
        memory = self.memory_at(address, length)
        if memory is None or (write and not memory.writable):
            return UNMAPPED
        return 0 if self.core.region_enabled(memory.region) else DISABLED

    def master_reaches(self, device: str, address: int, length: int) -> bool:
        refusal = self._refusal(address, length, False)
        if refusal:
            self.core.log_master(self.indices[device], address, False, refusal)
        return not refusal

    def master_read(self, device: str, address: int, length: int) -> bytes | None:
        return self.core.read(address, length) if self.master_reaches(device, address, length) else None

    def master_write(self, device: str, address: int, data: bytes) -> bool:
        refusal = self._refusal(address, len(data), True)
        if refusal:
            self.core.log_master(self.indices[device], address, True, refusal)
            return False
        self.core.write(address, data)
        return True

    def request_reset(self, cause: str) -> None:
        if self.reset_cause is None:
            self.reset_cause = cause
        self.core.request_stop()

    def now_ps(self) -> int:
        return self.core.now_ps

    def slept_ps(self, deep: bool) -> int:
        return self.core.slept_ps(deep)

    def peripherals(self) -> Mapping[str, Peripheral]:
        return self.models
