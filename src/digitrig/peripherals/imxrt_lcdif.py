"""eLCDIF of i.MX RT: timing of the RGB interface, frame buffers, interrupts.

Source: i.MX RT1060 reference manual, chapter eLCDIF; MIMXRT1062.h; reset values from NXP's SVD of the RT1052, which has
the same block. Pictures are not copied while a board runs: whoever wants one reads the buffer that is being scanned
(`scanned`). What a frame costs is one event when its last line has been sent and one at VSYNC: then CUR_FRAME_DONE and
VSYNC_EDGE are set and NEXT_BUF becomes CUR_BUF. The period is that of the timing registers and of the pixel clock, and
is looked up anew for each frame.

A buffer that is not in memory, or in SDRAM that is not set up, is a bus master error: BM_ERROR with its address,
UNDERFLOW because the line FIFO runs dry, and an entry in the log. Clearing DOTCLK_MODE lets the frame end, then RUN
drops. Not modelled: VSYNC and MPU interfaces, LUT, pigeon mode, swizzling and shifting of pixels, CRC.
"""

from __future__ import annotations

from dataclasses import dataclass

from digitrig.peripherals.base import Peripheral, cycles_ps, register
from digitrig.peripherals.registers import Access, Field, Register, State, hidden, tagged

RO = Access.RO
M, STORED = State.MODELLED, State.STORED
RUN, MASTER, DOTCLK, CLKGATE, SFTRST = 1 << 0, 1 << 5, 1 << 17, 1 << 30, 1 << 31
CTRL_AFTER_RESET = SFTRST | CLKGATE
VSYNC_EDGE, FRAME_DONE, UNDERFLOW, OVERFLOW, BM_ERROR = 1 << 8, 1 << 9, 1 << 10, 1 << 11, 1 << 25
EVENT_FRAME_DONE, EVENT_VSYNC = 0, 1
# WORD_LENGTH -> BYTE_PACKING_FORMAT -> (format, bytes a pixel)
FORMATS = {
    (0, 0xF): ("rgb565", 2),
    (1, 0xF): ("raw8", 1),
    (3, 0x7): ("xrgb8888", 4),
    (3, 0xF): ("rgb888", 3),
}


@dataclass(frozen=True)
class Scanned:
    """What is being shown. address: of the first pixel.  format: rgb565, xrgb8888, rgb888, raw8 or "" (unknown)."""

    address: int
    width: int
    height: int
    format: str
    pixel_bytes: int


def _control(name: str, offset: int, reset: int, fields: tuple[Field, ...] = (), hook: bool = False) -> Register:
    return Register(
        name,
        offset,
        reset=reset,
        fields=fields,
        rest=STORED,
        alias_set=True,
        hook_write=hook,
        state=M if hook else STORED,
    )


def _spaced(names: str, first: int) -> tuple[Register, ...]:
    return tuple(Register(name, first + 0x10 * i) for i, name in enumerate(names.split()))


@register("Video.IMXRT_ELCDIF")
class ELCDIF(Peripheral):
    SIZE = 0x4000
    lines = ("IRQ",)
    source = "i.MX RT1060 RM, chapter eLCDIF"
    TABLE = (
        _control(
            "CTRL / Control",
            0x00,
            CTRL_AFTER_RESET,
            (
                Field("RUN / Run", 0),
                Field("MASTER / Reads the buffer itself", 5),
                Field("WORD_LENGTH / Bits of a pixel", 8, 2),
                Field("DOTCLK_MODE / RGB interface", 17),
                Field("CLKGATE / Clock off", 30),
                Field("SFTRST / Reset", 31),
            ),
            hook=True,
        ),
        _control(
            "CTRL1 / Control 1",
            0x10,
            0x000F0000,
            (
                Field("VSYNC_EDGE_IRQ / VSYNC", 8),
                Field("CUR_FRAME_DONE_IRQ / Frame done", 9),
                Field("UNDERFLOW_IRQ / FIFO ran dry", 10),
                Field("OVERFLOW_IRQ / FIFO overflow", 11),
                Field("IRQ_EN / Enables of the four", 12, 4),
                Field("BYTE_PACKING_FORMAT / Bytes of a word that hold pixels", 16, 4),
                Field("BM_ERROR_IRQ / Bus master error", 25),
                Field("BM_ERROR_IRQ_EN / Enable", 26),
            ),
            hook=True,
        ),
        _control("CTRL2 / Control 2", 0x20, 0x00200000),
        Register(
            "TRANSFER_COUNT / Valid data",
            0x30,
            reset=0x00010000,
            fields=(Field("H_COUNT / Pixels of a line", 0, 16), Field("V_COUNT / Lines", 16, 16)),
            state=M,
        ),
        Register("CUR_BUF / Current buffer", 0x40, state=M),
        Register("NEXT_BUF / Next buffer", 0x50, state=M),
        _control(
            "VDCTRL0 / VSYNC and dot clock 0", 0x70, 0, (Field("VSYNC_PERIOD_UNIT / Period in lines", 21),), hook=False
        ),
        Register("VDCTRL1 / VSYNC period", 0x80, state=M),
        Register(
            "VDCTRL2 / HSYNC",
            0x90,
            fields=(Field("HSYNC_PERIOD / Clocks of a line", 0, 18), Field("HSYNC_PULSE_WIDTH / Width", 18, 14)),
            state=M,
        ),
        Register(
            "VDCTRL3 / Wait counts",
            0xA0,
            fields=(
                Field("VERTICAL_WAIT_CNT / Lines from VSYNC to the picture", 0, 16),
                Field("HORIZONTAL_WAIT_CNT / Clocks from HSYNC to the picture", 16, 12),
            ),
            rest=STORED,
            state=M,
        ),
        Register("VDCTRL4 / Valid data", 0xB0),
        Register("BM_ERROR_STAT / Bus master error", 0x190, state=M),
        *tagged(Register("CRC_STAT / CRC", 0x1A0)),
        Register("STAT / Status", 0x1B0, reset=0x95000000, access=RO),
        *tagged(
            *(Register(f"PIGEONCTRL{n} / Pigeon mode", 0x380 + 0x10 * n, alias_set=True) for n in range(3)),
            *(Register(f"PIGEON{n}_{k}", 0x800 + 0x40 * n + 0x10 * k) for n in range(12) for k in range(3)),
        ),
        Register("LUT_CTRL / Look-up table", 0xB00, reset=1),
        *tagged(*_spaced("LUT0_ADDR LUT0_DATA LUT1_ADDR LUT1_DATA", 0xB10)),
        hidden("SCANNING / The panel is being refreshed"),
        hidden("FRAMES / Frames since it began"),
    )

    # ---------------------------------------------------------------- timing
    def line_clocks(self) -> int:
        return self.bits("VDCTRL2", "HSYNC_PERIOD")

    def frame_clocks(self) -> int:
        """Pixel clocks from VSYNC to VSYNC."""
        period = self.get("VDCTRL1")
        return period * self.line_clocks() if self.bits("VDCTRL0", "VSYNC_PERIOD_UNIT") else period

    def _done_clocks(self) -> int:
        """Pixel clocks from VSYNC to the end of the last visible line, never more than the period."""
        lines = self.bits("VDCTRL3", "VERTICAL_WAIT_CNT") + self.bits("TRANSFER_COUNT", "V_COUNT")
        return min(lines * self.line_clocks(), self.frame_clocks() - 1)

    def _after(self, event: int, clocks: int) -> None:
        self.machine.schedule(self.main, event, cycles_ps(clocks, self.clock("lcdif")), 1)

    # ---------------------------------------------------------------- scanning
    def scanned(self) -> Scanned | None:
        """The picture on the wires; None while the panel is not refreshed."""
        if not self.get("SCANNING"):
            return None
        kind = (self.bits("CTRL", "WORD_LENGTH"), self.bits("CTRL1", "BYTE_PACKING_FORMAT"))
        name, size = FORMATS.get(kind, ("", 4))
        width, height = self.bits("TRANSFER_COUNT", "H_COUNT"), self.bits("TRANSFER_COUNT", "V_COUNT")
        return Scanned(self.get("CUR_BUF"), width, height, name, size)

    def _start_or_stop(self) -> None:
        control = self.get("CTRL")
        wanted = control & (RUN | DOTCLK | MASTER | CLKGATE | SFTRST) == RUN | DOTCLK | MASTER
        possible = bool(self.clock("lcdif")) and self.frame_clocks() > 0
        if wanted and possible and not self.get("SCANNING"):
            self.set("SCANNING", 1)
            self._after(EVENT_FRAME_DONE, self._done_clocks())
        elif self.get("SCANNING") and not (control & RUN and possible and not control & (SFTRST | CLKGATE)):
            self._stop()
        if not self.get("SCANNING") and not control & DOTCLK:
            self.set("CTRL", self.get("CTRL") & ~RUN)

    def _stop(self) -> None:
        self.set("SCANNING", 0)
        self.machine.cancel(self.main, EVENT_FRAME_DONE)
        self.machine.cancel(self.main, EVENT_VSYNC)

    def on_event(self, number: int) -> None:
        if number == EVENT_VSYNC:
            self._flag(VSYNC_EDGE)
            self._after(EVENT_FRAME_DONE, self._done_clocks())
            return
        self.set("FRAMES", self.get("FRAMES") + 1)
        done = FRAME_DONE
        picture = self.scanned()
        if picture is not None and not self._readable(picture):
            self.set("BM_ERROR_STAT", picture.address)
            done |= BM_ERROR | UNDERFLOW
        self.set("CUR_BUF", self.get("NEXT_BUF"))
        self._flag(done)
        if not self.get("CTRL") & DOTCLK or not self.clock("lcdif"):
            self._stop()
            self.set("CTRL", self.get("CTRL") & ~(RUN if not self.get("CTRL") & DOTCLK else 0))
        else:
            self._after(EVENT_VSYNC, self.frame_clocks() - self._done_clocks())

    def _readable(self, picture: Scanned) -> bool:
        size = picture.width * picture.height * picture.pixel_bytes
        return size == 0 or self.machine.master_reaches(self.main, picture.address, size)

    # ---------------------------------------------------------------- registers
    def _flag(self, flags: int) -> None:
        self.set("CTRL1", self.get("CTRL1") | flags)
        self._update()

    def _update(self) -> None:
        flags = self.get("CTRL1")
        pending = flags & flags >> 4 & (VSYNC_EDGE | FRAME_DONE | UNDERFLOW | OVERFLOW)
        self.machine.set_line(self.main, 0, bool(pending or flags & flags >> 1 & BM_ERROR))

    def on_write(self, register: str, value: int, old: int, written: int) -> int | None:
        if register == "CTRL1":
            self._update()
            return None
        if value & SFTRST and not old & SFTRST:
            self.reset_registers()
            return None
        self._start_or_stop()
        return None

    def on_reset(self) -> None:
        self._stop()
        self._update()

    def clocks_changed(self) -> None:
        self._start_or_stop()
