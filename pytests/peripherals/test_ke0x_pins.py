"""GPIO and pin interrupts of KE02. Expected values: KE02 reference manual, chapters GPIO and KBI."""

from __future__ import annotations

import pytest
from fake_machine import FakeMachine

A, B, FAST_A, KBI0, KBI1 = 0x400FF000, 0x400FF040, 0xF8000000, 0x40079000, 0x4007A000


@pytest.fixture
def ke02() -> FakeMachine:
    machine = FakeMachine.of_board("frdm_ke02z40m")
    machine.poke(0x4004800C, 0x3000 | 3 << 24)
    return machine


def test_an_input_reads_0_until_it_is_enabled(ke02):
    assert ke02.peek(A + 0x10) == 0
    ke02.poke(A + 0x18, 0xFFFFFFFE)
    assert ke02.peek(A + 0x10) == 1
    ke02.models["gpioA"].set_input(0, False)
    assert ke02.peek(FAST_A + 0x10) == 0


def test_set_clear_and_toggle_drive_outputs(ke02):
    ke02.poke(B + 0x14, 1 << 26)
    ke02.poke(B + 0x04, 1 << 26)
    assert ke02.models["gpioB"].pin_level(26)
    ke02.poke(B + 0x0C, 1 << 26)
    assert not ke02.models["gpioB"].pin_level(26)


def test_kbi_flags_falling_edges_until_it_is_acknowledged(ke02):
    ke02.poke(KBI1 + 1, 1 << 6, 1)  # PTD6
    ke02.poke(KBI1, 1 << 2, 1)
    ke02.poke(KBI1, 1 << 1, 1)
    assert not ke02.lines["kbi1", 0]
    ke02.models["gpioA"].set_input(30, False)
    assert ke02.lines["kbi1", 0]
    assert ke02.peek(KBI1, 1) & 1 << 3
    ke02.poke(KBI1, 1 << 1 | 1 << 2, 1)
    assert not ke02.lines["kbi1", 0]


def test_kbi_flags_rising_edges_where_es_says_so(ke02):
    ke02.models["gpioA"].set_input(8, False)
    ke02.poke(KBI0 + 2, 1 << 4, 1)
    ke02.poke(KBI0 + 1, 1 << 4, 1)
    ke02.poke(KBI0, 1 << 1 | 1 << 2, 1)
    assert not ke02.lines["kbi0", 0]
    ke02.models["gpioA"].set_input(8, True)
    assert ke02.lines["kbi0", 0]
