"""The memory map of a bundle: constants, mutable memory and activations, each with offset, size and lifetime."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from typing import Any

from digitrig.codegen.arena import ALIGNMENT
from digitrig.codegen.emit import Program, layer_prefix, scratch_key, step_kinds

COLUMNS = 64  # of the chart, at most


@dataclass(frozen=True)
class Area:
    """One tensor's memory.  section: constants, mutable or activations.

    first, last: numbers of the layers that need it, -1 before the first one.
    offset: in its memory: the arena, or all constants one after the other, as the source has them."""

    section: str
    name: str
    offset: int
    bytes: int
    first: int
    last: int


def areas(program: Program) -> list[Area]:
    """All of a bundle, section by section.  Mutable memory, which is input and output, lies in the arena too."""
    return [*_constants(program), *_mutable(program), *_activations(program)]


def _constants(program: Program) -> list[Area]:
    found, offset = [], 0
    for step in program.steps:
        number = step.operator.number
        for constant in step.constants:
            name = f"{layer_prefix(step)}_{constant.suffix}"
            found.append(Area("constants", name, offset, constant.bytes, number, number))
            offset += (constant.bytes + ALIGNMENT - 1) // ALIGNMENT * ALIGNMENT
    return found


def _lifetimes(program: Program) -> dict[str, tuple[int, int]]:
    """First and last layer by buffer, in numbers of operators."""
    numbers = {when: step.operator.number for when, step in enumerate(program.steps)}
    last = max(numbers.values(), default=0)
    return {b.key: (numbers.get(b.first, -1), numbers.get(b.last, last)) for b in program.buffers}


def _mutable(program: Program) -> list[Area]:
    ends = (("input", program.graph.inputs[0]), ("output", program.graph.outputs[0]))
    lifetimes = _lifetimes(program)
    return [
        Area("mutable", name, program.offset(tensor), tensor.elements, *lifetimes[program.key(tensor)])
        for name, tensor in ends
    ]


def _activations(program: Program) -> list[Area]:
    lifetimes, found = _lifetimes(program), list[Area]()
    places: dict[str, int] = {}  # where among the found a buffer is
    ends = {program.key(program.graph.inputs[0]), program.key(program.graph.outputs[0])}
    for step in program.steps:
        key, name = program.key(step.target), f"layer {step.operator.number} {step_kinds(step)}"
        if key in places and step.in_place:
            before = found[places[key]]
            size = max(before.bytes, step.target.elements)
            found[places[key]] = replace(before, name=f"{before.name}, then {name}", bytes=size)
        elif key not in ends and step.kernel:
            places[key] = len(found)
            found.append(Area("activations", name, program.plan.offsets[key], step.target.elements, *lifetimes[key]))
        if step.scratch_bytes:
            key = scratch_key(step)
            offset = program.plan.offsets[key]
            found.append(Area("activations", f"{name}, scratch", offset, step.scratch_bytes, *lifetimes[key]))
    return found


def memory_json(program: Program) -> dict[str, Any]:
    """The map as plain data."""
    return {
        "schema_version": 1,
        "name": program.name,
        "arena": {"symbol": f"{program.name}_arena", "bytes": program.plan.bytes, "align": ALIGNMENT},
        "constant_bytes": program.constant_bytes,
        "mutable_bytes": program.mutable_bytes,
        "areas": [asdict(area) for area in areas(program)],
    }


def memory_json_text(program: Program) -> str:
    return json.dumps(memory_json(program), indent=1) + "\n"


def memory_text(program: Program) -> str:
    """The map for people: a table, and for what lies in the arena a chart of the layers that need it."""
    rows = areas(program)
    last = max(step.operator.number for step in program.steps)
    head = [
        f"memory map of '{program.name}'",
        f"constants    {program.constant_bytes:>9,} bytes in flash, or copied to RAM",
        f"mutable      {program.mutable_bytes:>9,} bytes of input and output, inside the arena",
        f"activations  {program.plan.bytes:>9,} bytes of arena in RAM, scratch and mutable memory included",
    ]
    width = max(len(area.name) for area in rows)
    for section in dict.fromkeys(area.section for area in rows):
        charted = section != "constants" and last + 2 <= COLUMNS
        head += ["", f"{section}", f"{'offset':>9} {'bytes':>9}  {'layers':<9} {'what':<{width}}".rstrip()]
        for area in (area for area in rows if area.section == section):
            layers = "input" if area.first < 0 else str(area.first)
            layers += f"-{area.last}" if area.last != area.first else ""
            chart = "".join("#" if area.first <= n <= area.last else "." for n in range(-1, last + 1))
            line = f"{area.offset:>9} {area.bytes:>9}  {layers:<9} {area.name:<{width}}  {chart if charted else ''}"
            head.append(line.rstrip())
    return "\n".join([*head, ""])
