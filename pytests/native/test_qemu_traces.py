"""Whole programs on our core and under QEMU 7.2: every exception prints the machine's state, both texts are compared.

A record holds the stacked registers, r4 to r11, both stack pointers, EXC_RETURN, the masks, ICSR, pending and active
interrupts, the fault registers, FPCCR and FPCAR. Time plays no part: interrupts are pended by the program, and masked
until one instruction lets them in. Where QEMU is not what the manual says, DEVIATIONS says so, entry by entry; what
QEMU cannot run at all is tested in test_qemu_not_traced.py.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from bare_metal import QEMU_MISSING, Program, run_in_qemu
from trace_images import MACHINES, trace_image

from digitrig.native.core import STOP_EXIT

pytestmark = pytest.mark.skipif(shutil.which("qemu-system-arm") is None, reason=QEMU_MISSING)


@dataclass(frozen=True)
class Deviation:
    """A field that QEMU 7.2 has otherwise than the manual: `manual(value of QEMU)` is what the manual asks for."""

    machines: tuple[str, ...]
    where: str  # regular expression for "scenario label"
    fields: tuple[str, ...]
    manual: Callable[[int], int]
    applies: Callable[[dict[str, int]], bool]
    reason: str


ALL, V7 = ("cortex-m0", "cortex-m3", "cortex-m7"), ("cortex-m3", "cortex-m7")
DEVIATIONS = [
    Deviation(
        ("cortex-m0",),
        r".* exception$",
        ("icsr",),
        lambda value: value & ~0x800,
        lambda record: True,
        "ICSR bit 11 (RETTOBASE) does not exist in Armv6-M: reserved (DDI 0419 B3.2.4)",
    ),
    Deviation(
        ("cortex-m0",),
        r"(again disabled|changed priority raised|nmi after nmi|svc pends (pended|done)|svc escalates survived)$",
        ("a", "b"),
        lambda value: value & ~0x800,
        lambda record: True,
        "the same bit, printed by the scenario (DDI 0419 B3.2.4)",
    ),
    Deviation(
        ALL,
        r"svc escalates exception$",
        ("pc",),
        lambda value: value - 2,
        lambda record: record["number"] == 3,
        "SVC that escalates: a precise HardFault returns to the instruction itself (DDI 0403E B1.5.6, ReturnAddress)",
    ),
    Deviation(
        V7,
        r"(hard fault|faults|escalated) exception$",
        ("hfsr",),
        lambda value: 0x80000000,
        lambda record: record["number"] == 3 and record["hfsr"] == 0x40000000 and record["cfsr"] == 0,
        "BKPT without debugger and monitor sets HFSR.DEBUGEVT, not FORCED (DDI 0403E B3.2.16, C1.6)",
    ),
    Deviation(
        V7,
        r"special scr$",
        ("a",),
        lambda value: 0x16,
        lambda record: True,
        "SCR: all that is written but SLEEPDEEP is kept; there are bits 1, 2 and 4, no others (DDI 0403E B3.2.7)",
    ),
    Deviation(
        ("cortex-m7",),
        r"fp .*",
        ("fpccr",),
        lambda value: value & ~0x400,
        lambda record: True,
        "FPCCR bit 10 (UFRDY) is of Armv8-M (DDI 0403E B3.2.22)",
    ),
]


def parse(text: str) -> list[tuple[str, dict[str, int]]]:
    """(scenario and label, fields) of each line."""
    records = []
    for line in text.splitlines():
        label, _, rest = line.partition(":")
        records.append((label, {key: int(value, 16) for key, value in re.findall(r"(\w+)=([0-9a-f]{8})", rest)}))
    return records


def as_the_manual(machine: str, label: str, fields: dict[str, int], used: set[int]) -> dict[str, int]:
    """QEMU's record with the listed deviations put right."""
    out = dict(fields)
    for index, deviation in enumerate(DEVIATIONS):
        if machine in deviation.machines and re.match(deviation.where, label) and deviation.applies(fields):
            for field in deviation.fields:
                if field in out and deviation.manual(out[field]) != out[field]:
                    out[field] = deviation.manual(out[field])
                    used.add(index)
    return out


def differences(machine: str, theirs: str, ours: str, used: set[int]) -> list[str]:
    """What is not alike, line by line; deviations that were needed go into `used`."""
    found = []
    for number, ((label, fields), (our_label, our_fields)) in enumerate(
        zip(parse(theirs), parse(ours), strict=False), 1
    ):
        expected = as_the_manual(machine, label, fields, used)
        if (label, expected) != (our_label, our_fields):
            keys = [key for key in {**expected, **our_fields} if expected.get(key) != our_fields.get(key)]
            text = ", ".join(f"{key} {expected.get(key, -1):x} / {our_fields.get(key, -1):x}" for key in keys)
            found.append(f"line {number}: {label} / {our_label}: {text} (QEMU / ours)")
    return found


@pytest.mark.parametrize("name", MACHINES)
def test_every_record_is_as_qemu_prints_it(name: str, record_property: Callable[[str, object], None]) -> None:
    machine = MACHINES[name]
    elf = trace_image(name)
    status, theirs = run_in_qemu(elf, machine.qemu)
    program = Program.load(elf, machine.config)
    stop = program.run()
    ours = program.console()
    assert (stop.reason, stop.detail) == (STOP_EXIT, 0), ours[-2000:]
    assert status == 0, theirs[-2000:]
    used: set[int] = set()
    found = differences(name, theirs, ours, used)
    assert not found, "\n".join(found[:20])
    assert len(theirs.splitlines()) == len(ours.splitlines())
    needed = {index for index, deviation in enumerate(DEVIATIONS) if name in deviation.machines}
    assert used == needed, [DEVIATIONS[index].reason for index in needed - used]
    records = parse(ours)
    exceptions = sum(label.endswith(" exception") for label, _ in records)
    values = sum(len(fields) for _, fields in records)
    record_property(
        "summary",
        f"trace {name} against QEMU {machine.qemu}: {len(records)} lines, {exceptions} exceptions, {values} values, "
        f"differences 0; {len(used)} deviations of QEMU, all listed",
    )
