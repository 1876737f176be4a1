"""LPI2C: I2C controller of i.MX RT and newer Kinetis parts; registers here, behaviour in native/src/lpi2c.c.

Source: KE1xZ64 and i.MX RT1060 reference manuals, chapter LPI2C; MIMXRT1062.h. The master is modelled: command FIFO,
receive FIFO, flags, interrupt, bit times, NACK, lost arbitration, FIFO error, pin low time-out, data match. Logged when
touched and not modelled: DMA requests, the slave side. Host requests (HREN) and the circular FIFO are stored.
"""

from __future__ import annotations

from collections.abc import Mapping

from digitrig.peripherals.base import MachineServices, Peripheral, register
from digitrig.peripherals.i2c import I2CBus
from digitrig.peripherals.registers import Access, Field, Register, State, hidden, tagged
from digitrig.platform.model import Value

RO, WO, W1C = Access.RO, Access.WO, Access.W1C
M, STORED = State.MODELLED, State.STORED
FIFO_WORDS = 4
SDA_LOW, SCL_LOW = 1, 2
EVENT_WIRES = 2

_FLAGS = (
    Field("TDF / Transmit data", 0, 1, RO),
    Field("RDF / Receive data", 1, 1, RO),
    Field("EPF / End of packet", 8, 1, W1C),
    Field("SDF / Stop detected", 9, 1, W1C),
    Field("NDF / NACK detected", 10, 1, W1C),
    Field("ALF / Arbitration lost", 11, 1, W1C),
    Field("FEF / FIFO error", 12, 1, W1C),
    Field("PLTF / Pin low time-out", 13, 1, W1C),
    Field("DMF / Data match", 14, 1, W1C),
    Field("MBF / Master busy", 24, 1, RO),
    Field("BBF / Bus busy", 25, 1, RO),
)
_TIMES = (
    Field("CLKLO / Clock low", 0, 6),
    Field("CLKHI / Clock high", 8, 6),
    Field("SETHOLD / Set-up and hold", 16, 6),
    Field("DATAVD / Data valid", 24, 6),
)


def _modelled(
    name: str, offset: int, fields: tuple[Field, ...], reset: int = 0, write: bool = False, read: bool = False
) -> Register:
    return Register(name, offset, reset=reset, fields=fields, state=M, hook_write=write, hook_read=read)


def _at(names: str, first: int) -> tuple[Register, ...]:
    return tuple(Register(name, first + 4 * i) for i, name in enumerate(names.split()))


@register("I2C.S32K3XX_LowPowerInterIntegratedCircuit")
class LPI2C(Peripheral):
    """The class name is Renode's. The clock comes from the machine: CCM or PCC."""

    SIZE = 0x1000
    lines = ("IRQ",)
    outside = ("WIRES",)
    source = "KE1xZ64 RM and i.MX RT1060 RM, chapter LPI2C"
    TABLE = (
        Register("VERID / Version", 0x00, reset=0x01000003, access=RO),
        Register("PARAM / Parameters", 0x04, reset=0x00000202, access=RO),
        _modelled(
            "MCR / Master control",
            0x10,
            (
                Field("MEN / Enable", 0),
                Field("RST / Reset", 1),
                Field("DOZEN / Off in doze mode", 2),
                Field("DBGEN / On in debug mode", 3),
                Field("RTF / Reset transmit FIFO", 8),
                Field("RRF / Reset receive FIFO", 9),
            ),
            write=True,
        ),
        _modelled("MSR / Master status", 0x14, _FLAGS, reset=1, write=True),
        _modelled(
            "MIER / Master interrupt enable",
            0x18,
            tuple(Field(f.name.replace("F /", "IE /", 1), f.lsb) for f in _FLAGS if f.lsb < 16),
            write=True,
        ),
        *tagged(Register("MDER / Master DMA enable", 0x1C)),
        _modelled(
            "MCFGR0 / Master configuration 0",
            0x20,
            (
                Field("HREN / Host request enable", 0),
                Field("HRPOL / Host request polarity", 1),
                Field("HRSEL / Host request source", 2),
                Field("CIRFIFO / Circular FIFO", 8),
                Field("RDMO / Receive only after a match", 9),
            ),
        ),
        _modelled(
            "MCFGR1 / Master configuration 1",
            0x24,
            (
                Field("PRESCALE / Prescaler", 0, 3),
                Field("AUTOSTOP / Automatic stop", 8),
                Field("IGNACK / Ignore NACK", 9),
                Field("TIMECFG / SDA counts for the pin low time-out", 10),
                Field("MATCFG / Match configuration", 16, 3),
                Field("PINCFG / Pin configuration", 24, 3),
            ),
            write=True,
        ),
        _modelled(
            "MCFGR2 / Master configuration 2",
            0x28,
            (
                Field("BUSIDLE / Bus idle time-out", 0, 12),
                Field("FILTSCL / SCL filter", 16, 4),
                Field("FILTSDA / SDA filter", 24, 4),
            ),
        ),
        _modelled("MCFGR3 / Master configuration 3", 0x2C, (Field("PINLOW / Pin low time-out", 8, 12),)),
        _modelled(
            "MDMR / Master data match", 0x40, (Field("MATCH0 / Word", 0, 8), Field("MATCH1 / Word or mask", 16, 8))
        ),
        _modelled("MCCR0 / Master clock configuration 0", 0x48, _TIMES),
        _modelled("MCCR1 / Master clock configuration 1", 0x50, _TIMES),
        _modelled(
            "MFCR / Master FIFO control",
            0x58,
            (Field("TXWATER / Transmit watermark", 0, 2), Field("RXWATER / Receive watermark", 16, 2)),
            write=True,
        ),
        _modelled(
            "MFSR / Master FIFO status",
            0x5C,
            (Field("TXCOUNT / Words to send", 0, 3, RO), Field("RXCOUNT / Words received", 16, 3, RO)),
        ),
        _modelled(
            "MTDR / Master transmit data",
            0x60,
            (Field("DATA / Data", 0, 8, WO), Field("CMD / Command", 8, 3, WO)),
            write=True,
        ),
        _modelled(
            "MRDR / Master receive data",
            0x70,
            (Field("DATA / Data", 0, 8, RO), Field("RXEMPTY / Receive FIFO empty", 14, 1, RO)),
            reset=0x4000,
            read=True,
        ),
        Register("SCR / Slave control", 0x110),
        *tagged(
            *_at("SSR SIER SDER", 0x114),
            *_at("SCFGR1 SCFGR2", 0x124),
            Register("SAMR / Slave address match", 0x140),
            Register("SASR / Slave address status", 0x150, reset=0x4000, access=RO),
            Register("STAR / Slave transmit acknowledge", 0x154),
            Register("STDR / Slave transmit data", 0x160, access=WO),
            Register("SRDR / Slave receive data", 0x170, reset=0x4000, access=RO),
        ),
        hidden("WIRES / Wires held low from outside: bit 0 SDA, bit 1 SCL"),  # the first hidden one: lpi2c.c
        hidden("ADDRESSED / Address + 1 of the chip that answered"),
    )

    def __init__(self, name: str, attributes: Mapping[str, Value], machine: MachineServices) -> None:
        super().__init__(name, attributes, machine)
        self.bus = I2CBus()

    def native_model(self) -> tuple[str, tuple[int, ...]]:
        return "lpi2c", (FIFO_WORDS,)

    def attach(self, address: int, child: Peripheral) -> bool:
        return self.bus.attach(address, child)

    def on_bus(self, operation: int, value: int) -> int:
        addressed, answer = self.bus.operation(self.get("ADDRESSED"), operation, value)
        self.set("ADDRESSED", addressed)
        return answer

    def hold(self, *, sda: bool = False, scl: bool = False) -> None:
        """Hold wires low from outside, as another master or a chip that hangs does; hold() lets go."""
        self.set("WIRES", (SDA_LOW if sda else 0) | (SCL_LOW if scl else 0))
        self.machine.schedule(self.main, EVENT_WIRES, 0, 0)
