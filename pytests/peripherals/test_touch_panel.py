"""FT5406 behind LPI2C1 and its pins. Registers as fsl_ft5406_rt.c of NXP's SDK reads them: 32 bytes from 1."""

from __future__ import annotations

import pytest
from evk import CCM, DR, GDIR, GPIO1, ICR1, IMR, ISR, LPI2C1, PSR, Evk

from digitrig.errors import UsageError

MCR, MSR, MCCR0, MFSR, MTDR, MRDR = (LPI2C1 + o for o in (0x10, 0x14, 0x48, 0x5C, 0x60, 0x70))
NDF = 1 << 10
PRESS, LIFT, CONTACT, NOTHING = range(4)
INT = 1 << 11
STARTED_US = 200_000
SCAN_US = 10_000


@pytest.fixture
def evk(tmp_path) -> Evk:
    """LPI2C1 at 400 kHz or so; the chip has started. The last scan of the idle glass was just now."""
    evk = Evk(tmp_path)
    evk.change(CCM + 0x38, 0x7F << 18, 5 << 19)
    evk.poke(MCCR0, 0x05090B0B)
    evk.poke(MCR, 1)
    evk.wait_us(STARTED_US - evk.us() + 1)
    return evk


def transfer(evk: Evk, *words: int) -> None:
    for word in words:
        while evk.peek(MFSR) & 7 == 4:
            evk.wait_us(20)
        evk.poke(MTDR, word)


def read(evk: Evk, register: int, count: int) -> list[int]:
    transfer(evk, 0x470, register, 0x471, 0x100 | count - 1)
    found: list[int] = []
    while len(found) < count:
        evk.wait_us(30)
        while not (word := evk.peek(MRDR)) & 1 << 14:
            found.append(word & 0xFF)
        assert not evk.peek(MSR) & NDF
    transfer(evk, 0x200)
    evk.wait_us(20)
    return found


def point(data: list[int], n: int) -> tuple[int, int, int, int]:
    """(event, number, x, y) of slot n in what register 2 and on gave."""
    xh, xl, yh, yl = data[1 + 6 * n : 5 + 6 * n]
    return xh >> 6, yh >> 4, (xh & 15) << 8 | xl, (yh & 15) << 8 | yl


def test_an_idle_glass_reports_nothing(evk):
    data = read(evk, 2, 13)
    assert data[0] == 0
    assert data[1:] == [0xFF] * 12
    assert read(evk, 0xA3, 1) == [0x55]


def test_press_contact_lift_nothing(evk):
    evk.machine.touch.touch(479, 7)
    events = []
    for step in range(6):
        evk.wait_us(SCAN_US * (step + 1) + STARTED_US + 100 - evk.us())
        if step == 3:
            evk.machine.touch.release()
        data = read(evk, 2, 13)
        events.append((data[0], point(data, 0)[0]))
        if data[0]:
            assert point(data, 0) == (events[-1][1], 0, 7, 479), "the chip's x runs along the screen's y"
    assert events == [(1, PRESS), (1, CONTACT), (1, CONTACT), (1, CONTACT), (0, LIFT), (0, NOTHING)]


def test_a_touch_shorter_than_a_scan_is_reported_once(evk):
    evk.machine.touch.touch(10, 20)
    evk.machine.touch.release()
    found = []
    for step in range(3):
        evk.wait_us(SCAN_US * (step + 1) + STARTED_US + 100 - evk.us())
        found.append(point(read(evk, 2, 13), 0)[0])
    assert found == [PRESS, LIFT, NOTHING]


def test_a_finger_lifted_and_put_back_between_two_scans_is_lifted_first(evk):
    touch = evk.machine.touch
    touch.touch(10, 20)
    evk.wait_us(SCAN_US + 100)
    touch.release()
    touch.touch(30, 40)
    found = []
    for _ in range(3):
        evk.wait_us(SCAN_US)
        found.append(point(read(evk, 2, 13), 0)[0])
    assert found[:2] == [LIFT, PRESS]


def test_two_fingers_keep_their_numbers(evk):
    touch = evk.machine.touch
    touch.touch(100, 50)
    touch.touch(300, 200, 1)
    evk.wait_us(SCAN_US + 100)
    data = read(evk, 2, 13)
    assert data[0] == 2
    assert (point(data, 0), point(data, 1)) == ((PRESS, 0, 50, 100), (PRESS, 1, 200, 300))
    touch.release(0)
    evk.wait_us(SCAN_US)
    data = read(evk, 2, 13)
    assert data[0] == 1
    assert point(data, 0) == (CONTACT, 1, 200, 300), "fingers that touch come first"
    assert point(data, 1) == (LIFT, 0, 50, 100)


def test_the_pointer_runs_on_and_registers_can_be_written(evk):
    transfer(evk, 0x470, 0x80, 0x22, 0x33, 0x200)
    evk.wait_us(500)
    assert read(evk, 0x80, 3) == [0x22, 0x33, 0x1D]
    transfer(evk, 0x470, 0xA3, 0x99, 0x200)
    evk.wait_us(500)
    assert read(evk, 0xA3, 1) == [0x55], "read only"


def test_the_interrupt_pin_pulses_at_each_report(evk):
    evk.poke(GPIO1 + ICR1, 3 << 22)  # pin 11: falling edge
    evk.poke(GPIO1 + IMR, INT)
    evk.machine.touch.touch(1, 1)
    assert evk.peek(GPIO1 + PSR) & INT
    evk.wait_us(SCAN_US + STARTED_US + 100 - evk.us())
    assert not evk.peek(GPIO1 + PSR) & INT
    assert evk.peek(GPIO1 + ISR) & INT
    assert evk.pending(80)
    evk.wait_us(1000)
    assert evk.peek(GPIO1 + PSR) & INT
    evk.poke(GPIO1 + ISR, INT)
    evk.forget(80)
    assert not evk.pending(80)
    evk.wait_us(SCAN_US)
    assert evk.peek(GPIO1 + ISR) & INT, "the next report"


def test_the_interrupt_pin_as_a_level(evk):
    transfer(evk, 0x470, 0xA4, 0, 0x200)
    evk.machine.touch.touch(1, 1)
    evk.wait_us(SCAN_US * 2.5)
    assert not evk.peek(GPIO1 + PSR) & INT
    evk.machine.touch.release()
    evk.wait_us(SCAN_US)
    assert evk.peek(GPIO1 + PSR) & INT


def test_the_reset_pin_silences_the_chip(evk):
    transfer(evk, 0x470, 0x80, 0x22, 0x200)
    evk.wait_us(500)
    evk.poke(GPIO1 + GDIR, 1 << 2)
    evk.poke(GPIO1 + DR, 0)
    transfer(evk, 0x470, 0x200)
    evk.wait_us(500)
    assert evk.peek(MSR) & NDF
    evk.poke(MCR, 1 | 1 << 8)
    evk.poke(MSR, 0x7F00)
    evk.machine.touch.touch(5, 6)
    evk.poke(GPIO1 + DR, 1 << 2)
    start = evk.us()
    assert read(evk, 0x80, 1) == [0x46], "back at its reset value"
    evk.wait_us(start + STARTED_US - 1000 - evk.us())
    assert read(evk, 2, 1) == [0]
    evk.wait_us(2000)
    assert read(evk, 2, 1) == [1], "a finger that is there is found once the chip runs"


def test_a_reset_of_the_part_is_none_of_the_chip(evk):
    transfer(evk, 0x470, 0x80, 0x22, 0x200)
    evk.machine.touch.touch(5, 6)
    evk.wait_us(SCAN_US * 1.5)
    evk.machine.reset()
    chip = evk.models["touch"]
    assert (chip.get("THGROUP"), chip.get("TD_STATUS")) == (0x22, 1)
    evk.machine.touch.release()
    evk.wait_us(SCAN_US * 3)
    assert chip.get("TD_STATUS") == 0


def test_a_snapshot_keeps_the_fingers(evk):
    evk.machine.touch.touch(5, 6)
    evk.wait_us(SCAN_US * 1.5)
    snapshot = evk.machine.snapshot()
    evk.machine.touch.release()
    evk.wait_us(SCAN_US * 3)
    evk.machine.restore(snapshot)
    evk.wait_us(SCAN_US * 3)
    assert point(read(evk, 2, 13), 0) == (CONTACT, 0, 6, 5)


@pytest.mark.parametrize(
    ("place", "text"),
    [
        ((480, 0, 0), r"touch at \(480, 0\) is off the glass; x is 0..479, y is 0..271"),
        ((0, -1, 0), r"touch at \(0, -1\) is off the glass"),
        ((0, 0, 2), "touch point 2 asked for; the panel tells 2 fingers apart: 0 and 1"),
    ],
)
def test_what_no_finger_can_do(evk, place, text):
    with pytest.raises(UsageError, match=text):
        evk.machine.touch.touch(*place)


def test_only_known_points_are_lifted(evk):
    with pytest.raises(UsageError, match="touch point 5 asked for"):
        evk.machine.touch.release(5)
