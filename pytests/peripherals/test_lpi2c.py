"""LPI2C on the real core. Expected behaviour: i.MX RT1060 reference manual, chapter LPI2C; words of the command FIFO as
fsl_lpi2c.c of NXP's MCUXpresso SDK writes them; bus times by hand from MCCR0, 10 MHz functional clock."""

from __future__ import annotations

import random

import pytest
from evk import CCM, LPI2C1, SNVS, Evk

from digitrig.native.core import CoreError
from digitrig.peripherals.i2c import I2CBus, I2CTarget
from digitrig.peripherals.lpi2c import LPI2C

MCR, MSR, MIER, MCFGR1, MCFGR2, MCFGR3 = (LPI2C1 + o for o in (0x10, 0x14, 0x18, 0x24, 0x28, 0x2C))
MCFGR0, MDMR = LPI2C1 + 0x20, LPI2C1 + 0x40
MCCR0, MFCR, MFSR, MTDR, MRDR = (LPI2C1 + o for o in (0x48, 0x58, 0x5C, 0x60, 0x70))
MEN, RST, RTF, RRF = 1, 2, 1 << 8, 1 << 9
TDF, RDF, EPF, SDF, NDF, ALF, FEF, PLTF = 1, 2, 1 << 8, 1 << 9, 1 << 10, 1 << 11, 1 << 12, 1 << 13
DMF, MBF, BBF = 1 << 14, 1 << 24, 1 << 25
SEND, RECEIVE, STOP, START = 0x000, 0x100, 0x200, 0x400
IRQ = 28
# LPI2C_MasterInit of the SDK for 100 kHz at 10 MHz: prescaler 0, CLKLO 0x33, CLKHI 0x2D, SETHOLD 0x31.
TIMES = 0x18312D33
BIT_US = (0x33 + 1 + 0x2D + 1 + 2) / 10  # CLKLO + CLKHI + 2 + (2 + FILTSCL) >> PRESCALE, at 10 MHz
HOLD_US = (0x31 + 1) / 10


class Memory(I2CTarget):
    """A chip of 16 bytes: first byte written is the address; it refuses what does not fit."""

    def __init__(self) -> None:
        self.data, self.pointer, self.first, self.stops = bytearray(range(0x10, 0x20)), 0, True, 0

    def start(self, reading: bool) -> bool:
        self.first = not reading
        return True

    def send(self, byte: int) -> bool:
        if self.first:
            self.first, self.pointer = False, byte
            return byte < 16
        if self.pointer >= 16:
            return False
        self.data[self.pointer] = byte
        self.pointer += 1
        return True

    def receive(self) -> int:
        self.pointer += 1
        return self.data[(self.pointer - 1) % 16]

    def stop(self) -> None:
        self.stops += 1


@pytest.fixture
def evk(tmp_path) -> Evk:
    """LPI2C1 at 10 MHz and 100 kHz, enabled, with a memory at 0x50."""
    evk = Evk(tmp_path)
    evk.change(CCM + 0x38, 0x7F << 18, 5 << 19)  # CSCDR2: PLL3 / 8 / 6 = 10 MHz
    evk.poke(MCCR0, TIMES)
    evk.poke(MCR, MEN)
    evk.memory = Memory()
    evk.models["lpi2c1"].bus.targets.pop(0x50, None)
    assert evk.models["lpi2c1"].attach(0x50, evk.memory)
    return evk


def command(evk: Evk, *words: int) -> None:
    for word in words:
        evk.poke(MTDR, word)


def read_all(evk: Evk) -> list[int]:
    found = []
    while not (word := evk.peek(MRDR)) & 1 << 14:
        found.append(word & 0xFF)
    return found


def test_idle_after_reset(evk):
    assert evk.peek(MSR) == TDF
    assert evk.peek(MFSR) == 0
    assert evk.peek(MRDR) == 1 << 14
    assert evk.peek(LPI2C1 + 4) == 0x0202, "2^2 words in each FIFO"


def test_a_write_reaches_the_chip_and_takes_the_time_of_its_bits(evk):
    before = evk.us()
    command(evk, START | 0xA0, SEND | 3, SEND | 0x77, STOP)
    assert evk.peek(MSR) & (MBF | BBF) == MBF | BBF
    until = HOLD_US + 3 * 9 * BIT_US + BIT_US + HOLD_US
    evk.wait_us(until - 1)
    assert not evk.peek(MSR) & SDF
    evk.wait_us(before + until + 0.1 - evk.us())
    assert evk.peek(MSR) == TDF | SDF | EPF
    assert evk.memory.data[3] == 0x77
    assert evk.memory.stops == 1


def test_the_bit_rate_follows_prescaler_and_filter(evk):
    evk.poke(MCFGR1, 2)  # / 4
    evk.poke(MCFGR2, 6 << 16)  # FILTSCL 6: (2 + 6) >> 2 = 2 more cycles
    command(evk, START | 0xA0, STOP)
    cycle_us = 4 / 10
    bit = (0x33 + 0x2D + 2 + 2) * cycle_us
    until = 0x32 * cycle_us + 9 * bit + bit + 0x32 * cycle_us
    evk.wait_us(until - 1)
    assert not evk.peek(MSR) & SDF
    evk.wait_us(1.1)
    assert evk.peek(MSR) & SDF


def test_a_read_with_repeated_start(evk):
    command(evk, START | 0xA0, SEND | 4, START | 0xA1, RECEIVE | 2)
    evk.wait_us(9 * BIT_US * 2 + HOLD_US + 1)
    assert evk.peek(MSR) & EPF, "a repeated START ends a packet"
    evk.wait_us(1000)
    assert evk.peek(MFSR) == 3 << 16
    assert evk.peek(MSR) & (RDF | MBF | SDF) == RDF | MBF
    assert read_all(evk) == [0x14, 0x15, 0x16]
    command(evk, STOP)
    evk.wait_us(50)
    assert evk.peek(MSR) & (SDF | MBF | BBF) == SDF


def test_receiving_waits_while_the_fifo_is_full(evk):
    command(evk, START | 0xA1, RECEIVE | 5, STOP)
    evk.wait_us(5000)
    assert evk.peek(MFSR) >> 16 == 4
    assert not evk.peek(MSR) & SDF
    assert read_all(evk) == [0x10, 0x11, 0x12, 0x13]
    evk.wait_us(500)
    assert read_all(evk) == [0x14, 0x15]
    assert evk.peek(MSR) & SDF


def test_receive_and_discard(evk):
    command(evk, START | 0xA1, 0x300 | 2, RECEIVE | 0, STOP)
    evk.wait_us(1000)
    assert read_all(evk) == [0x13]


@pytest.mark.parametrize(
    ("mode", "match0", "match1", "hit"),
    [
        (0, 0x10, 0x10, False),
        (2, 0x10, 0x99, True),
        (2, 0x99, 0x11, False),
        (3, 0x99, 0x12, True),
        (4, 0x10, 0x11, True),
        (4, 0x11, 0x12, False),
        (5, 0x11, 0x12, True),
        (5, 0x12, 0x11, False),
        (6, 0x1F, 0xF0, True),
        (6, 0x1F, 0x0F, False),
        (7, 0x0A, 0x02, True),
        (7, 0x20, 0x20, False),
    ],
)
def test_data_match(evk, mode, match0, match1, hit):
    """The chip gives 0x10, 0x11, 0x12."""
    evk.poke(MCFGR1, mode << 16)
    evk.poke(MDMR, match0 | match1 << 16)
    command(evk, START | 0xA1, RECEIVE | 2, STOP)
    evk.wait_us(1000)
    assert bool(evk.peek(MSR) & DMF) == hit
    evk.poke(MSR, DMF)
    assert not evk.peek(MSR) & DMF


def test_nothing_is_received_before_the_match(evk):
    evk.poke(MCFGR0, 1 << 9)
    evk.poke(MCFGR1, 3 << 16)
    evk.poke(MDMR, 0x12 | 0x12 << 16)
    command(evk, START | 0xA1, RECEIVE | 3, STOP)
    evk.wait_us(1000)
    assert read_all(evk) == [0x12, 0x13]


def test_the_command_fifo_holds_four_words(evk):
    evk.poke(MCR, 0)
    command(evk, START | 0xA0, SEND | 0, SEND | 1, SEND | 2)
    assert evk.peek(MFSR) == 4
    assert not evk.peek(MSR) & TDF
    evk.poke(MFCR, 3)
    assert not evk.peek(MSR) & TDF
    evk.poke(MTDR, STOP)
    assert evk.peek(MFSR) == 4, "a word that does not fit is lost"
    evk.poke(MCR, RTF)
    assert evk.peek(MCR) == 0
    assert evk.peek(MFSR) == 0


def test_watermarks(evk):
    evk.poke(MFCR, 1 | 2 << 16)
    command(evk, START | 0xA1, RECEIVE | 2)
    evk.wait_us(HOLD_US + 9 * BIT_US * 3.5)
    assert evk.peek(MFSR) >> 16 == 2
    assert not evk.peek(MSR) & RDF
    evk.wait_us(9 * BIT_US)
    assert evk.peek(MSR) & RDF


def test_nobody_answers(evk):
    command(evk, START | 0xBA, SEND | 1, SEND | 2)
    evk.wait_us(2000)
    assert evk.peek(MSR) & (NDF | SDF | MBF | BBF | FEF) == NDF | SDF
    assert evk.peek(MFSR) == 2, "commands wait until the flag is cleared"
    evk.poke(MCR, MEN | RTF | RRF)
    evk.poke(MSR, NDF | SDF | EPF)
    assert evk.peek(MSR) == TDF
    command(evk, START | 0xA0, SEND | 1, STOP)
    evk.wait_us(2000)
    assert evk.peek(MSR) == TDF | SDF | EPF


def test_a_byte_that_the_chip_refuses(evk):
    command(evk, START | 0xA0, SEND | 99)
    evk.wait_us(2000)
    assert evk.peek(MSR) & NDF


def test_ignack_goes_on(evk):
    evk.poke(MCFGR1, 1 << 9)
    command(evk, START | 0xBA, SEND | 1, STOP)
    evk.wait_us(2000)
    assert evk.peek(MSR) & (NDF | SDF) == SDF


def test_start_that_expects_no_answer(evk):
    command(evk, 0x500 | 0xBA, STOP)
    evk.wait_us(2000)
    assert not evk.peek(MSR) & NDF
    command(evk, 0x500 | 0xA0, STOP)
    evk.wait_us(2000)
    assert evk.peek(MSR) & NDF


def test_data_without_start_is_a_fifo_error(evk):
    command(evk, SEND | 1)
    evk.wait_us(1)
    assert evk.peek(MSR) & (FEF | BBF) == FEF
    evk.poke(MSR, FEF)
    assert not evk.peek(MSR) & FEF


def test_a_word_thrown_away_at_once_is_no_error(evk):
    command(evk, SEND | 1)
    evk.poke(MCR, MEN | RTF)
    evk.wait_us(100)
    assert evk.peek(MSR) == TDF


def test_a_stop_without_transfer_still_ends(evk):
    command(evk, STOP)
    evk.wait_us(100)
    assert evk.peek(MSR) & (SDF | TDF | FEF) == SDF | TDF


def test_autostop(evk):
    evk.poke(MCFGR1, 1 << 8)
    command(evk, START | 0xA0, SEND | 1)
    evk.wait_us(2000)
    assert evk.peek(MSR) & (SDF | MBF) == SDF


def test_another_master_wins_the_arbitration(evk):
    command(evk, START | 0xA0, SEND | 1)
    evk.wait_us(HOLD_US + 9 * BIT_US / 2)
    evk.models["lpi2c1"].hold(sda=True)
    evk.wait_us(2000)
    assert evk.peek(MSR) & (ALF | MBF | BBF) == ALF | BBF, "busy, but not by this master"
    evk.poke(MSR, ALF)
    evk.poke(MCR, MEN | RTF)
    command(evk, START | 0xA0, STOP)
    evk.wait_us(2000)
    assert not evk.peek(MSR) & SDF, "it waits for the bus"
    evk.models["lpi2c1"].hold()
    evk.wait_us(2000)
    assert evk.peek(MSR) & (SDF | ALF | BBF) == SDF


def test_pin_low_timeout(evk):
    evk.poke(MCFGR3, 10 << 8)  # 10 x 256 cycles of 10 MHz
    evk.models["lpi2c1"].hold(scl=True)
    command(evk, START | 0xA0)
    evk.wait_us(250)
    assert not evk.peek(MSR) & PLTF
    evk.wait_us(10)
    assert evk.peek(MSR) & PLTF


def test_a_master_that_has_nothing_to_send_holds_the_clock_low(evk):
    evk.poke(MCFGR3, 10 << 8)
    command(evk, START | 0xA0)
    evk.wait_us(HOLD_US + 9 * BIT_US + 250)
    assert not evk.peek(MSR) & PLTF
    evk.wait_us(10)
    assert evk.peek(MSR) & PLTF


@pytest.mark.parametrize(
    ("flag", "words"), [(SDF, (START | 0xA0, STOP)), (NDF, (START | 0xBA,)), (RDF, (START | 0xA1, RECEIVE))]
)
def test_flags_raise_the_interrupt_when_enabled(evk, flag, words):
    command(evk, *words)
    evk.wait_us(2000)
    assert not evk.pending(IRQ)
    evk.poke(MIER, flag)
    assert evk.pending(IRQ)


def test_reset_by_software(evk):
    command(evk, START | 0xA0, SEND | 1, SEND | 2)
    evk.wait_us(50)
    evk.poke(MCR, RST)
    assert evk.peek(MSR) == TDF
    assert evk.peek(MCCR0) == 0
    evk.poke(MCR, 0)
    evk.wait_us(2000)
    assert evk.peek(MSR) == TDF
    assert evk.memory.data[1] == 0x11


def test_without_clock_nothing_moves(evk):
    evk.change(CCM + 0x70, 3 << 6, 0)  # CCGR2.CG3
    assert evk.core.access(MSR, 4) is None, "the gate refuses accesses too"


def test_a_snapshot_in_the_middle_of_a_transfer(evk):
    command(evk, START | 0xA0, SEND | 4, START | 0xA1, RECEIVE | 3)
    evk.wait_us(250)
    snapshot = evk.machine.snapshot()
    evk.wait_us(1000)
    first = (evk.peek(MSR), evk.peek(MFSR), read_all(evk))
    evk.memory.pointer = 4
    evk.machine.restore(snapshot)
    evk.wait_us(1000)
    assert (evk.peek(MSR), evk.peek(MFSR), read_all(evk)) == first
    assert first[2] == [0x14, 0x15, 0x16, 0x17]


def test_only_chips_at_free_addresses_can_be_attached(evk):
    bus = I2CBus()
    memory = Memory()
    assert bus.attach(0x50, memory)
    assert not bus.attach(0x50, memory)
    assert not bus.attach(0x03, memory)
    assert not bus.attach(0x51, evk.models["gpio1"])
    assert not evk.models["gpio1"].attach(0x50, memory)


def test_the_core_refuses_a_fifo_it_cannot_hold(evk):
    rows = [
        (r.offset, r.width, r.flags, r.reset, r.write, r.w1c, r.read, r.reserved) for r in LPI2C.tables({})[0].rows()
    ]
    with pytest.raises(CoreError, match="FIFO of 99 words; must be 1 to 16"):
        evk.core.add_device("x", SNVS + 0x100000, 0x1000, rows, model=4, parameters=[99])
    with pytest.raises(CoreError, match="no register at offset 0x10"):
        evk.core.add_device("x", SNVS + 0x100000, 0x1000, rows[:2], model=4, parameters=[4])


@pytest.mark.parametrize("seed", range(6))
def test_no_order_of_accesses_breaks_it(evk, seed):
    """Whatever is written: the FIFOs hold at most four words, time goes on, and a reset by software brings order."""
    dice = random.Random(seed)
    registers = [MCR, MSR, MIER, MCFGR1, MCFGR2, MCFGR3, MCCR0, MFCR, MTDR, MTDR, MTDR, MTDR]
    words = [START | 0xA0, START | 0xA1, START | 0xBA, SEND | 1, RECEIVE | 3, 0x300, STOP, 0x500 | 0xBA, 0x600 | 0xA0]
    for _ in range(600):
        register = dice.choice(registers)
        value = dice.choice(words) if register == MTDR else dice.getrandbits(32)
        if register == MCR:
            value = dice.choice((MEN, MEN, MEN, MEN | RTF, MEN | RRF, 0, RST))
        evk.poke(register, value)
        if dice.random() < 0.3:
            evk.wait_us(dice.choice((1, 30, 400)))
        if dice.random() < 0.2:
            evk.models["lpi2c1"].hold(sda=dice.random() < 0.2, scl=dice.random() < 0.2)
        if dice.random() < 0.3:
            evk.peek(MRDR)
        assert evk.peek(MFSR) & ~0x00040004 & ~0x00030003 == 0
    evk.models["lpi2c1"].hold()
    evk.poke(MCR, RST)
    evk.poke(MCR, MEN)
    evk.poke(MCCR0, TIMES)
    command(evk, START | 0xA0, SEND | 3, SEND | 0x55, STOP)
    evk.wait_us(2000)
    assert evk.peek(MSR) == TDF | SDF | EPF
    assert evk.memory.data[3] == 0x55
