"""Is a platform one that the embedded engine can build? Everything that is not is said with file and line."""

from __future__ import annotations

import difflib
import itertools
from collections.abc import Mapping
from dataclasses import dataclass, field

from digitrig.errors import PlatformError
from digitrig.platform.model import Connection, Empty, Entry, Platform, Reference, Registration


@dataclass(frozen=True)
class ClassInfo:
    """What an engine knows of one class of `.repl` files.

    attributes: name -> type of the value (int, str, bool, float, Reference).  required: those that must be there.
    outputs: names of interrupt outputs; "" stands for the unnamed one, "#" for numbered ones.  inputs: how many
    inputs it has as a target.  size: bytes on the bus where a registration does not say, None = it must say, "size" =
    the attribute `size`.  regions: access regions for BusMultiRegistration.
    """

    attributes: Mapping[str, type] = field(default_factory=dict)
    required: tuple[str, ...] = ()
    outputs: tuple[str, ...] = ()
    inputs: int = 0
    size: int | str | None = None
    regions: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Span:
    first: int
    last: int
    owner: str
    entry: Entry
    line: int


def check_platform(platform: Platform, classes: Mapping[str, ClassInfo], irq_count: int) -> None:
    """Raise PlatformError for the first thing in the platform that the engine cannot do.

    classes: what the engine knows, by class name.  irq_count: external interrupts of the NVIC.
    Checked: class names, attribute names and types, parents, interrupt outputs and targets, sizes, overlaps on the bus.
    """
    for entry in platform.entries.values():
        info = classes.get(entry.type)
        if info is None:
            near = difflib.get_close_matches(entry.type, classes, n=1, cutoff=0.5)
            hint = f"; did you mean '{near[0]}'?" if near else ""
            message = f"class '{entry.type}' of '{entry.name}' is not known to the embedded engine{hint}"
            raise PlatformError(entry.file, entry.line, message, ", ".join(sorted(classes)))
        _check_attributes(platform, entry, info)
        for connection in entry.connections:
            _check_connection(platform, entry, info, connection, classes, irq_count)
    _check_overlaps(platform, classes)


def _check_attributes(platform: Platform, entry: Entry, info: ClassInfo) -> None:
    for name, value in entry.attributes.items():
        line, column = entry.positions.get(name, (entry.line, 0))
        if name not in info.attributes:
            known = ", ".join(sorted(info.attributes)) or "no attributes"
            message = f"'{entry.name}' ({entry.type}) has no attribute '{name}'"
            raise PlatformError(entry.file, line, message, known, column)
        wanted = info.attributes[name]
        right = isinstance(value, Empty) or type(value) is wanted or (wanted is float and type(value) is int)
        if not right:
            message = f"'{name}' of '{entry.name}' is {value!r}"
            raise PlatformError(entry.file, line, message, _type_name(wanted), column)
        if isinstance(value, Reference) and value.name not in platform.entries:
            message = f"'{name}' of '{entry.name}' names '{value.name}', which is not there"
            raise PlatformError(entry.file, line, message, ", ".join(sorted(platform.entries)), column)
    for name in info.required:
        if name not in entry.attributes:
            message = f"'{entry.name}' ({entry.type}) lacks the attribute '{name}'"
            raise PlatformError(entry.file, entry.line, message, f"{name}: {_type_name(info.attributes[name])}")


def _type_name(wanted: type) -> str:
    names = {int: "a whole number", float: "a number", str: "a string", bool: "true or false"}
    return names.get(wanted, "the name of another entry")


def _check_connection(
    platform: Platform,
    entry: Entry,
    info: ClassInfo,
    connection: Connection,
    classes: Mapping[str, ClassInfo],
    irq_count: int,
) -> None:
    source = connection.source
    label = "#" if isinstance(source, int) else (source or "")
    known = label in info.outputs or (label == "" and len([o for o in info.outputs if o != "#"]) == 1)
    where = (entry.file, connection.line or entry.line)
    if not known:
        shown = "an unnamed output" if source is None else f"output '{source}'"
        supported = ", ".join("numbers" if o == "#" else o or "(unnamed)" for o in info.outputs) or "no outputs"
        message = f"'{entry.name}' ({entry.type}) has no such interrupt source: {shown}"
        raise PlatformError(*where, message, supported, connection.column)
    target = platform.entries.get(connection.target)
    if target is None:
        message = f"'{entry.name}' is connected to '{connection.target}', which is not there"
        raise PlatformError(*where, message, ", ".join(sorted(platform.entries)), connection.column)
    inputs = irq_count if target.type == "IRQControllers.NVIC" else classes[target.type].inputs
    if connection.target_line >= inputs:
        message = f"'{entry.name}' is connected to input {connection.target_line} of '{target.name}' ({target.type})"
        supported = f"inputs 0 to {inputs - 1}" if inputs else f"no inputs on {target.type}"
        raise PlatformError(*where, message, supported, connection.column)


def _size(entry: Entry, registration: Registration, info: ClassInfo) -> int:
    if registration.size is not None:
        return registration.size
    if info.size == "size":
        value = entry.attributes.get("size")
        if isinstance(value, int) and value > 0:
            return value
    elif isinstance(info.size, int):
        return info.size
    message = f"the size of '{entry.name}' ({entry.type}) on the bus is not known"
    raise PlatformError(entry.file, registration.line or entry.line, message, "@ sysbus <address, +size>")


def _check_overlaps(platform: Platform, classes: Mapping[str, ClassInfo]) -> None:
    spans: list[_Span] = []
    for entry in platform.entries.values():
        for registration in entry.registrations:
            line = registration.line or entry.line
            parent = registration.parent
            if parent != "sysbus" and parent not in platform.entries:
                message = f"'{entry.name}' is attached to '{parent}', which is not there"
                raise PlatformError(entry.file, line, message, "sysbus or the name of an entry", registration.column)
            if parent != "sysbus" or registration.address is None:
                continue
            region = registration.kwargs.get("region")
            regions = classes[entry.type].regions
            if (region is not None or regions) and region not in regions:
                message = f"access region {region!r} of '{entry.name}' ({entry.type})"
                raise PlatformError(entry.file, line, message, ", ".join(regions) or "no regions", registration.column)
            size = _size(entry, registration, classes[entry.type])
            owner = entry.name if region is None else f"{entry.name}.{region}"
            spans.append(_Span(registration.address, registration.address + size - 1, owner, entry, line))
    spans.sort(key=lambda span: (span.first, span.last))
    for before, after in itertools.pairwise(spans):
        if after.first <= before.last:
            message = (
                f"'{after.owner}' at 0x{after.first:08X}..0x{after.last:08X} overlaps "
                f"'{before.owner}' at 0x{before.first:08X}..0x{before.last:08X}"
            )
            raise PlatformError(after.entry.file, after.line, message, "every bus address at most once")
    for span in spans:
        if span.last > 0xFFFFFFFF:
            message = f"'{span.owner}' ends at 0x{span.last:X}, beyond the 32-bit address space"
            raise PlatformError(span.entry.file, span.line, message)
