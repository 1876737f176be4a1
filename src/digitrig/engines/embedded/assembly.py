"""From a board description to a core with memory, devices, interrupts and costs."""

from __future__ import annotations

from collections import Counter

from digitrig.engines.embedded.services import Memory, Services
from digitrig.errors import CoreError, PlatformError
from digitrig.native import core as native
from digitrig.native.core import Core
from digitrig.peripherals import peripheral_class
from digitrig.peripherals.base import Peripheral
from digitrig.peripherals.classes import CORE_CLASSES, known_classes
from digitrig.peripherals.registers import CRegister, Flags
from digitrig.platform import BoardSpec, Entry, Registration, Tag, check_platform
from digitrig.platform.board import Waits
from digitrig.timing import CostTable, costs_for

MEMORY = "Memory.MappedMemory"
NVIC = "IRQControllers.NVIC"
FPU = {"none": 0, "single": 1, "double": 2}
NATIVE_MODELS = {
    "registers": native.MODEL_REGISTERS,
    "lpuart": native.MODEL_LPUART,
    "kinetis-uart": native.MODEL_KINETIS_UART,
    "lpc-usart": native.MODEL_LPC_USART,
    "lpi2c": native.MODEL_LPI2C,
}


def make_core(spec: BoardSpec) -> Core:
    """The bare core of a board."""
    cpu = spec.cpu
    return Core(
        {
            "core": native.CORES[spec.core],
            "irq_count": cpu.irqs,
            "priority_bits": cpu.priority_bits,
            "mpu_regions": cpu.mpu_regions,
            "has_vtor": 1,
            "has_fpu": FPU[cpu.fpu],
            "cpuid": cpu.cpuid,
            "ccsidr": cpu.ccsidr,
            "systick_external_hz": cpu.systick_external_hz,
            "systick_calib": cpu.systick_calib,
            "clock_hz": spec.reset_clock_hz,
        }
    )


def cost_table(spec: BoardSpec) -> CostTable:
    """The board's timing model."""
    return costs_for(spec.timing.model)


def assemble(spec: BoardSpec) -> Services:
    """Build everything that the board's files say. Raises PlatformError with file and line."""
    check_platform(spec.platform, known_classes(), spec.cpu.irqs)
    core = make_core(spec)
    services = Services(core)
    cost_table(spec).apply(core)
    for name, cycles in spec.timing.costs.items():
        core.set_cost(name, cycles)
    for entry in spec.platform.entries.values():
        try:
            if entry.type == MEMORY:
                _add_memory(services, spec, entry)
            elif entry.type not in CORE_CLASSES:
                _add_peripheral(services, entry)
        except CoreError as error:
            raise PlatformError(entry.file, entry.line, str(error)) from error
    for tag in spec.platform.tags:
        _add_tag(services, tag)
    nvics = {entry.name for entry in spec.platform.entries.values() if entry.type == NVIC}
    for entry in spec.platform.entries.values():
        if entry.name in services.models:
            _connect(services, entry, nvics)
            _attach(services, entry)
    return services


def _add_memory(services: Services, spec: BoardSpec, entry: Entry) -> None:
    waits = spec.timing.waits.get(entry.name, Waits())
    size = entry.attributes["size"]
    read_only = entry.name == spec.flash.name or entry.name in spec.rom
    flags = native.READ | native.EXECUTE | (0 if read_only else native.WRITE)
    for number, place in enumerate(entry.bus_registrations):
        if number:
            raise PlatformError(entry.file, place.line, f"memory '{entry.name}' stands at two addresses", "one address")
        assert isinstance(size, int) and place.address is not None
        region = services.core.add_region(entry.name, place.address, size, flags, waits.read, waits.fetch, waits.branch)
        services.regions[entry.name] = region
        services.memories.append(Memory(entry.name, place.address, size, region, not read_only))
        if entry.name in spec.timing.bus:
            services.core.set_region_bus(region, **vars(spec.timing.bus[entry.name]))


def _rows(registers: list[CRegister]) -> list[tuple[int, ...]]:
    return [(r.offset, r.width, r.flags, r.reset, r.write, r.w1c, r.read, r.reserved) for r in registers]


def _add_peripheral(services: Services, entry: Entry) -> None:
    model = peripheral_class(entry.type)(entry.name, entry.attributes, services)
    kind, parameters = model.native_model() or ("registers", ())
    for number, block in enumerate(model.blocks):
        places = _places(entry, block.name)
        if not block.widths:  # registers of a chip that is not on this bus
            name = model.device(block)
            services.add(name, services.core.add_device(name, 0, block.size, _rows(block.rows()), widths=0), model)
            continue
        if not places:
            raise PlatformError(entry.file, entry.line, f"'{entry.name}' has no address for its region '{block.name}'")
        first, *others = places
        assert first.address is not None
        device = services.core.add_device(
            model.device(block),
            first.address,
            first.size or block.size,
            _rows(block.rows()),
            widths=sum(block.widths),
            absent_faults=block.absent_faults,
            model=NATIVE_MODELS[kind] if number == 0 else native.MODEL_REGISTERS,
            parameters=parameters if number == 0 else (),
        )
        services.add(model.device(block), device, model, number)
        for mirror in others:
            assert mirror.address is not None
            services.core.add_mirror(device, mirror.address)
    services.models[entry.name] = model


def _places(entry: Entry, region: str) -> list[Registration]:
    """Bus addresses of one access region; the unnamed region is that of plain registrations."""
    return [r for r in entry.bus_registrations if str(r.kwargs.get("region", "")) == region]


def _add_tag(services: Services, tag: Tag) -> None:
    size = tag.last - tag.first + 1
    full = 0xFFFFFFFF
    rows = []
    if tag.value:
        rows = [(o, 4, int(Flags.TAGGED), tag.value, 0, 0, full, 0) for o in range(0, size - size % 4, 4)]
    try:
        services.add(tag.name, services.core.add_device(tag.name, tag.first, size, rows))
    except CoreError as error:
        raise PlatformError(tag.file, tag.line, str(error)) from error


def _connect(services: Services, entry: Entry, nvics: set[str]) -> None:
    model: Peripheral = services.models[entry.name]
    total = Counter(connection.source for connection in entry.connections)
    seen: Counter[str | int | None] = Counter()
    for connection in entry.connections:
        ordinal = seen[connection.source]
        seen[connection.source] += 1
        target = services.models.get(connection.target)
        if isinstance(connection.source, int):
            if target is not None:
                model.wires.setdefault(connection.source, []).append((target, connection.target_line))
            continue
        for line in model.lines_of(connection, ordinal, total[connection.source]):
            if connection.target in nvics:
                services.core.connect(services.indices[model.main], line, connection.target_line)
            elif target is not None:
                services.wires.setdefault((model.main, line), []).append((target, connection.target_line))


def _attach(services: Services, entry: Entry) -> None:
    """Chips on a serial bus: `touch: Input.FT5406 @ lpi2c1 0x38`."""
    for place in entry.registrations:
        parent = services.models.get(place.parent)
        if parent is None or place.address is None:
            continue
        if not parent.attach(place.address, services.models[entry.name]):
            message = f"'{entry.name}' cannot be attached to '{parent.name}' at 0x{place.address:X}"
            raise PlatformError(entry.file, place.line or entry.line, message, "a free address of an I2C controller")
