"""SDRAM that answers once it is set up, what the boot ROM does for it, and registers that outlive a reset.

Sequence: SEMC_ConfigureSDRAM and dcd.c of NXP's MCUXpresso SDK; DCD commands: i.MX RT1060 reference manual, chapter
"System Boot"; LPGPR: chapter SNVS."""

from __future__ import annotations

import struct

import pytest
from evk import BOARD, CODE, FLASH, SEMC, SNVS, WFI_FOR_EVER, Evk, sdram_up

from digitrig.engines.embedded.machine import EmbeddedMachine
from digitrig.errors import FirmwareFileError
from digitrig.platform import load_board

SDRAM, SIZE = 0x80000000, 0x2000000
IPCMD, INTR, INTEN, MCR, BR0, IPCR0 = (SEMC + o for o in (0x9C, 0x3C, 0x38, 0x00, 0x10, 0x90))
PRECHARGE, REFRESH, MODE = 0xA55A000F, 0xA55A000C, 0xA55A000A


@pytest.fixture
def evk(tmp_path) -> Evk:
    return Evk(tmp_path)


def answers(evk: Evk) -> bool:
    return evk.core.access(SDRAM + SIZE - 4, 4) is not None


def prepared(evk: Evk) -> None:
    """All but the commands."""
    evk.poke(MCR, 0x10000004)
    evk.poke(BR0, 0x8000001B)
    evk.poke(IPCR0, SDRAM)


def test_after_its_sequence_it_answers(evk):
    assert not answers(evk)
    sdram_up(evk)
    assert answers(evk)
    assert evk.core.access(SDRAM + SIZE, 4) is None
    evk.poke(SDRAM + 100, 0x12345678)
    assert evk.peek(SDRAM + 100) == 0x12345678


@pytest.mark.parametrize(
    "commands",
    [(), (PRECHARGE, REFRESH, MODE), (REFRESH, REFRESH, MODE), (PRECHARGE, MODE), (PRECHARGE, REFRESH, REFRESH)],
)
def test_half_a_sequence_is_not_enough(evk, commands):
    prepared(evk)
    for command in commands:
        evk.poke(IPCMD, command)
    assert not answers(evk)
    for command in (PRECHARGE, REFRESH, REFRESH, MODE):
        evk.poke(IPCMD, command)
    assert answers(evk)


def test_the_core_gets_a_bus_fault_and_the_log_says_why(evk):
    evk.core_access(0x6801, SDRAM + 8)
    (entry,) = [entry for entry in evk.machine.log() if entry.kind == "bus_fault"]
    assert (entry.address, entry.detail) == (SDRAM + 8, "memory that is not set up yet")


@pytest.mark.parametrize(("register", "value"), [(MCR, 0x10000006), (BR0, 0x8000001A), (BR0, 0x9000001B)])
def test_switched_off_or_moved_it_is_gone(evk, register, value):
    sdram_up(evk)
    evk.poke(register, value)
    assert not answers(evk)


@pytest.mark.parametrize("base", [0x20000000, 0x20200000, 0x60000000, 0x00000000, 0x81000000])
def test_it_has_no_power_over_other_memories(evk, base):
    sdram_up(evk)
    evk.poke(BR0, base | 0x1B)
    for memory in (0x20000000, 0x20200000, 0x60000000, 0x00000000):
        assert evk.core.access(memory, 4) is not None
    assert not answers(evk)


def test_a_reset_begins_anew_and_keeps_the_data(evk):
    sdram_up(evk)
    evk.poke(SDRAM, 0xCAFE)
    evk.machine.reset()
    assert not answers(evk)
    evk.poke(0x400FC074, 0xFFFFFFFF)
    sdram_up(evk)
    assert evk.peek(SDRAM) == 0xCAFE


def test_commands_are_done_at_once_and_can_interrupt(evk):
    prepared(evk)
    evk.poke(INTEN, 1)
    evk.poke(IPCMD, PRECHARGE)
    assert evk.peek(INTR) == 1
    assert evk.pending(109)
    evk.poke(INTR, 1)
    evk.forget(109)
    assert not evk.pending(109)


def test_a_command_for_an_address_that_is_none_of_the_memorys_is_an_error(evk):
    prepared(evk)
    evk.poke(IPCR0, 0x90000000)
    evk.poke(IPCMD, PRECHARGE)
    assert evk.peek(INTR) == 3, "done, with an error: drivers wait for done"


def test_words_by_ip_command(evk):
    sdram_up(evk)
    evk.poke(IPCR0, SDRAM + 64)
    evk.poke(SEMC + 0xA0, 0x11223344)
    evk.poke(IPCMD, 0xA55A0009)
    assert evk.peek(SDRAM + 64) == 0x11223344
    evk.poke(SDRAM + 64, 0x55667788)
    evk.poke(IPCMD, 0xA55A0008)
    assert evk.peek(SEMC + 0xB0) == 0x55667788


def test_a_snapshot_knows_whether_it_answers(evk):
    before = evk.machine.snapshot()
    sdram_up(evk)
    evk.poke(SDRAM, 1)
    after = evk.machine.snapshot()
    evk.machine.restore(before)
    assert not answers(evk)
    assert evk.machine.memory.read(SDRAM, 4) == bytes(4)
    evk.machine.restore(after)
    assert answers(evk)
    assert evk.peek(SDRAM) == 1


# ---------------------------------------------------------------- boot ROM
def image(tmp_path, dcd: bytes, at: int = FLASH + 0x1030):
    """A flash image with an image vector table and a DCD behind it."""
    data = bytearray(0x3000)
    struct.pack_into("<II", data, 0, 0x20020000, FLASH + 0x2000 + CODE | 1)  # where raw images have it
    struct.pack_into("<II", data, 0x2000, 0x20020000, FLASH + 0x2000 + CODE | 1)
    data[0x2000 + CODE : 0x2000 + CODE + 4] = WFI_FOR_EVER
    struct.pack_into("<8I", data, 0x1000, 0x412000D1, FLASH + 0x2000, 0, at, 0, FLASH + 0x1000, 0, 0)
    data[0x1030 : 0x1030 + len(dcd)] = dcd
    path = tmp_path / "image.bin"
    path.write_bytes(data)
    return path


def dcd(*commands: bytes) -> bytes:
    body = b"".join(commands)
    return struct.pack(">BHB", 0xD2, 4 + len(body), 0x41) + body


def writes(*pairs: tuple[int, int], parameter: int = 4) -> bytes:
    return struct.pack(">BHB", 0xCC, 4 + 8 * len(pairs), parameter) + b"".join(struct.pack(">II", *p) for p in pairs)


def check(address: int, mask: int, parameter: int) -> bytes:
    return struct.pack(">BHBII", 0xCF, 12, parameter, address, mask)


def booted(path) -> EmbeddedMachine:
    machine = EmbeddedMachine(load_board(BOARD))
    machine.load_file(path, FLASH)
    return machine


DONE = check(INTR, 1, 4 | 1 << 4 | 1 << 3)  # wait until any of the bits is set
SEQUENCE = (
    writes((0x400FC074, 0xFFFFFFFF), (MCR, 0x10000004), (BR0, 0x8000001B), (IPCR0, SDRAM)),
    *(part for command in (PRECHARGE, REFRESH, REFRESH, MODE) for part in (writes((IPCMD, command)), DONE)),
    b"\xc0\x00\x04\x00",
)


def test_the_boot_rom_runs_the_dcd(tmp_path):
    machine = booted(image(tmp_path, dcd(*SEQUENCE)))
    assert machine.core.access(SDRAM, 4) == 0
    machine.reset()
    assert machine.core.access(SDRAM, 4) == 0, "at every reset"


def test_dcd_sets_and_clears_bits(tmp_path):
    gpr = 0x400AC000 + 4 * 5
    commands = (
        writes((gpr, 0x0F)),
        writes((gpr, 0xF0), parameter=4 | 1 << 3 | 1 << 4),
        writes((gpr, 0x81), parameter=4 | 1 << 3),
    )
    assert booted(image(tmp_path, dcd(*commands))).core.access(gpr, 4) == 0x7E


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"\xd1\x00\x04\x41", "DCD at 0x60001030: tag 0xd1, 4 bytes; expected tag 0xd2 and 4 to 1768 bytes"),
        (b"\xd2\xff\xff\x41", "tag 0xd2, 65535 bytes"),
        (dcd(b"\xcc\x00\x40\x04"), "byte 4: command 0xcc of 64 bytes; 4 bytes are left"),
        (dcd(b"\x77\x00\x0c\x04" + bytes(8)), "command 0x77 with parameter 0x04 is none of the ROM's"),
        (dcd(writes((0x30000000, 1))), "write of 0x30000000; a DCD reaches clocks, pins and the SEMC only"),
        (dcd(writes((0x400B8000, 0x34))), "write of 0x400b8000; a DCD reaches clocks, pins and the SEMC only"),
        (dcd(writes((SEMC, 1))), "write of 0x402f0000 is refused; no such access, or its clock is off"),
        (dcd(writes((0x400FC002, 1))), "write of 0x400fc002 is refused"),
        (dcd(check(0x400AC014, 1, 4 | 1 << 3)), "the check of 0x400ac014 never holds; it reads 0x00000000"),
    ],
)
def test_a_dcd_that_the_rom_would_refuse(tmp_path, data, text):
    with pytest.raises(FirmwareFileError, match=text):
        booted(image(tmp_path, data))


def test_a_dcd_where_no_memory_is(tmp_path):
    with pytest.raises(FirmwareFileError, match="DCD at 0x30000000: no memory there"):
        booted(image(tmp_path, b"", at=0x30000000))


# ---------------------------------------------------------------- SNVS
LPGPR, ALIAS, LEGACY = SNVS + 0x100, SNVS + 0x90, SNVS + 0x68


def test_general_purpose_registers_outlive_a_reset(evk):
    for n in range(8):
        evk.poke(LPGPR + 4 * n, 0x1000 + n)
    evk.machine.reset()
    assert [evk.peek(LPGPR + 4 * n) for n in range(8)] == [0x1000 + n for n in range(8)]


def test_the_first_four_are_seen_at_other_places_too(evk):
    evk.poke(LEGACY, 5)
    evk.poke(ALIAS + 12, 6)
    assert (evk.peek(LPGPR), evk.peek(ALIAS)) == (5, 5)
    assert (evk.peek(LPGPR + 12), evk.peek(LEGACY)) == (6, 5)


@pytest.mark.parametrize(("lock", "open_again"), [(SNVS + 0x00, True), (SNVS + 0x34, False)])
def test_locks(evk, lock, open_again):
    evk.poke(LPGPR, 1)
    evk.poke(lock, 1 << 5)
    evk.poke(LPGPR, 2)
    evk.poke(ALIAS, 3)
    assert (evk.peek(LPGPR), evk.peek(ALIAS)) == (1, 1)
    evk.machine.reset()
    evk.poke(LPGPR, 4)
    assert evk.peek(LPGPR) == (4 if open_again else 1), "the lock in the battery's half stays until power-on"
