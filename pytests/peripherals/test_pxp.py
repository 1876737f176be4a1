"""PXP: pictures in memory, moved and mixed. Expected pixels by hand or by plain loops here, from the fields' meaning in
the i.MX RT1060 reference manual, chapter PXP; register values as fsl_pxp.c of NXP's SDK writes them."""

from __future__ import annotations

import pytest
from evk import Evk

PXP = 0x402B4000
CTRL, STAT, OUT_CTRL, OUT_BUF, OUT_PITCH, OUT_LRC = (PXP + o for o in (0x00, 0x10, 0x20, 0x30, 0x50, 0x60))
PS_ULC, PS_LRC, AS_ULC, AS_LRC = (PXP + o for o in (0x70, 0x80, 0x90, 0xA0))
PS_CTRL, PS_BUF, PS_PITCH, BACKGROUND, PS_SCALE = (PXP + o for o in (0xB0, 0xC0, 0xF0, 0x100, 0x110))
PS_KEY_LOW, PS_KEY_HIGH, AS_CTRL, AS_BUF, AS_PITCH, AS_KEY_LOW, AS_KEY_HIGH = (
    PXP + o for o in (0x130, 0x140, 0x150, 0x160, 0x170, 0x180, 0x190)
)
ARGB, RGB888, PACKED, RGB565 = 0, 4, 5, 0xE
DONE, WRITE_ERROR, READ_ERROR = 1, 2, 4
SOURCE, OVERLAY, TARGET = 0x20200000, 0x20210000, 0x20220000
OFF = 0x3FFF3FFF
IRQ = 44


@pytest.fixture
def evk(tmp_path) -> Evk:
    """The PXP out of reset, both surfaces off."""
    evk = Evk(tmp_path)
    evk.poke(CTRL + 8, 1 << 31)
    evk.poke(CTRL + 8, 1 << 30)
    for corner in (PS_ULC, AS_ULC):
        evk.poke(corner, OFF)
    return evk


def put(evk: Evk, address: int, pixels: list[list[int]], size: int = 4) -> None:
    evk.machine.memory.write(address, b"".join(p.to_bytes(size, "little") for row in pixels for p in row))


def get(evk: Evk, width: int, height: int, size: int = 4) -> list[list[int]]:
    data = evk.machine.memory.read(TARGET, width * height * size)
    pixels = [int.from_bytes(data[i : i + size], "little") for i in range(0, len(data), size)]
    return [pixels[row * width : (row + 1) * width] for row in range(height)]


def output(evk: Evk, width: int, height: int, kind: int = RGB888, size: int = 4, pitch: int | None = None) -> None:
    for register, value in ((OUT_CTRL, kind), (OUT_BUF, TARGET), (OUT_LRC, (width - 1) << 16 | height - 1)):
        evk.poke(register, value)
    evk.poke(OUT_PITCH, pitch or width * size)


def processed(evk: Evk, x: int, y: int, width: int, height: int, pitch: int, kind: int = RGB888) -> None:
    for register, value in ((PS_CTRL, kind), (PS_BUF, SOURCE), (PS_PITCH, pitch), (PS_ULC, x << 16 | y)):
        evk.poke(register, value)
    evk.poke(PS_LRC, (x + width - 1) << 16 | y + height - 1)


def overlay(evk: Evk, x: int, y: int, width: int, height: int, control: int) -> None:
    for register, value in ((AS_CTRL, control), (AS_BUF, OVERLAY), (AS_PITCH, width * 4), (AS_ULC, x << 16 | y)):
        evk.poke(register, value)
    evk.poke(AS_LRC, (x + width - 1) << 16 | y + height - 1)


def run(evk: Evk, control: int = 0) -> int:
    evk.poke(STAT + 8, 0xFF)
    evk.poke(CTRL, control | 1)
    assert evk.peek(CTRL) & 1
    evk.wait_us(1000)
    assert not evk.peek(CTRL) & 1
    return evk.peek(STAT)


def test_background_and_a_surface_in_it(evk):
    evk.poke(BACKGROUND, 0x112233)
    put(evk, SOURCE, [[0xAA0001, 0xAA0002, 0], [0xAA0003, 0xAA0004, 0]])
    output(evk, 4, 3)
    processed(evk, 1, 1, 2, 2, pitch=12)
    assert run(evk) == DONE
    b = 0x112233
    assert get(evk, 4, 3) == [[b, b, b, b], [b, 0xAA0001, 0xAA0002, b], [b, 0xAA0003, 0xAA0004, b]]


def test_colours_of_few_bits(evk):
    put(evk, SOURCE, [[0xFFFF, 0xF800, 0x8410, 0x0001]], 2)
    output(evk, 4, 1)
    processed(evk, 0, 0, 4, 1, pitch=8, kind=RGB565)
    run(evk)
    assert get(evk, 4, 1) == [[0xFFFFFF, 0xFF0000, 0x848284, 0x000008]]
    output(evk, 4, 1, RGB565, 2)
    run(evk)
    assert get(evk, 4, 1, 2) == [[0xFFFF, 0xF800, 0x8410, 0x0001]]
    output(evk, 4, 1, PACKED, 3)
    run(evk)
    assert get(evk, 4, 1, 3) == [[0xFFFFFF, 0xFF0000, 0x848284, 0x000008]]


@pytest.mark.parametrize(
    ("control", "expected", "width"),
    [
        (0, [1, 2, 3, 4, 5, 6], 3),
        (1 << 10, [3, 2, 1, 6, 5, 4], 3),
        (1 << 11, [4, 5, 6, 1, 2, 3], 3),
        (1 << 8, [4, 1, 5, 2, 6, 3], 2),
        (2 << 8, [6, 5, 4, 3, 2, 1], 3),
        (3 << 8, [3, 6, 2, 5, 1, 4], 2),
        (1 << 8 | 1 << 10, [6, 3, 5, 2, 4, 1], 2),
    ],
)
def test_flips_and_turns(evk, control, expected, width):
    put(evk, SOURCE, [[1, 2, 3], [4, 5, 6]])
    output(evk, 3, 2, pitch=width * 4)
    processed(evk, 0, 0, 3, 2, pitch=12)
    run(evk, control)
    assert [pixel for row in get(evk, width, 6 // width) for pixel in row] == expected


def test_turning_the_surface_alone(evk):
    put(evk, SOURCE, [[1, 2, 3], [4, 5, 6]])
    output(evk, 3, 3)
    processed(evk, 1, 0, 2, 3, pitch=12)
    run(evk, 1 << 8 | 1 << 22)
    assert get(evk, 3, 3) == [[0, 4, 1], [0, 5, 2], [0, 6, 3]]


@pytest.mark.parametrize(
    ("control", "expected"),
    [
        (0, 0x80404040),  # alpha of the pixel, 0x80: (0x80 * 0x80 + 0 * 0x7F) / 255 = 0x40
        (1 << 1 | 0xFF << 8, 0xFF808080),
        (1 << 1 | 0x00 << 8, 0x00000000),
        (2 << 1 | 0x80 << 8, 0x40202020),  # 0x80 * 0x80 / 255 = 0x40
        (1 << 1 | 0xFF << 8 | 1 << 20, 0x00000000),
    ],
)
def test_blending(evk, control, expected):
    put(evk, OVERLAY, [[0x80808080]])
    output(evk, 1, 1, ARGB)
    overlay(evk, 0, 0, 1, 1, control)
    run(evk)
    assert get(evk, 1, 1) == [[expected]]


@pytest.mark.parametrize(
    ("code", "result"),
    [(0x0, 0x0000CC & 0x0000AA), (0x1, 0x000022), (0x3, 0x0000EE), (0x7, 0xFFFF55), (0xA, 0x000066), (0xB, 0xFFFF99)],
)
def test_raster_operations(evk, code, result):
    evk.poke(BACKGROUND, 0xAA)
    put(evk, OVERLAY, [[0x770000CC]])
    output(evk, 1, 1, ARGB)
    overlay(evk, 0, 0, 1, 1, 3 << 1 | code << 16)
    run(evk)
    assert get(evk, 1, 1) == [[0x77000000 | result]]


def test_colour_keys(evk):
    evk.poke(BACKGROUND, 0x999999)
    put(evk, SOURCE, [[0x102030, 0x405060]])
    put(evk, OVERLAY, [[0xFF0000FF, 0xFF00FF00]])
    output(evk, 2, 1)
    processed(evk, 0, 0, 2, 1, pitch=8)
    evk.poke(PS_KEY_LOW, 0x405060)
    evk.poke(PS_KEY_HIGH, 0x405060)
    run(evk)
    assert get(evk, 2, 1) == [[0x102030, 0x999999]]
    overlay(evk, 0, 0, 2, 1, 1 << 3)
    evk.poke(AS_KEY_LOW, 0x0000F0)
    evk.poke(AS_KEY_HIGH, 0x0000FF)
    run(evk)
    assert get(evk, 2, 1) == [[0x102030, 0x00FF00]]


def test_twice_as_large_and_half_as_large(evk):
    put(evk, SOURCE, [[0x000000, 0x640000], [0xC80000, 0x2C0000]])
    output(evk, 4, 4)
    processed(evk, 0, 0, 4, 4, pitch=8)
    evk.poke(PS_SCALE, 0x0800 << 16 | 0x0800)
    run(evk)
    reds = [[pixel >> 16 for pixel in row] for row in get(evk, 4, 4)]
    assert reds == [[0, 50, 100, 100], [100, 86, 72, 72], [200, 122, 44, 44], [200, 122, 44, 44]]
    put(evk, SOURCE, [[0x100000, 0x300000, 0x010000, 0x030000], [0x500000, 0x700000, 0x050000, 0x070000]])
    output(evk, 2, 1)
    processed(evk, 0, 0, 2, 1, pitch=16)
    evk.poke(PS_CTRL, RGB888 | 1 << 8 | 1 << 10)  # decimate by 2 both ways
    evk.poke(PS_SCALE, 0x10001000)
    run(evk)
    assert get(evk, 2, 1) == [[0x400000, 0x040000]]


@pytest.mark.parametrize(
    ("register", "value", "error"),
    [
        (PS_BUF, 0x30000000, READ_ERROR),
        (PS_BUF, 0x80000000, READ_ERROR),
        (OUT_BUF, 0x60000000, WRITE_ERROR),
        (PS_CTRL, 0x10, READ_ERROR),
        (OUT_CTRL, 0x14, WRITE_ERROR),
    ],
)
def test_what_cannot_be_reached_or_is_not_known(evk, register, value, error):
    output(evk, 2, 1)
    processed(evk, 0, 0, 2, 1, pitch=8)
    evk.poke(register, value)
    assert run(evk) == DONE | error
    faults = [entry for entry in evk.machine.log() if entry.kind == "bus_fault"]
    assert [entry.device for entry in faults] == (["pxp"] if value >= 0x30000000 else [])


def test_the_interrupt_and_the_time_it_takes(evk):
    output(evk, 100, 50)
    evk.poke(CTRL, 3)
    clocks_us = 5000 / (evk.models["ccm"].clock_hz("semc") / 1e6)
    evk.wait_us(clocks_us - 0.1)
    assert not evk.peek(STAT)
    evk.wait_us(0.2)
    assert evk.peek(STAT) == DONE
    assert evk.pending(IRQ)
    evk.poke(STAT + 8, 1)
    evk.forget(IRQ)
    assert not evk.pending(IRQ)


@pytest.mark.parametrize("pitch", [0, 0xFFFF])
def test_pictures_larger_than_any_memory(evk, pitch):
    evk.poke(OUT_LRC, 0x3FFF3FFF)
    evk.poke(CTRL, 1)
    evk.wait_us(3_000_000)
    assert evk.peek(STAT) == DONE | WRITE_ERROR
    output(evk, 2, 2)
    processed(evk, 0, 0, 2, 2, pitch=pitch)
    evk.poke(PS_SCALE, 0x7FFF7FFF)
    output(evk, 2000, 2000)
    evk.poke(PS_LRC, 1999 << 16 | 1999)
    evk.poke(STAT + 8, 0xFF)
    evk.poke(CTRL, 1)
    evk.wait_us(100_000)
    assert evk.peek(STAT) == DONE | READ_ERROR


def test_reset_stops_it(evk):
    output(evk, 100, 50)
    evk.poke(CTRL, 1)
    evk.poke(CTRL + 4, 1 << 31)
    assert evk.peek(CTRL) == 0xC0000000
    evk.wait_us(1000)
    assert evk.peek(STAT) == 0
