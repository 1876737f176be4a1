"""What the machine does for the peripheral models: `peripherals.base.MachineServices` on top of the C core."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

from digitrig.errors import EngineError
from digitrig.native.core import HOOK_EVENT, HOOK_READ, HOOK_WRITE, Core
from digitrig.peripherals.base import Peripheral


class Services:
    """Names devices for the models and passes the core's hooks on to them."""

    def __init__(self, core: Core) -> None:
        self.core = core
        self.indices: dict[str, int] = {}
        self.names: list[str] = []
        self.models: dict[str, Peripheral] = {}
        self._owners: list[tuple[Peripheral | None, int]] = []
        self.regions: dict[str, int] = {}
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

    def set_core_clock(self, hz: int) -> None:
        self.core.set_clock(hz)

    def set_device_clock(self, device: str, hz: int) -> None:
        self.core.set_device_clock(self.indices[device], hz)

    def set_enabled(self, device: str, enabled: bool) -> None:
        self.core.set_enabled(self.indices[device], enabled)

    def set_memory_waits(self, name: str, read: int, fetch: int, branch: int) -> None:
        self.core.set_region_waits(self.regions[name], read, fetch, branch)

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
