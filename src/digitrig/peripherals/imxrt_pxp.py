"""PXP of i.MX RT: copies, scales, rotates and blends pictures in memory.

Source: i.MX RT1060 reference manual, chapter PXP; formats and fields in MIMXRT1062.h. Modelled: the processed surface
(RGB) with scaling, colour key and background, the alpha surface with embedded, overriding and multiplied alpha, raster
operations and colour key, flips and turns of the output or of the processed surface, the interrupt. The work takes one
clock of the SEMC's root a pixel (assumed) and is done at its end, so that a buffer changes all at once. A range that is
not in memory, or a format that is not modelled (YUV, monochrome), sets AXI_READ_ERROR or AXI_WRITE_ERROR. Scaled pixels
are interpolated between four; the last bit may differ from the hardware's. Not modelled: colour space conversion and
interlacing (stored), Porter-Duff operations and the next command's pointer (logged when touched).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from digitrig.peripherals.base import Peripheral, cycles_ps, register
from digitrig.peripherals.registers import Field, Register, State, tagged

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Words = NDArray[Any]  # uint32

M, STORED = State.MODELLED, State.STORED
ENABLE, IRQ_ENABLE, ROT_POS, CLKGATE, SFTRST = 1, 2, 1 << 22, 1 << 30, 1 << 31
IRQ, WRITE_ERROR, READ_ERROR = 1, 2, 4
EVENT_DONE = 0
ARGB8888, RGB888, RGB888_PACKED, ARGB1555, ARGB4444, RGB555, RGB444, RGB565 = 0, 4, 5, 8, 9, 0xC, 0xD, 0xE
# format -> (bytes a pixel, then (bits, position) of alpha, red, green, blue)
FORMATS = {
    ARGB8888: (4, (8, 24), (8, 16), (8, 8), (8, 0)),
    RGB888: (4, (0, 0), (8, 16), (8, 8), (8, 0)),
    RGB888_PACKED: (3, (0, 0), (8, 16), (8, 8), (8, 0)),
    ARGB1555: (2, (1, 15), (5, 10), (5, 5), (5, 0)),
    ARGB4444: (2, (4, 12), (4, 8), (4, 4), (4, 0)),
    RGB555: (2, (0, 0), (5, 10), (5, 5), (5, 0)),
    RGB444: (2, (0, 0), (4, 8), (4, 4), (4, 0)),
    RGB565: (2, (0, 0), (5, 11), (6, 5), (5, 0)),
}
PS_FORMATS = (RGB888, RGB555, RGB444, RGB565)
AS_FORMATS = (ARGB8888, RGB888, ARGB1555, ARGB4444, RGB555, RGB444, RGB565)
EMBEDDED, OVERRIDE, MULTIPLY, ROPS = range(4)
SCALE_ONE = 0x1000
LARGEST = 1 << 22
"""Pixels of a picture that is worked on; larger ones are refused like a range that is not in memory."""


def _control(name: str, offset: int, fields: tuple[Field, ...], reset: int = 0, hook: bool = False) -> Register:
    return Register(name, offset, 4, reset, fields, M, rest=STORED, alias_set=True, hook_write=hook)


def _corner(name: str, offset: int) -> Register:
    return Register(name, offset, fields=(Field("Y / Line", 0, 14), Field("X / Column", 16, 14)), state=M)


def _plain(name: str, offset: int, reset: int = 0, state: State = M) -> Register:
    return Register(name, offset, 4, reset, state=state)


@register("Video.IMXRT_PXP")
class PXP(Peripheral):
    SIZE = 0x4000
    lines = ("IRQ",)
    source = "i.MX RT1060 RM, chapter PXP"
    TABLE = (
        _control(
            "CTRL / Control",
            0x00,
            (
                Field("ENABLE / Start", 0),
                Field("IRQ_ENABLE / Interrupt enable", 1),
                Field("ROTATE / Clockwise quarter turns", 8, 2),
                Field("HFLIP / Flip sideways", 10),
                Field("VFLIP / Flip upside down", 11),
                Field("ROT_POS / Turn the processed surface alone", 22),
                Field("CLKGATE / Clock off", 30),
                Field("SFTRST / Reset", 31),
            ),
            0xC0000000,
            hook=True,
        ),
        _control(
            "STAT / Status",
            0x10,
            (
                Field("IRQ / Done", 0),
                Field("AXI_WRITE_ERROR / Write error", 1),
                Field("AXI_READ_ERROR / Read error", 2),
                Field("NEXT_IRQ / Next command taken", 3),
            ),
            hook=True,
        ),
        _control(
            "OUT_CTRL / Output control",
            0x20,
            (
                Field("FORMAT / Format", 0, 5),
                Field("ALPHA_OUTPUT / Alpha is ALPHA", 23),
                Field("ALPHA / Alpha", 24, 8),
            ),
        ),
        _plain("OUT_BUF / Output buffer", 0x30),
        _plain("OUT_BUF2 / Output buffer 2", 0x40, state=STORED),
        _plain("OUT_PITCH / Output pitch", 0x50),
        _corner("OUT_LRC / Lower right corner of the output", 0x60),
        _corner("OUT_PS_ULC / Upper left corner of the processed surface", 0x70),
        _corner("OUT_PS_LRC / Lower right corner of the processed surface", 0x80),
        _corner("OUT_AS_ULC / Upper left corner of the alpha surface", 0x90),
        _corner("OUT_AS_LRC / Lower right corner of the alpha surface", 0xA0),
        _control(
            "PS_CTRL / Processed surface control",
            0xB0,
            (Field("FORMAT / Format", 0, 6), Field("DECY / Decimation", 8, 2), Field("DECX / Decimation", 10, 2)),
        ),
        _plain("PS_BUF / Processed surface", 0xC0),
        _plain("PS_UBUF / U plane", 0xD0, state=STORED),
        _plain("PS_VBUF / V plane", 0xE0, state=STORED),
        _plain("PS_PITCH / Pitch of the processed surface", 0xF0),
        _plain("PS_BACKGROUND / Background", 0x100),
        Register(
            "PS_SCALE / Scale of the processed surface",
            0x110,
            reset=0x10001000,
            fields=(Field("XSCALE / Step, 12 bits of fraction", 0, 15), Field("YSCALE / Step", 16, 15)),
            state=M,
        ),
        Register(
            "PS_OFFSET / Offset in the processed surface",
            0x120,
            fields=(Field("XOFFSET / Fraction", 0, 12), Field("YOFFSET / Fraction", 16, 12)),
            state=M,
        ),
        _plain("PS_CLRKEYLOW / Colour key of the processed surface", 0x130, 0x00FFFFFF),
        _plain("PS_CLRKEYHIGH / Colour key of the processed surface", 0x140),
        Register(
            "AS_CTRL / Alpha surface control",
            0x150,
            fields=(
                Field("ALPHA_CTRL / Where alpha comes from", 1, 2),
                Field("ENABLE_COLORKEY / Colour key", 3),
                Field("FORMAT / Format", 4, 4),
                Field("ALPHA / Alpha", 8, 8),
                Field("ROP / Raster operation", 16, 4),
                Field("ALPHA_INVERT / Alpha is inverted", 20),
            ),
            state=M,
        ),
        _plain("AS_BUF / Alpha surface", 0x160),
        _plain("AS_PITCH / Pitch of the alpha surface", 0x170),
        _plain("AS_CLRKEYLOW / Colour key of the alpha surface", 0x180, 0x00FFFFFF),
        _plain("AS_CLRKEYHIGH / Colour key of the alpha surface", 0x190),
        _plain("CSC1_COEF0 / Colour space conversion", 0x1A0, 0x04000000, STORED),
        _plain("CSC1_COEF1 / Colour space conversion", 0x1B0, 0x01230208, STORED),
        _plain("CSC1_COEF2 / Colour space conversion", 0x1C0, 0x076B079C, STORED),
        *tagged(
            Register("POWER / Power control", 0x320),
            Register("NEXT / Next command", 0x400),
            Register("PORTER_DUFF_CTRL / Porter-Duff control", 0x440),
        ),
    )

    # ---------------------------------------------------------------- registers
    def on_write(self, register: str, value: int, old: int, written: int) -> int | None:
        if register == "CTRL":
            if value & SFTRST and not old & SFTRST:
                self.reset_registers()
                return None
            if value & ENABLE and not old & ENABLE and not value & (SFTRST | CLKGATE):
                width, height = self._corner_of("OUT_LRC")
                clocks = (width + 1) * (height + 1)
                self.machine.schedule(self.main, EVENT_DONE, cycles_ps(clocks, self.clock("semc") or 1_000_000), 2)
        self._update()
        return None

    def on_reset(self) -> None:
        self.machine.cancel(self.main, EVENT_DONE)
        self._update()

    def on_event(self, number: int) -> None:
        error = self._work()
        self.set("CTRL", self.get("CTRL") & ~ENABLE)
        self.set("STAT", self.get("STAT") | IRQ | error)
        self._update()

    def _update(self) -> None:
        self.machine.set_line(self.main, 0, bool(self.get("CTRL") & IRQ_ENABLE and self.get("STAT") & IRQ))

    def _corner_of(self, name: str) -> tuple[int, int]:
        """(column, line)."""
        return self.bits(name, "X"), self.bits(name, "Y")

    # ---------------------------------------------------------------- pictures as (height, width) words ARGB8888
    def _work(self) -> int:
        """The whole picture. Returns the error flag of STAT, 0 = none."""
        import numpy as np

        columns, lines = self._corner_of("OUT_LRC")
        if (columns + 1) * (lines + 1) > LARGEST:
            return WRITE_ERROR
        picture = np.full((lines + 1, columns + 1), self.get("PS_BACKGROUND") & 0xFFFFFF | 0xFF << 24, np.uint32)
        processed = self._box("PS", picture)
        if processed is not None:
            x, y, right, bottom = processed
            surface = self._processed(right - x, bottom - y)
            if surface is None:
                return READ_ERROR
            low, high = self.get("PS_CLRKEYLOW"), self.get("PS_CLRKEYHIGH")
            shown = ~_in_key(surface, low, high)
            picture[y:bottom, x:right][shown] = surface[shown]
        overlay = self._box("AS", picture)
        if overlay is not None:
            x, y, right, bottom = overlay
            above = self._overlay(right - x, bottom - y)
            if above is None:
                return READ_ERROR
            part = picture[y:bottom, x:right]
            part[:] = self._blend(part, above)
        if not self.get("CTRL") & ROT_POS:
            picture = self._turned(picture)
        return 0 if self._store(picture) else WRITE_ERROR

    def _box(self, surface: str, picture: Words) -> tuple[int, int, int, int] | None:
        """(x, y, right, bottom) of a surface in the output, right and bottom beyond it; None where it is off."""
        x, y = self._corner_of(f"OUT_{surface}_ULC")
        right, bottom = self._corner_of(f"OUT_{surface}_LRC")
        right, bottom = min(right + 1, picture.shape[1]), min(bottom + 1, picture.shape[0])
        return (x, y, right, bottom) if x < right and y < bottom else None

    def _turned(self, picture: Words) -> Words:
        """Flips come before turns."""
        import numpy as np

        if self.bits("CTRL", "HFLIP"):
            picture = picture[:, ::-1]
        if self.bits("CTRL", "VFLIP"):
            picture = picture[::-1]
        return np.rot90(picture, -self.bits("CTRL", "ROTATE"))

    def _load(
        self, address: int, pitch: int, width: int, height: int, kind: int, known: tuple[int, ...]
    ) -> Words | None:
        """A picture from memory; None where the bus or this model refuses it."""
        if kind not in known or width * height > LARGEST:
            return None
        data = self.machine.master_read(self.main, address, (height - 1) * pitch + width * FORMATS[kind][0])
        return None if data is None else unpack(data, pitch, width, height, kind)

    def _overlay(self, width: int, height: int) -> Words | None:
        kind = self.bits("AS_CTRL", "FORMAT")
        return self._load(self.get("AS_BUF"), self.get("AS_PITCH") & 0xFFFF, width, height, kind, AS_FORMATS)

    def _processed(self, width: int, height: int) -> Words | None:
        import numpy as np

        if self.get("CTRL") & ROT_POS and self.bits("CTRL", "ROTATE") % 2:
            width, height = height, width
        kind, shrink_x, shrink_y = (self.bits("PS_CTRL", name) for name in ("FORMAT", "DECX", "DECY"))
        across = _places(width, self.bits("PS_SCALE", "XSCALE"), self.bits("PS_OFFSET", "XOFFSET"))
        down = _places(height, self.bits("PS_SCALE", "YSCALE"), self.bits("PS_OFFSET", "YOFFSET"))
        columns, lines = (int(places[-1]) // SCALE_ONE + 1 for places in (across, down))
        pitch = self.get("PS_PITCH") & 0xFFFF
        source = self._load(self.get("PS_BUF"), pitch, columns << shrink_x, lines << shrink_y, kind, PS_FORMATS)
        if source is None:
            return None
        channels = np.stack([source >> shift & 0xFF for shift in (16, 8, 0)], axis=-1).astype(np.int64)
        step_x, step_y = 1 << shrink_x, 1 << shrink_y
        channels = channels.reshape(lines, step_y, columns, step_x, 3).sum(axis=(1, 3)) // (step_x * step_y)
        channels = _interpolated(_interpolated(channels, down).transpose(1, 0, 2), across).transpose(1, 0, 2)
        rgb = channels.astype(np.uint32)
        surface: Words = 0xFF << 24 | rgb[..., 0] << 16 | rgb[..., 1] << 8 | rgb[..., 2]
        return self._turned(surface) if self.get("CTRL") & ROT_POS else surface

    def _blend(self, below: Words, above: Words) -> Words:
        """The alpha surface over what is there; the alpha of the result is that of the alpha surface."""
        import numpy as np

        alpha, mode = self.bits("AS_CTRL", "ALPHA"), self.bits("AS_CTRL", "ALPHA_CTRL")
        if mode == ROPS:
            mixed = _raster(self.bits("AS_CTRL", "ROP"), above, below) & 0xFFFFFF | above & 0xFF << 24
        else:
            part = np.full(above.shape, alpha, np.uint32) if mode == OVERRIDE else above >> 24
            if mode == MULTIPLY:
                part = (part * alpha + 127) // 255
            if self.bits("AS_CTRL", "ALPHA_INVERT"):
                part = 255 - part
            mixed = part << 24
            for shift in (16, 8, 0):
                over, under = above >> shift & 0xFF, below >> shift & 0xFF
                mixed = mixed | (over * part + under * (255 - part) + 127) // 255 << shift
        if self.bits("AS_CTRL", "ENABLE_COLORKEY"):
            keyed = _in_key(above, self.get("AS_CLRKEYLOW"), self.get("AS_CLRKEYHIGH"))
            mixed = np.where(keyed, below, mixed)
        return mixed.astype(np.uint32)

    def _store(self, picture: Words) -> bool:
        """False where the bus or this model refuses it."""
        kind = self.bits("OUT_CTRL", "FORMAT")
        if kind not in FORMATS:
            return False
        if self.bits("OUT_CTRL", "ALPHA_OUTPUT"):
            picture = picture & 0xFFFFFF | self.bits("OUT_CTRL", "ALPHA") << 24
        address, pitch = self.get("OUT_BUF"), self.get("OUT_PITCH") & 0xFFFF
        for row in pack(picture, kind):
            if not self.machine.master_write(self.main, address, row):
                return False
            address += pitch
        return True


def unpack(data: bytes, pitch: int, width: int, height: int, kind: int) -> Words:
    """Pixels of a format as (height, width) uint32 ARGB8888; a format without alpha is opaque."""
    import numpy as np

    size, *places = FORMATS[kind]
    padded = np.frombuffer(data + bytes(max(0, height * pitch - len(data))), np.uint8)
    if pitch < width * size:  # lines that overlap, or one line again and again
        starts = np.arange(height)[:, None] * pitch + np.arange(width * size)
        rows = padded[starts]
    else:
        rows = padded[: height * pitch].reshape(height, pitch)[:, : width * size]
    parts = rows.reshape(height, width, size).astype(np.uint32)
    words = sum((parts[..., n] << 8 * n for n in range(size)), np.zeros((height, width), np.uint32))
    result = np.zeros((height, width), np.uint32)
    for (bits, position), shift in zip(places, (24, 16, 8, 0), strict=True):
        value = words >> position & ((1 << bits) - 1)
        result |= (_widened(value, bits) if bits else np.full_like(words, 255)) << shift
    return result


def _widened(value: Words, bits: int) -> Words:
    """A colour of a few bits as 8: its upper bits again below."""
    wide = value << 8 - bits
    for shift in range(bits, 8, bits):
        wide = wide | wide >> shift
    return wide & 0xFF


def pack(picture: Words, kind: int) -> list[bytes]:
    """The lines of a picture in a format; colours of a few bits are cut."""
    import numpy as np

    size, *places = FORMATS[kind]
    words = np.zeros(picture.shape, np.uint32)
    for (bits, position), shift in zip(places, (24, 16, 8, 0), strict=True):
        words |= (picture >> shift & 0xFF) >> 8 - bits << position
    parts = np.stack([words >> 8 * n & 0xFF for n in range(size)], axis=-1).astype(np.uint8)
    return [row.tobytes() for row in parts]


def _in_key(surface: Words, low: int, high: int) -> NDArray[np.bool_]:
    """Pixels whose three colours lie in the range of a key; none where low is above high."""
    import numpy as np

    inside = np.ones(surface.shape, bool)
    for shift in (16, 8, 0):
        value = surface >> shift & 0xFF
        inside &= (value >= (low >> shift & 0xFF)) & (value <= (high >> shift & 0xFF))
    return inside


def _places(count: int, step: int, offset: int) -> NDArray[np.int64]:
    """Where in the source the pixels of a line come from, in 1/4096 pixels."""
    import numpy as np

    return np.arange(count, dtype=np.int64) * (step or SCALE_ONE) + offset


def _interpolated(channels: NDArray[np.int64], places: NDArray[np.int64]) -> NDArray[np.int64]:
    """Lines between lines, in proportion."""
    import numpy as np

    index, part = places // SCALE_ONE, (places % SCALE_ONE)[:, None, None]
    following = np.minimum(index + 1, len(channels) - 1)
    mixed: NDArray[np.int64] = (channels[index] * (SCALE_ONE - part) + channels[following] * part) // SCALE_ONE
    return mixed


def _raster(code: int, above: Words, below: Words) -> Words:
    results = {
        0x0: above & below,
        0x1: ~above & below,
        0x2: above & ~below,
        0x3: above | below,
        0x4: ~above | below,
        0x5: above | ~below,
        0x6: ~above,
        0x7: ~below,
        0x8: ~(above & below),
        0x9: ~(above | below),
        0xA: above ^ below,
        0xB: ~(above ^ below),
    }
    return results.get(code, below)
