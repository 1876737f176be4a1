"""The fake machine of these tests behaves as the C core: random accesses to a board's registers, by a guest program.

What is compared is every value loaded. Left out: blocks whose values depend on time, the native LPUART and LPI2C, and
accesses that the fake refuses (a gated block), because they would end the guest program in a HardFault.
"""

from __future__ import annotations

import random
import struct

import pytest
from fake_machine import BusError, FakeMachine

from digitrig.engines.embedded.machine import EmbeddedMachine
from digitrig.platform import load_board

# Thumb: r4 walks over records {operation, address, value}; the operation is the distance of its code from `end`.
PROGRAM = struct.pack(
    "<19H",
    0xCC07,  # 00 next: ldmia r4!, {r0, r1, r2}
    0x4487,  # 02       add pc, r0
    0xBF00,  # 04       nop
    0xE7FE,  # 06 end:  b end
    0x600A,  # 08       str r2, [r1]
    0xE7F9,  # 0a       b next
    0x800A,  # 0c       strh r2, [r1]
    0xE7F7,  # 0e       b next
    0x700A,  # 10       strb r2, [r1]
    0xE7F5,  # 12       b next
    0x680A,  # 14       ldr r2, [r1]
    0xE003,  # 16       b keep
    0x880A,  # 18       ldrh r2, [r1]
    0xE001,  # 1a       b keep
    0x780A,  # 1c       ldrb r2, [r1]
    0xBF00,  # 1e       nop
    0x3C04,  # 20 keep: subs r4, #4
    0xC404,  # 22       stmia r4!, {r2}
    0xE7EC,  # 24       b next
)
STORE, LOAD = {4: 2, 2: 6, 1: 10}, {4: 14, 2: 18, 1: 22}

TIMED = ("Timers.", "UART.", "I2C.")
# board: (writes that switch the watchdogs off and gates on, memory for the records)
PREPARED = {
    "frdm_ke16z": (
        [(0x40052004, 0xD928C520), (0x40052000, 0x2920)]
        + [(0x40065000 + offset, 0x40000000) for offset in (0x80, 0x124, 0x128, 0x12C, 0x130, 0x134)],
        0x1FFFF900,
    ),
    "mimxrt1060_evk": ([(0x400FC074, 0xFFFFFFFF)], 0x20200000),
}
# Writes here would stop the guest itself or gate what is being tested.
SPARED = {"frdm_ke16z": ("pcc",), "mimxrt1060_evk": ("ccm.CCGR",)}


def places(machine: FakeMachine, board: str) -> list[tuple[int, int, bool]]:
    """(address, width, writable) of every register that takes part."""
    found = []
    for first, _, device in machine.map:
        model = machine.models[device.split(".")[0]]
        block = next(block for block in model.blocks if model.device(block) == device)
        if model.type_name.startswith(TIMED):
            continue
        for register in block.registers:
            spared = any(f"{device}.{register.short}".startswith(name) for name in SPARED[board])
            for start, _ in register.spans():
                widths = [w for w in block.widths if w <= register.width]
                found += [(first + start + lane, w, not spared) for w in widths for lane in range(0, register.width, w)]
    return found


def sequence(machine: FakeMachine, board: str, count: int, seed: int) -> list[tuple[int, int, int]]:
    """Records as the guest takes them; loads carry the value that the fake gives."""
    source = random.Random(seed)
    everywhere = places(machine, board)
    records = [(STORE[4], address, value) for address, value in PREPARED[board][0]]
    for _, address, value in records:
        machine.poke(address, value)
    while len(records) < count:
        address, width, writable = source.choice(everywhere)
        value = source.choice((0, 0xFFFFFFFF, source.getrandbits(32), 1 << source.randrange(32)))
        try:
            if writable and source.random() < 0.5:
                machine.poke(address, value, width)
                records.append((STORE[width], address, value))
            records.append((LOAD[width], address, machine.peek(address, width)))
        except BusError:
            continue
    return records


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("board", sorted(PREPARED))
def test_every_load_gives_what_the_fake_gives(board, seed, tmp_path):
    spec = load_board(board)
    fake = FakeMachine.of_board(board)
    for boot in spec.boot_registers:
        fake.models[boot.device].set(boot.register, boot.value)
    for model in fake.models.values():
        model.on_reset()
    # 600 records of 12 bytes fit the 8 KB of the smaller board
    records = sequence(fake, board, 600, seed)
    base = spec.flash.base
    image = tmp_path / "guest.bin"
    image.write_bytes(struct.pack("<II", spec.ram[0].base + spec.ram[0].size, base + 0x401) + bytes(0x3F8) + PROGRAM)
    machine = EmbeddedMachine(spec)
    machine.load_file(image, base)
    table = PREPARED[board][1]
    expected = [value for operation, _, value in records if operation in LOAD.values()]
    cleared = [(op, address, 0 if op in LOAD.values() else value) for op, address, value in records]
    machine.memory.write(table, b"".join(struct.pack("<III", *record) for record in [*cleared, (0, 0, 0)]))
    machine.core.set_cpu("r4", table)
    machine.run(10**14, 10 * len(records))
    loaded = machine.memory.read(table, 12 * len(records))
    found = [
        (hex(address), hex(value), hex(struct.unpack_from("<I", loaded, 12 * i + 8)[0]))
        for i, (operation, address, value) in enumerate(records)
        if operation in LOAD.values() and struct.unpack_from("<I", loaded, 12 * i + 8)[0] != value
    ]
    assert not [entry for entry in machine.log() if entry.kind in ("bus_fault", "exception", "reset")]
    assert len(expected) > 300
    assert found == []
