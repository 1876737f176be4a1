"""Register files: widths, masks, write-one-to-clear, aliases, gating, what is loud."""

from __future__ import annotations

import pytest
from guest import FULL, Guest, row

from digitrig.native import core as native
from digitrig.native.core import CoreError

BASE = 0x40000000


def with_registers(*rows: tuple[int, ...], **options: object) -> tuple[Guest, int]:
    guest = Guest()
    return guest, guest.core.add_device("block", BASE, 0x100, rows, **options)  # type: ignore[arg-type]


def test_a_write_replaces_only_the_bits_of_the_write_mask() -> None:
    guest, _ = with_registers(row(0, reset=0xA5A5A5A5, write=0x00FF00FF))
    guest.store(BASE, 0x12345678)
    assert guest.load(BASE) == 0xA534A578


def test_narrow_writes_merge_into_a_word_register() -> None:
    guest, _ = with_registers(row(0, reset=0x11223344))
    guest.store(BASE + 2, 0xABCD, width=2)
    guest.store(BASE, 0xEF, width=1)
    assert guest.load(BASE) == 0xABCD33EF
    assert guest.load(BASE + 3, width=1) == 0xAB


def test_a_wide_access_reaches_each_of_the_byte_registers_side_by_side() -> None:
    guest, _ = with_registers(*(row(i, width=1, reset=0x10 + i, write=0xFF) for i in range(4)))
    assert guest.load(BASE) == 0x13121110
    guest.store(BASE + 2, 0x28D9, width=2)
    assert [guest.load(BASE + i, width=1) for i in range(4)] == [0x10, 0x11, 0xD9, 0x28]


def test_write_one_clears_a_flag_and_write_zero_leaves_it() -> None:
    guest, _ = with_registers(row(0, reset=0xC0, write=0x0F, w1c=0xF0))
    guest.store(BASE, 0x45)
    assert guest.load(BASE) == 0x85


def test_set_clear_and_toggle_aliases_work_on_one_register() -> None:
    guest, _ = with_registers(row(0x10, reset=0x00FF, flags=native.REG_ALIAS_SET))
    guest.store(BASE + 0x14, 0xF000)
    guest.store(BASE + 0x18, 0x000F)
    guest.store(BASE + 0x1C, 0x0110)
    assert guest.load(BASE + 0x10) == 0xF1E0
    assert guest.load(BASE + 0x18) == 0xF1E0, "an alias reads the register"


def test_a_gated_block_faults_until_its_clock_is_on() -> None:
    guest, device = with_registers(row(0))
    guest.core.set_enabled(device, False)
    guest.load(BASE)
    assert guest.faulted
    assert [(e.detail, e.address) for e in guest.core.log() if e.kind == 3] == [(3, BASE)]


def test_an_access_width_that_the_block_does_not_take_faults() -> None:
    guest, _ = with_registers(row(0), widths=4)
    guest.load(BASE, width=1)
    assert guest.faulted


def test_an_address_without_a_register_is_logged_and_counted_once_per_place() -> None:
    guest, _ = with_registers(row(0))
    for _ in range(3):
        assert guest.load(BASE + 0x20) == 0
    (entry,) = guest.core.log()
    assert (native.LOG_KINDS[entry.kind], entry.address, entry.count) == ("absent", BASE + 0x20, 3)


def test_an_address_without_a_register_faults_where_the_block_says_so() -> None:
    guest, _ = with_registers(row(0), absent_faults=True)
    guest.load(BASE + 0x20)
    assert guest.faulted


def test_writing_a_one_to_reserved_bits_and_touching_a_tagged_register_is_logged() -> None:
    reserved = (0, 4, 0, 0, 0xFF, 0, FULL, 0xFFFFFF00)
    guest, _ = with_registers(reserved, row(4, flags=native.REG_TAGGED))
    guest.store(BASE, 0x1FF)
    guest.load(BASE + 4)
    assert [(native.LOG_KINDS[e.kind], e.detail) for e in guest.core.log()] == [("reserved", 0x100), ("tagged", 0)]


def test_an_unmapped_address_faults_and_the_log_says_where() -> None:
    guest = Guest()
    guest.load(0x50000000)
    assert guest.faulted
    entry = next(e for e in guest.core.log() if native.LOG_KINDS[e.kind] == "bus_fault")
    assert (entry.address, entry.detail, entry.pc) == (0x50000000, 1, 0x280)


def test_a_store_to_flash_faults_and_leaves_it_alone() -> None:
    guest = Guest()
    before = guest.core.read(0x100, 4)
    guest.store(0x100, 0x12345678)
    assert guest.faulted
    assert guest.core.read(0x100, 4) == before


def test_hooks_see_the_raw_write_and_may_replace_what_is_read() -> None:
    guest, device = with_registers(row(0, write=0xF, flags=native.REG_HOOK_READ | native.REG_HOOK_WRITE))
    calls = []

    def hook(kind: int, number: int, arg: int, value: int, old: int, written: int, width: int) -> int:
        calls.append((kind, number, arg, value, old, written, width))
        return 0x77 if kind == native.HOOK_READ else value

    guest.core.set_hook(hook)
    guest.store(BASE, 0x13)
    assert guest.load(BASE) == 0x77
    assert calls[:2] == [(native.HOOK_WRITE, device, 0, 3, 0, 0x13, 4), (native.HOOK_READ, device, 0, 3, 0, 0, 4)]


def test_an_exception_in_a_hook_ends_the_run_and_comes_out_of_it() -> None:
    guest, _ = with_registers(row(0, flags=native.REG_HOOK_READ))

    def hook(*_: int) -> int:
        raise KeyError("model is wrong")

    guest.core.set_hook(hook)
    with pytest.raises(KeyError, match="model is wrong"):
        guest.load(BASE)


def test_several_lines_on_one_interrupt_are_ored() -> None:
    guest, first = with_registers(row(0))
    second = guest.core.add_device("other", BASE + 0x1000, 0x100, [row(0)])
    guest.core.connect(first, 0, 5)
    guest.core.connect(second, 0, 5)
    pending = 0xE000E200
    guest.core.set_line(first, 0, True)
    guest.core.set_line(second, 0, True)
    guest.core.set_line(first, 0, False)
    guest.store(0xE000E280, 1 << 5)
    assert guest.load(pending) >> 5 & 1, "still asserted by the second: pending again"
    guest.core.set_line(second, 0, False)
    guest.store(0xE000E280, 1 << 5)
    assert not guest.load(pending) >> 5 & 1


def test_events_come_in_the_order_of_time_then_priority_then_request() -> None:
    guest, device = with_registers(row(0))
    seen: list[tuple[int, int]] = []

    def hook(kind: int, number: int, arg: int, *_: int) -> int:
        if kind == native.HOOK_EVENT:
            seen.append((arg, guest.core.now_ps))
        return 0

    guest.core.set_hook(hook)
    for event, delay, priority in ((1, 3000, 5), (2, 2000, 9), (3, 2000, 1), (4, 2000, 9)):
        guest.core.schedule(device, event, delay, priority)
    guest.core.schedule(device, 5, 1000, 0)
    guest.core.cancel(device, 5)
    guest.sleep(10_000_000)
    assert seen == [(3, 2000), (2, 2000), (4, 2000), (1, 3000)]


@pytest.mark.parametrize(
    ("base", "size", "text"),
    [
        (0x20000400, 0x100, "overlaps memory ram at 0x20000000"),
        (BASE + 0x80, 0x100, "overlaps block at 0x40000000"),
        (0xFFFFFF00, 0x200, "leave the address space"),
    ],
)
def test_a_device_that_overlaps_is_refused_with_what_is_there(base: int, size: int, text: str) -> None:
    guest, _ = with_registers(row(0))
    with pytest.raises(CoreError, match=text):
        guest.core.add_device("late", base, size, [row(0)])


def test_a_snapshot_brings_back_memory_registers_and_pending_events() -> None:
    guest, device = with_registers(row(0))
    guest.core.schedule(device, 1, 50_000, 0)
    guest.store(0x20000100, 0xCAFE)
    guest.store(BASE, 7)
    snapshot = guest.core.take_snapshot()
    seen: list[int] = []
    guest.core.set_hook(lambda kind, *rest: seen.append(guest.core.now_ps) or 0)  # type: ignore[func-returns-value]
    ends = []
    for _ in range(2):
        guest.store(0x20000100, 0xDEAD)
        guest.store(BASE, 9)
        ends.append(guest.sleep(1_000_000))
        guest.core.restore_snapshot(snapshot)
        assert guest.core.read(0x20000100, 4) == bytes.fromhex("FECA0000")
        assert guest.core.get_register(device, 0) == 7
    assert ends[0] == ends[1]
    assert seen[0] == seen[1]


def test_snapshots_can_be_restored_in_any_order() -> None:
    guest = Guest()
    snapshots = []
    for value in range(4):
        guest.store(0x20000000 + 0x400 * value, value + 1)
        snapshots.append(guest.core.take_snapshot())
    for index in (2, 0, 3, 1, 1, 3):
        guest.core.restore_snapshot(snapshots[index])
        found = [guest.core.read(0x20000000 + 0x400 * i, 1)[0] for i in range(4)]
        assert found == [i + 1 if i <= index else 0 for i in range(4)]
