"""Load and store multiple that go on after an exception: EPSR.ICI in the stacked xPSR (DDI 0403E B1.5.10)."""

from __future__ import annotations

import struct

import pytest
from cpu_machine import CFSR, CPACR, ICSR, MAIN, NOP, PENDSVSET, RAM, SHCSR, Machine

PENDSV, USAGE_FAULT, INVSTATE = 14, 6, 1 << 17
DATA = RAM + 0x400
WORDS = [0x1000 + k for k in range(8)]


def returned(code: tuple[int, ...], ici: int, **registers: int) -> Machine:
    """A Cortex-M7 just returned from PendSV to `code` with a register number in ICI."""
    m = Machine(m7=True)
    m.poke(SHCSR, 7 << 16)
    m.poke(CPACR, 0xF << 20)
    m.enable(0)
    m.core.write(DATA, struct.pack("<8I", *WORDS))
    m.code(MAIN, *code, NOP, NOP)
    m["pc"], m["sp"] = MAIN, RAM + 0x1000
    for name, value in registers.items():
        m[name] = value
    m.poke(ICSR, PENDSVSET)
    m.step()
    assert m.exception == PENDSV
    frame = m["sp"]
    m.core.write(frame + 28, struct.pack("<I", m.word(frame + 28) | ici << 12))
    m.step()
    assert m["pc"] == MAIN and m.exception == 0
    assert m["xpsr"] >> 10 & 0x3F == ici << 2
    return m


def test_ldm_goes_on_with_the_register_in_ici() -> None:
    """LDMIA r0!, {r1-r4}: r1 and r2 have been loaded already, and by now hold something else."""
    m = returned((0xC81E,), 3, r0=DATA, r1=1, r2=2, r3=3, r4=4)
    before = m.core.instructions
    m.step()
    assert [m[f"r{k}"] for k in range(1, 5)] == [1, 2, WORDS[2], WORDS[3]]
    assert (m["r0"], m["pc"], m["xpsr"] >> 10 & 0x3F) == (DATA + 16, MAIN + 2, 0)
    assert m.core.instructions == before + 1


def test_stm_goes_on_with_the_register_in_ici() -> None:
    """STMIA r0!, {r1-r4}."""
    m = returned((0xC01E,), 4, r0=DATA, r1=1, r2=2, r3=3, r4=4)
    m.step()
    assert m.words(DATA, 4) == [*WORDS[:3], 4]
    assert m["r0"] == DATA + 16


def test_push_goes_on_below_the_stack_pointer() -> None:
    """PUSH {r4-r7}: the lowest register lies lowest."""
    m = returned((0xB4F0,), 6, r4=4, r5=5, r6=6, r7=7)
    top = m["sp"]
    m.core.write(top - 16, bytes(16))
    m.step()
    assert m.words(top - 16, 4) == [0, 0, 6, 7]
    assert m["sp"] == top - 16


def test_pop_with_pc_goes_on_and_branches() -> None:
    """POP {r4, r5, pc}."""
    m = returned((0xBD30,), 5, r4=4, r5=5)
    m.core.write(m["sp"], struct.pack("<3I", 0x44, 0x55, (MAIN + 0x20) | 1))
    top = m["sp"]
    m.step()
    assert (m["r4"], m["r5"], m["pc"], m["sp"]) == (4, 0x55, MAIN + 0x20, top + 12)


def test_ldmdb_goes_on_at_the_right_address() -> None:
    """LDMDB r0, {r1-r4}, without write-back."""
    m = returned((0xE910, 0x001E), 4, r0=DATA + 16, r1=1, r2=2, r3=3)
    m.step()
    assert [m[f"r{k}"] for k in range(5)] == [DATA + 16, 1, 2, 3, WORDS[3]]


def test_vldm_begins_again() -> None:
    """VLDMIA r0!, {s0-s3}: loading twice does no harm."""
    m = returned((0xECB0, 0x0A04), 2, r0=DATA)
    m.step()
    assert [m.core.get_cpu(f"s{k}") for k in range(4)] == WORDS[:4]


@pytest.mark.parametrize(
    ("code", "ici"),
    [((0xC81E,), 5), ((0x3001,), 3), ((0xE890, 0x001E), 14)],
    ids=["register not in the list", "not a multiple", "link register not in the list"],
)
def test_ici_that_nothing_can_go_on_with_is_an_invstate_fault(code: tuple[int, ...], ici: int) -> None:
    m = returned(code, ici, r0=DATA)
    m.step()
    assert m.exception == USAGE_FAULT
    assert m.peek(CFSR) == INVSTATE


def test_a_fault_while_going_on_keeps_the_register_in_the_frame() -> None:
    """The second half of LDMIA r0!, {r1-r4} lies where nothing is: a handler can see where it stopped."""
    m = returned((0xC81E,), 3, r0=RAM + 0x4000 - 8, r3=3)
    m.step()
    assert m.exception == 5
    assert m.word(m["sp"] + 28) >> 12 & 15 == 3
    assert (m["r3"], m["r0"]) == (3, RAM + 0x4000 - 8)


def test_an_interrupt_before_it_goes_on_keeps_the_register_too() -> None:
    m = returned((0xC81E,), 3, r0=DATA, r1=1, r2=2)
    m.core.set_irq_pending(0)
    m.step()
    assert m.exception == 16 and m.word(m["sp"] + 28) >> 12 & 15 == 3
    m.step(2)
    assert [m[f"r{k}"] for k in range(1, 4)] == [1, 2, WORDS[2]]
