"""What the embedded engine refuses in a platform that parses."""

from __future__ import annotations

import pytest

from digitrig.errors import PlatformError
from digitrig.peripherals import known_classes
from digitrig.platform import Platform, board_names, check_platform, load_board, parse_repl

CORE = """nvic: IRQControllers.NVIC @ sysbus 0xE000E000
    IRQ -> cpu@0
cpu: CPU.CortexM @ sysbus
    cpuType: "cortex-m0+"
    nvic: nvic
"""


def check(folder, text: str) -> Platform:
    path = folder / "p.repl"
    path.write_text(CORE + text)
    platform = parse_repl(path)
    check_platform(platform, known_classes(), 32)
    return platform


@pytest.mark.parametrize("name", board_names())
def test_the_boards_here_pass(name):
    board = load_board(name)
    check_platform(board.platform, known_classes(), board.cpu.irqs)


def test_a_small_platform_passes(tmp_path):
    check(tmp_path, "ram: Memory.MappedMemory @ sysbus 0x20000000\n    size: 0x400\n")


def test_neighbours_may_touch(tmp_path):
    check(
        tmp_path,
        "a: Memory.MappedMemory @ sysbus 0x20000000\n    size: 0x400\n"
        "b: Memory.MappedMemory @ sysbus 0x20000400\n    size: 0x400\n",
    )


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        (
            "u: UART.NXP_LPUARTS @ sysbus 0",
            6,
            "class 'UART.NXP_LPUARTS' of 'u' is not known to the embedded engine; did you mean 'UART.NXP_LPUART'?",
        ),
        (
            "u: UART.NXP_LPUART @ sysbus 0\n    fifosize: 4",
            7,
            "'u' (UART.NXP_LPUART) has no attribute 'fifosize'; supported: fifoSize, frequency",
        ),
        ('u: UART.NXP_LPUART @ sysbus 0\n    fifoSize: "4"', 7, "'fifoSize' of 'u' is '4'; supported: a whole number"),
        (
            "m: Memory.MappedMemory @ sysbus 0",
            6,
            "'m' (Memory.MappedMemory) lacks the attribute 'size'; supported: size: a",
        ),
        (
            'c: CPU.CortexM\n    cpuType: "x"\n    nvic: mvic',
            8,
            "'nvic' of 'c' names 'mvic', which is not there; supported: c, cpu, nvic",
        ),
        (
            "u: UART.NXP_LPUART @ sysbus 0\n    RX -> nvic@3",
            7,
            "'u' (UART.NXP_LPUART) has no such interrupt source: output 'RX'; supported: IRQ",
        ),
        ("u: UART.NXP_LPUART @ sysbus 0\n    3 -> nvic@3", 7, "has no such interrupt source: output '3'"),
        ("u: UART.NXP_LPUART @ sysbus 0\n    IRQ -> mvic@3", 7, "'u' is connected to 'mvic', which is not there"),
        (
            "u: UART.NXP_LPUART @ sysbus 0\n    IRQ -> nvic@32",
            7,
            "'u' is connected to input 32 of 'nvic' (IRQControllers.NVIC); supported: inputs 0 to 31",
        ),
        (
            "m: Memory.MappedMemory @ sysbus 0\n    size: 0x400\nu: UART.NXP_LPUART @ sysbus 0x1000\n    IRQ -> m@0",
            9,
            "supported: no inputs on Memory.MappedMemory",
        ),
        (
            "a: Memory.MappedMemory @ sysbus 0x100\n    size: 0x400\nb: UART.NXP_LPUART @ sysbus 0x4FF",
            8,
            "'b' at 0x000004FF..0x000014FE overlaps 'a' at 0x00000100..0x000004FF",
        ),
        (
            "m: Memory.MappedMemory @ sysbus 0xFFFFFC00\n    size: 0x800",
            6,
            "'m' ends at 0x1000003FF, beyond the 32-bit address space",
        ),
        (
            "p: GPIOPort.NXPGPIOPort @ sysbus 0x0",
            6,
            "access region None of 'p' (GPIOPort.NXPGPIOPort); supported: port, gpio",
        ),
        (
            'u: UART.NXP_LPUART @ sysbus new Bus.BusMultiRegistration { address: 0; size: 4; region: "x" }',
            6,
            "access region 'x' of 'u' (UART.NXP_LPUART); supported: no regions",
        ),
        (
            "l: Miscellaneous.LED @ gpio 1",
            6,
            "'l' is attached to 'gpio', which is not there; supported: sysbus or the name",
        ),
        ("l: Miscellaneous.LED @ sysbus 1", 6, "the size of 'l' (Miscellaneous.LED) on the bus is not known"),
    ],
)
def test_what_the_engine_cannot_build_is_said_with_its_line(tmp_path, text, line, message):
    with pytest.raises(PlatformError) as caught:
        check(tmp_path, text)
    assert message in str(caught.value)
    assert caught.value.line == line
