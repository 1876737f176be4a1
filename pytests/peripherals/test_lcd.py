"""eLCDIF, its frame rate, buffers and interrupts. i.MX RT1060 reference manual, chapter eLCDIF; values for the panel
RK043FN02H-CT as fsl_elcdif.c of NXP's MCUXpresso SDK writes them: 533 x 288 pixel clocks of 9.3 MHz a frame."""

from __future__ import annotations

import numpy as np
import pytest
from evk import CCM, DR, ELCDIF, GPIO2, Evk, lcd_clock, lcd_start, panel_on, sdram_up

from digitrig.errors import UsageError

CTRL, CTRL_SET, CTRL_CLR = ELCDIF, ELCDIF + 4, ELCDIF + 8
CTRL1, CTRL1_SET, CTRL1_CLR = ELCDIF + 0x10, ELCDIF + 0x14, ELCDIF + 0x18
CUR_BUF, NEXT_BUF, BM_ERROR_STAT = ELCDIF + 0x40, ELCDIF + 0x50, ELCDIF + 0x190
VSYNC, DONE, UNDERFLOW, BM_ERROR = 1 << 8, 1 << 9, 1 << 10, 1 << 25
RUN, DOTCLK, CLKGATE, SFTRST = 1, 1 << 17, 1 << 30, 1 << 31
IRQ = 42
OCRAM, SDRAM = 0x20200000, 0x80000000
LINE_US = 533 / 9.3
FRAME_US = 288 * LINE_US
DONE_US = (12 + 272) * LINE_US  # VERTICAL_WAIT_CNT + V_COUNT lines after VSYNC


@pytest.fixture
def evk(tmp_path) -> Evk:
    evk = Evk(tmp_path)
    lcd_clock(evk)
    panel_on(evk)
    return evk


def test_frames_come_at_the_rate_of_the_pixel_clock(evk):
    lcd_start(evk, OCRAM)
    start = evk.us()
    evk.wait_us(DONE_US - 1)
    assert not evk.peek(CTRL1) & DONE
    evk.wait_us(2)
    assert evk.peek(CTRL1) & (DONE | VSYNC) == DONE
    assert evk.pending(IRQ)
    evk.poke(CTRL1_CLR, DONE)
    evk.forget(IRQ)
    assert not evk.pending(IRQ)
    evk.wait_us(start + FRAME_US + 1 - evk.us())
    assert evk.peek(CTRL1) & (DONE | VSYNC) == VSYNC
    evk.wait_us(start + 60 * FRAME_US + DONE_US + 1 - evk.us())
    assert evk.models["elcdif"].get("FRAMES") == 61
    assert 60.5 < 1e6 / FRAME_US < 60.7


def test_the_next_buffer_is_shown_when_the_frame_is_done(evk):
    lcd_start(evk, OCRAM)
    evk.poke(NEXT_BUF, OCRAM + 0x40000)
    evk.wait_us(DONE_US - 1)
    assert evk.peek(CUR_BUF) == OCRAM
    evk.wait_us(2)
    assert evk.peek(CUR_BUF) == OCRAM + 0x40000


def test_twice_the_pixel_clock_twice_the_frames(evk):
    evk.change(CCM + 0x18, 7 << 23, 0)  # LCDIF_PODF / 1
    lcd_start(evk, OCRAM)
    evk.wait_us(10 * FRAME_US)
    assert evk.models["elcdif"].get("FRAMES") == 20


def test_without_pixel_clock_nothing_is_shown(evk):
    evk.change(CCM + 0x74, 3 << 10, 0)  # CCGR3.CG5
    lcd_start(evk, OCRAM)
    evk.wait_us(2 * FRAME_US)
    assert not evk.peek(CTRL1) & DONE
    assert not evk.machine.display.on
    evk.change(CCM + 0x74, 0, 3 << 10)
    evk.wait_us(FRAME_US)
    assert evk.peek(CTRL1) & DONE


def test_reset_by_software_raises_the_clock_gate(evk):
    lcd_start(evk, OCRAM)
    evk.poke(CTRL_SET, SFTRST)
    assert evk.peek(CTRL) == SFTRST | CLKGATE
    assert evk.peek(CUR_BUF) == 0
    evk.wait_us(2 * FRAME_US)
    assert not evk.peek(CTRL1) & DONE


def test_stopping_lets_the_frame_end(evk):
    lcd_start(evk, OCRAM)
    evk.wait_us(1000)
    evk.poke(CTRL_CLR, DOTCLK)
    assert evk.peek(CTRL) & (RUN | DOTCLK) == RUN
    evk.wait_us(DONE_US)
    assert not evk.peek(CTRL) & (RUN | DOTCLK)
    assert not evk.machine.display.on


def test_without_run_there_is_nothing_to_wait_for(evk):
    lcd_start(evk, OCRAM)
    evk.poke(CTRL_CLR, RUN)
    assert not evk.machine.display.on
    evk.poke(CTRL_CLR, DOTCLK)
    assert not evk.peek(CTRL) & RUN


@pytest.mark.parametrize("address", [0x30000000, 0x20200000 + 0xC0000 - 100, 0x10])
def test_a_buffer_outside_memory_is_loud(evk, address):
    lcd_start(evk, address)
    evk.poke(CTRL1_SET, 1 << 26)  # BM_ERROR_IRQ_EN
    evk.poke(NEXT_BUF, OCRAM)
    evk.wait_us(DONE_US + 1)
    flags = evk.peek(CTRL1)
    if address == 0x10:  # in the instruction TCM: 261120 bytes do not fit 128 KB
        assert flags & BM_ERROR
    assert flags & (BM_ERROR | UNDERFLOW) == BM_ERROR | UNDERFLOW
    assert evk.peek(BM_ERROR_STAT) == address
    assert evk.pending(IRQ)
    (entry,) = [entry for entry in evk.machine.log() if entry.kind == "bus_fault"]
    assert (entry.device, entry.address, entry.detail) == ("elcdif", address, "nothing at that address")
    assert not evk.machine.display.frame().any()


def test_a_buffer_in_sdram_needs_its_controller(evk):
    lcd_start(evk, SDRAM)
    evk.wait_us(DONE_US + 1)
    assert evk.peek(CTRL1) & UNDERFLOW
    assert evk.machine.log()[-1].detail == "memory that is not set up yet"
    sdram_up(evk)
    evk.poke(CTRL1_CLR, UNDERFLOW | BM_ERROR)
    evk.wait_us(FRAME_US)
    assert not evk.peek(CTRL1) & UNDERFLOW


def test_rgb565_pixels(evk):
    lcd_start(evk, OCRAM)
    evk.machine.memory.write(OCRAM, b"".join(v.to_bytes(2, "little") for v in (0xF800, 0x07E0, 0x001F, 0xFFFF, 0x8410)))
    evk.machine.memory.write(OCRAM + 2 * (480 * 272 - 1), b"\xe0\x07")
    frame = evk.machine.display.frame()
    assert frame.shape == (272, 480, 3)
    assert frame.dtype == np.uint8
    # 0x10 of 5 bits is 0b10000100 of 8, 0x20 of 6 bits 0b10000010: the upper bits again
    assert frame[0, :5].tolist() == [[255, 0, 0], [0, 255, 0], [0, 0, 255], [255, 255, 255], [132, 130, 132]]
    assert frame[271, 479].tolist() == [0, 255, 0]


def test_xrgb8888_pixels(evk):
    sdram_up(evk)
    lcd_start(evk, SDRAM, xrgb=True)
    evk.machine.memory.write(SDRAM + 4 * (480 + 2), (0xFF123456).to_bytes(4, "little"))
    assert evk.machine.display.frame()[1, 2].tolist() == [0x12, 0x34, 0x56]


def test_a_format_that_no_picture_can_be_taken_of(evk):
    lcd_start(evk, OCRAM)
    evk.change(CTRL, 3 << 8, 1 << 8)  # WORD_LENGTH 1: 8 bits through the LUT
    with pytest.raises(UsageError, match="shows pixels of format raw8; pictures can be taken of rgb565"):
        evk.machine.display.frame()


def test_the_panel_is_dark_without_its_light(evk):
    lcd_start(evk, OCRAM)
    evk.machine.memory.write(OCRAM, b"\xff" * 1000)
    assert evk.machine.display.on
    evk.poke(GPIO2 + DR, 0)
    assert not evk.machine.display.on
    assert not evk.machine.display.frame().any()


def test_a_snapshot_keeps_the_beam(evk):
    lcd_start(evk, OCRAM)
    evk.wait_us(3 * FRAME_US + 100)
    snapshot = evk.machine.snapshot()
    evk.wait_us(5 * FRAME_US)
    frames = evk.models["elcdif"].get("FRAMES")
    evk.machine.restore(snapshot)
    assert evk.models["elcdif"].get("FRAMES") == frames - 5
    evk.wait_us(5 * FRAME_US)
    assert evk.models["elcdif"].get("FRAMES") == frames


def test_a_reset_stops_it(evk):
    lcd_start(evk, OCRAM)
    evk.machine.reset()
    evk.wait_us(2 * FRAME_US)
    assert evk.models["elcdif"].get("FRAMES") == 0
