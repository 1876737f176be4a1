"""Register tables: rows for the C core, refusals, and every table against the header of the core."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import digitrig
from digitrig.errors import EngineError, UnknownNameError, UsageError
from digitrig.peripherals import (
    Access,
    Block,
    CRegister,
    Field,
    Flags,
    Peripheral,
    Register,
    State,
    coverage,
    peripheral_class,
    register,
)
from digitrig.peripherals.base import cycles_ps, elapsed_cycles, registered
from digitrig.platform import board_names, load_board

HEADER = Path(digitrig.__file__).parent / "native" / "include" / "digitrig_core.h"


def test_flags_are_those_of_the_core():
    found = dict(re.findall(r"DR_REG_(\w+) = (\d+)u", HEADER.read_text()))
    assert {name: int(value) for name, value in found.items() if name != "STATE_MASK"} == {
        flag.name: flag.value for flag in (Flags.STORED, *Flags)
    }


def test_a_row_has_the_fields_of_dr_register():
    struct = re.search(r"typedef struct dr_register \{(.*?)\} dr_register;", HEADER.read_text(), re.S)
    assert struct is not None
    assert re.findall(r"uint32_t (\w+);", struct[1]) == list(CRegister.__dataclass_fields__)


def test_masks_follow_the_access_of_fields():
    fields = (
        Field("A", 0, 4),
        Field("B", 4, 4, Access.RO),
        Field("C", 8, 1, Access.W1C),
        Field("D", 9, 1, Access.WO),
    )
    row = Register("R", 8, 2, 0x21, fields, hook_write=True).row()
    assert row == CRegister(8, 2, int(Flags.HOOK_WRITE), 0x21, 0x20F, 0x100, 0xFDFF, 0xFC00)


def test_undescribed_bits_can_be_stored_instead_of_reserved():
    row = Register("R", 0, fields=(Field("A", 31, 1, Access.RO),), rest=State.STORED).row()
    assert (row.write, row.reserved) == (0x7FFFFFFF, 0)


@pytest.mark.parametrize(
    ("access", "write", "w1c", "read"),
    [
        (Access.RW, 0xFF, 0, 0xFF),
        (Access.RO, 0, 0, 0xFF),
        (Access.WO, 0xFF, 0, 0),
        (Access.W1C, 0, 0xFF, 0xFF),
    ],
)
def test_a_register_without_fields(access, write, w1c, read):
    row = Register("R", 0, 1, access=access).row()
    assert (row.write, row.w1c, row.read, row.reserved) == (write, w1c, read, 0)


@pytest.mark.parametrize(
    ("registers", "message"),
    [
        ((Register("A", 0), Register("B", 2, 2)), "register B at 0x2: overlaps A"),
        ((Register("A", 0), Register("A", 4)), "register A at 0x4: name used twice"),
        ((Register("A", 2),), "register A at 0x2: not aligned to its width of 4"),
        ((Register("A", 0x10),), "register A at 0x10: outside the block of 0x10 bytes"),
        ((Register("A", 0, alias_set=True), Register("B", 12)), "register B at 0xC: overlaps A"),
        ((Register("A", 8, alias_set=True),), "register A at 0x8: outside the block"),
        ((Register("A", 0, fields=(Field("X", 0, 4), Field("Y", 3))),), "field Y overlaps another field"),
        ((Register("A", 0, fields=(Field("X", 0), Field("X", 1))),), "field X given twice"),
        ((Register("A", 0, 1, fields=(Field("X", 7, 2),)),), "field X lies outside the register"),
        ((Register("A", 0, 1, reset=0x100),), "reset value 0x100 does not fit 1 bytes"),
        ((Register("A", 0, 3),), "width 3; must be 1, 2 or 4"),
    ],
)
def test_a_contradictory_table_is_refused(registers, message):
    with pytest.raises(EngineError) as caught:
        Block("", 0x10, registers)
    assert message in str(caught.value)


def test_a_class_name_can_be_taken_once():
    with pytest.raises(EngineError, match=r"class 'UART.NXP_LPUART' has two models: LPUART and Second"):

        @register("UART.NXP_LPUART")
        class Second(Peripheral):
            pass


def test_an_unknown_class_names_the_near_one():
    with pytest.raises(UnknownNameError, match=r"did you mean 'UART\.NXP_LPUART'"):
        peripheral_class("UART.NXP_UART")


@pytest.mark.parametrize("name", sorted(registered()))
def test_every_model_names_its_source_and_fits_its_block(name):
    cls = peripheral_class(name)
    assert cls.source
    assert cls.__doc__ or cls.__module__
    for block in cls.tables({}):
        assert block.rows()


@pytest.mark.parametrize("name", sorted(registered()))
def test_fields_and_registers_have_short_names_without_blanks(name):
    for block in peripheral_class(name).tables({}):
        for row in block.registers:
            assert re.fullmatch(r"[A-Za-z0-9_]+", row.short), row.name
            assert all(re.fullmatch(r"[A-Za-z0-9_]+", field.short) for field in row.fields)


def test_names_are_unique_over_all_blocks_of_a_model():
    for cls in registered().values():
        names = [row.short for block in cls.tables({}) for row in block.registers]
        assert len(names) == len(set(names)), cls.type_name


def test_lpuart_table_and_native_model():
    """Reset values: KE1xZ64 RM, LPUART; PARAM and FIFO for a depth of 4 words."""
    cls = peripheral_class("UART.NXP_LPUART")
    (block,) = cls.tables({"fifoSize": 4})
    resets = {row.short: (row.offset, row.reset) for row in block.registers}
    assert resets["VERID"] == (0x00, 0x04010003)
    assert resets["PARAM"] == (0x04, 0x0202)
    assert resets["BAUD"] == (0x10, 0x0F000004)
    assert resets["STAT"] == (0x14, 0x00C00000)
    assert resets["DATA"] == (0x1C, 0x1000)
    assert resets["FIFO"] == (0x28, 0x00C00011)
    (short,) = cls.tables({"hasGlobalRegisters": False, "hasFifoRegisters": False})
    assert [(row.short, row.offset) for row in short.registers] == [
        ("BAUD", 0),
        ("STAT", 4),
        ("CTRL", 8),
        ("DATA", 12),
        ("MATCH", 16),
    ]


def test_lpuart_status_flags_clear_by_1_and_states_cannot_be_written():
    """LPUART_Init of NXP's SDK writes 0xC0DFC000 to STAT."""
    (block,) = peripheral_class("UART.NXP_LPUART").tables({})
    row = block.rows()[block.index("STAT")]
    assert row.w1c == 0xC01FC000
    assert row.write == 0x3E000000
    assert row.reserved == 0x00003FFF


@pytest.mark.parametrize(
    ("attributes", "message"),
    [
        ({"fifoSize": 5}, "UART.NXP_LPUART with fifoSize 5; supported: 1, 4, 8, 16, 32, 64, 128, 256"),
        (
            {"hasFifoRegisters": False},
            "with only one of hasGlobalRegisters and hasFifoRegisters; supported: both alike",
        ),
    ],
)
def test_lpuart_parameters_without_a_register_map_are_refused(attributes, message):
    with pytest.raises(UsageError) as caught:
        peripheral_class("UART.NXP_LPUART").tables(attributes)
    assert message in str(caught.value)


def test_durations_round_up_and_counts_round_down():
    assert cycles_ps(3, 7_000_000) == 428_572
    assert elapsed_cycles(428_571, 7_000_000) == 2
    assert elapsed_cycles(428_572, 7_000_000) == 3


@pytest.mark.parametrize("name", board_names())
def test_coverage_counts_every_register_of_the_board_once(name):
    platform = load_board(name).platform
    found = coverage(platform)
    for row in found.blocks:
        block = next(
            b for b in peripheral_class(row.type).tables(platform.entries[row.entry].attributes) if b.name == row.block
        )
        assert row.registers == sum(not r.hidden for r in block.registers)
    assert found.totals["untabled_blocks"] == len(platform.tags)
    assert found.totals["modelled"] == sum(row.modelled for row in found.blocks) >= 100
    uart = next(row for row in found.blocks if row.type.startswith("UART."))
    counts = {"UART.NXP_LPUART": [(7, 5, 0), (4, 1, 0)], "UART.Kinetis_UART": [(7, 1, 0), (15, 6, 0)]}
    assert (uart.modelled, uart.stored, uart.tagged) in counts.get(uart.type, [(11, 1, 0)])
