"""SEMC of i.MX RT: the controller of external memory, with SDRAM on chip select 0.

Source: i.MX RT1060 reference manual, chapter SEMC; MIMXRT1062.h; reset values from NXP's SVD of the RT1052; the
bring-up sequence of SDRAM also in SEMC_ConfigureSDRAM of NXP's MCUXpresso SDK. The SDRAM answers when the module is on
(MCR.MDIS = 0), BR0 is valid and begins where the memory lies, and the chip has had its sequence of IP commands:
precharge all, two refreshes at least, mode set. Until then an access of the core is a bus error. A reset of the part
starts all over. IP commands are done at once. Not modelled: timing, refresh (data never fade), NAND, NOR, SRAM, DBI.
"""

from __future__ import annotations

from digitrig.peripherals.base import Peripheral, register
from digitrig.peripherals.registers import Access, Field, Register, State, hidden

RO, WO, W1C = Access.RO, Access.WO, Access.W1C
M, TAGGED, STORED = State.MODELLED, State.TAGGED, State.STORED
SWRST, MDIS, BR_VALID = 1, 2, 1
IPCMDDONE, IPCMDERR, IDLE = 1, 2, 1
KEY = 0xA55A
WINDOW = range(0x80000000, 0xE0000000)
READ, WRITE, MODE_SET, REFRESH, PRECHARGE, PRECHARGE_ALL = 0x8, 0x9, 0xA, 0xC, 0xE, 0xF
# How far the chip's sequence has come.
NOT_BEGUN, PRECHARGED, REFRESHED_ONCE, REFRESHED, READY = range(5)
BR_RESETS = (
    0x8000001D,
    0x8400001C,
    0x8800001C,
    0x8C00001C,
    0x9E00001A,
    0x9000001E,
    0x9800001C,
    0x9C00001A,
    0x00000026,
)
# What NXP's debugger scripts and boot data (dcd.c of evkmimxrt1060) leave for the board's 32 MB.
SET_UP = {
    "MCR": 0x10000004,
    "BMCR0": 0x81,
    "BMCR1": 0x81,
    "BR0": 0x8000001B,
    "IOCR": 0x79A8,
    "SDRAMCR0": 0x00000F31,
    "SDRAMCR1": 0x00652922,
    "SDRAMCR2": 0x00010920,
    "SDRAMCR3": 0x50210A09,
    "SEQUENCE": READY,
}


def _row(name: str, first: int, count: int) -> tuple[Register, ...]:
    return tuple(Register(f"{name}{i}", first + 4 * i, state=TAGGED) for i in range(count))


@register("Miscellaneous.IMXRT_SEMC")
class SEMC(Peripheral):
    """The memory behind it is an entry of its own in `.repl`."""

    SIZE = 0x4000
    lines = ("IRQ",)
    TABLE = (
        Register("MCR / Module control", 0x00, reset=0x10000002, state=M, hook_write=True),
        Register("IOCR / IO multiplexer", 0x04),
        Register("BMCR0 / Bus master control 0", 0x08),
        Register("BMCR1 / Bus master control 1", 0x0C),
        Register("BR0 / Base of SDRAM", 0x10, reset=BR_RESETS[0], state=M, hook_write=True),
        *(Register(f"BR{n} / Base {n}", 0x10 + 4 * n, reset=BR_RESETS[n]) for n in range(1, 9)),
        Register("DLLCR / DLL control", 0x34, reset=0x100),
        Register("INTEN / Interrupt enable", 0x38, state=M, hook_write=True),
        Register(
            "INTR / Interrupt",
            0x3C,
            fields=(
                Field("IPCMDDONE / IP command done", 0, 1, W1C),
                Field("IPCMDERR / IP command error", 1, 1, W1C),
                Field("AXICMDERR / AXI command error", 2, 1, W1C),
                Field("AXIBUSERR / AXI bus error", 3, 1, W1C),
            ),
            rest=STORED,
            state=M,
            hook_write=True,
        ),
        Register("SDRAMCR0 / SDRAM control 0", 0x40, reset=0x00000C26),
        Register("SDRAMCR1 / SDRAM control 1", 0x44, reset=0x00994934),
        Register("SDRAMCR2 / SDRAM control 2", 0x48, reset=0x80000EEE),
        Register("SDRAMCR3 / SDRAM control 3", 0x4C, reset=0x40808000),
        *_row("NANDCR", 0x50, 4),
        *_row("NORCR", 0x60, 4),
        *_row("SRAMCR", 0x70, 4),
        *_row("DBICR", 0x80, 2),
        Register("IPCR0 / IP command address", 0x90, state=M),
        Register("IPCR1 / IP command control 1", 0x94),
        Register("IPCR2 / IP command control 2", 0x98),
        Register("IPCMD / IP command", 0x9C, access=WO, state=M, hook_write=True),
        Register("IPTXDAT / Transmit data", 0xA0),
        Register("IPRXDAT / Receive data", 0xB0, access=RO, state=M),
        Register("STS0 / Status 0", 0xC0, reset=IDLE, access=RO, state=M),
        *(Register(f"STS{n} / Status {n}", 0xC0 + 4 * n, access=RO, state=TAGGED) for n in range(1, 16)),
        hidden("SEQUENCE / How far the chip's bring-up has come"),
    )
    source = "i.MX RT1060 RM, chapter SEMC"

    def base(self) -> int:
        return self.get("BR0") & 0xFFFFF000

    def size(self) -> int:
        """Bytes: 4 KB << MS."""
        return 0x1000 << min(20, self.get("BR0") >> 1 & 0x1F)

    def answers(self) -> bool:
        """The SDRAM can be accessed."""
        return not self.get("MCR") & MDIS and bool(self.get("BR0") & BR_VALID) and self.get("SEQUENCE") == READY

    def set_up(self) -> None:
        """As a debugger's script leaves it, which loads a program into SDRAM."""
        for name, value in SET_UP.items():
            self.set(name, value)
        self._apply(self.base())

    def _apply(self, base: int) -> None:
        if base not in WINDOW:  # internal memory is none of this block's
            return
        self.machine.set_memory_enabled(base, self.answers() and base == self.base())

    def on_reset(self) -> None:
        self._apply(self.base())
        self._interrupt()

    def on_write(self, register: str, value: int, old: int, written: int) -> int | None:
        if register == "MCR":
            self.set("MCR", value & ~SWRST)
            self._apply(self.base())
        elif register == "BR0":
            self._apply(old & 0xFFFFF000)
            self._apply(self.base())
        elif register == "IPCMD":
            self.set("IPCMD", 0)
            done = IPCMDERR
            if value >> 16 == KEY:
                done = IPCMDDONE | (0 if self._command(value & 0xFFFF) else IPCMDERR)
            self.set("INTR", self.get("INTR") | done)
            self._apply(self.base())
        self._interrupt()
        return None

    def _interrupt(self) -> None:
        self.machine.set_line(self.main, 0, bool(self.get("INTR") & self.get("INTEN") & 0xF))

    def _command(self, code: int) -> bool:
        """One IP command; False: nothing takes it."""
        address = self.get("IPCR0")
        inside = self.base() <= address < self.base() + self.size()
        if self.get("MCR") & MDIS or not self.get("BR0") & BR_VALID or not inside:
            return False
        step = self.get("SEQUENCE")
        if code in (READ, WRITE):
            return self._transfer(code, address)
        if code in (PRECHARGE, PRECHARGE_ALL):
            step = step if step == READY else PRECHARGED
        elif code == REFRESH:
            step = min(REFRESHED, step + 1) if PRECHARGED <= step < READY else step
        elif code == MODE_SET:
            step = READY if step >= REFRESHED else step
        self.set("SEQUENCE", step)
        return True

    def _transfer(self, code: int, address: int) -> bool:
        if code == WRITE:
            return self.machine.master_write(self.main, address, self.get("IPTXDAT").to_bytes(4, "little"))
        data = self.machine.master_read(self.main, address, 4)
        if data is not None:
            self.set("IPRXDAT", int.from_bytes(data, "little"))
        return data is not None
