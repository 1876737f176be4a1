"""SCG and PCC of KE1xZ: the vendor's clock set-up, and its edges.

Addresses, values and waits are those of BOARD_BootClockRUN for frdmke16z in NXP's MCUXpresso SDK; reset values are
those of the KE1xZ64 reference manual (and NXP's SVD of MKE16Z4).
"""

from __future__ import annotations

import pytest
from fake_machine import BusError, FakeMachine

SCG, PCC = 0x40064000, 0x40065000
CSR, RCCR = SCG + 0x10, SCG + 0x14
SOSC, SIRC, FIRC, LPFLL = SCG + 0x100, SCG + 0x200, SCG + 0x300, SCG + 0x500
VLD, SEL, LK = 1 << 24, 1 << 25, 1 << 23
LPUART0_SLOT = PCC + 0x1A8


@pytest.fixture
def machine() -> FakeMachine:
    return FakeMachine.of_board("frdm_ke16z")


def boot_clock_run(machine: FakeMachine) -> None:
    """The writes of BOARD_BootClockRUN, each wait as an assertion."""
    machine.poke(SOSC, 0x04000000)
    machine.poke(SOSC + 4, 0x100)
    machine.poke(SOSC + 8, 0x24)
    machine.poke(SOSC, 0x5)
    assert machine.peek(SOSC) & VLD
    machine.poke(SIRC, 0)
    machine.poke(SIRC + 4, 0x200)
    machine.poke(SIRC + 8, 1)
    machine.poke(SIRC, 1)
    assert machine.peek(SIRC) & VLD
    machine.poke(RCCR, 0x02000003)
    assert machine.peek(CSR) >> 24 == 2
    assert machine.core_clock == 8_000_000
    machine.poke(FIRC, 0x04000000)
    machine.poke(FIRC + 4, 0x100)
    machine.poke(FIRC + 8, 0)
    machine.poke(FIRC, machine.peek(FIRC) | 1)
    assert machine.peek(FIRC) & VLD
    machine.poke(RCCR, 0x03000003)
    assert machine.peek(CSR) >> 24 == 3
    machine.poke(LPFLL, 0x04000000)
    machine.poke(LPFLL + 4, 0x200)
    machine.poke(LPFLL + 8, 0)
    machine.poke(LPFLL, machine.peek(LPFLL) | 1)
    assert machine.peek(LPFLL) & VLD
    machine.poke(RCCR, 0x05000001)
    assert machine.peek(CSR) == 0x05000001


def test_after_reset_the_core_runs_from_the_fast_irc_at_48_mhz(machine):
    assert machine.core_clock == 48_000_000
    assert machine.peek(CSR) == 0x03000001
    assert machine.peek(SIRC) == 0x01000005
    assert machine.peek(FIRC) == 0x03000001
    assert machine.models["scg"].clock("bus") == 24_000_000


def test_the_vendor_sequence_ends_at_48_mhz_core_and_24_mhz_bus(machine):
    boot_clock_run(machine)
    assert machine.core_clock == 48_000_000
    assert machine.models["scg"].clock("bus") == 24_000_000
    assert machine.models["scg"].clock("flash") == 24_000_000


def test_sel_follows_the_selected_source(machine):
    boot_clock_run(machine)
    assert machine.peek(LPFLL) & SEL
    assert not machine.peek(FIRC) & SEL


def test_valid_follows_enable(machine):
    assert not machine.peek(SOSC) & VLD
    machine.poke(SOSC, 1)
    assert machine.peek(SOSC) & VLD
    machine.poke(SOSC, 0)
    assert not machine.peek(SOSC) & VLD


def test_the_selected_source_cannot_be_switched_off(machine):
    machine.poke(FIRC, 0)
    assert machine.peek(FIRC) & (VLD | 1) == VLD | 1
    assert machine.core_clock == 48_000_000


def test_status_waits_until_a_chosen_source_is_valid(machine):
    machine.poke(RCCR, 0x01000000)
    assert machine.peek(CSR) == 0x03000001
    machine.poke(SOSC, 1)
    assert machine.peek(CSR) == 0x01000000
    assert machine.core_clock == 8_000_000


def test_a_reserved_source_is_not_taken(machine):
    machine.poke(RCCR, 0x04000001)
    assert machine.peek(CSR) == 0x03000001


def test_clock_status_is_read_only(machine):
    machine.poke(CSR, 0x02000000)
    assert machine.peek(CSR) == 0x03000001


def test_configuration_of_a_running_source_is_kept(machine):
    machine.poke(SIRC + 8, 0)
    assert machine.peek(SIRC + 8) == 1
    machine.poke(SIRC, 0)
    machine.poke(SIRC + 8, 0)
    machine.poke(SIRC, 1)
    assert machine.models["scg"].clock("sirc") == 2_000_000


def test_a_locked_control_register_ignores_writes_until_unlocked(machine):
    machine.poke(SIRC, 1 | LK)
    machine.poke(SIRC, LK)
    assert machine.peek(SIRC) & 1
    machine.poke(SIRC, 1)
    machine.poke(SIRC, 0)
    assert not machine.peek(SIRC) & 1


@pytest.mark.parametrize(("divider", "hz"), [(0, 0), (1, 8_000_000), (2, 4_000_000), (4, 1_000_000), (7, 125_000)])
def test_divided_clock_is_off_at_0_and_halves_with_each_step(machine, divider, hz):
    machine.poke(SOSC + 4, divider << 8)
    machine.poke(SOSC, 1)
    assert machine.models["scg"].clock("soscdiv2") == hz


@pytest.mark.parametrize(("field", "core"), [(0, 48_000_000), (1, 24_000_000), (15, 3_000_000)])
def test_core_divider(machine, field, core):
    machine.poke(RCCR, 0x03000001 | field << 16)
    assert machine.core_clock == core
    assert machine.models["scg"].clock("bus") == core // 2


def test_very_low_power_run_uses_its_own_control_register(machine):
    machine.poke(0x4007E008, 0x20)
    machine.poke(0x4007E00C, 0x40)
    assert machine.peek(0x4007E014) == 4
    assert machine.peek(CSR) == 0x02000001
    assert machine.core_clock == 8_000_000
    machine.poke(0x4007E00C, 0)
    assert machine.peek(0x4007E014) == 1
    assert machine.core_clock == 48_000_000


def test_very_low_power_run_needs_permission(machine):
    machine.poke(0x4007E00C, 0x40)
    assert machine.peek(0x4007E014) == 1
    assert machine.peek(0x4007E00C) == 0


# ------------------------------------------------------------------ PCC


def test_every_slot_shows_present_and_its_reset_gate(machine):
    for register in machine.models["pcc"].TABLE:
        value = machine.peek(PCC + register.offset)
        assert value == (0xC0000000 if register.short in ("FLASH", "ADC0") else 0x80000000), register.short


def test_each_slot_lies_where_its_peripheral_is(machine):
    """KE1xZ64 RM: the word of the peripheral at 0x40000000 + n * 0x1000 is at offset 4 * n."""
    from digitrig.peripherals.kinetis_pcc import SLOTS

    addresses = {device: first for first, _, device in machine.map}
    checked = [slot for slot in SLOTS if slot.device in addresses]
    assert len(checked) >= 13
    for slot in checked:
        assert addresses[slot.device] == 0x40000000 + slot.offset // 4 * 0x1000, slot.name


def test_present_cannot_be_written_away(machine):
    machine.poke(LPUART0_SLOT, 0)
    assert machine.peek(LPUART0_SLOT) == 0x80000000


def test_an_access_to_a_gated_block_is_a_bus_error_until_its_gate_opens(machine):
    with pytest.raises(BusError):
        machine.peek(0x4006A010)
    machine.poke(LPUART0_SLOT, 0x40000000)
    assert machine.peek(0x4006A010) == 0x0F000004
    machine.poke(LPUART0_SLOT, 0)
    with pytest.raises(BusError):
        machine.peek(0x4006A010)


def test_gpio_needs_no_gate_but_pin_control_does(machine):
    assert machine.peek(0x400FF040) == 0
    with pytest.raises(BusError):
        machine.peek(0x4004A000)


def test_console_clock_is_8_mhz_with_the_vendor_settings(machine):
    boot_clock_run(machine)
    machine.poke(LPUART0_SLOT, 0x01000000)
    assert machine.clocks["lpuart0"] == 0
    machine.poke(LPUART0_SLOT, machine.peek(LPUART0_SLOT) | 0x40000000)
    assert machine.clocks["lpuart0"] == 8_000_000


def test_functional_clock_follows_its_source(machine):
    machine.poke(LPUART0_SLOT, 0x42000000)
    assert machine.clocks["lpuart0"] == 0, "SIRCDIV2 is off after reset"
    machine.poke(SIRC + 4, 0x200)
    assert machine.clocks["lpuart0"] == 4_000_000
    machine.poke(SIRC, 0)
    assert machine.clocks["lpuart0"] == 0


def test_source_of_an_open_gate_cannot_be_changed(machine):
    machine.poke(LPUART0_SLOT, 0x41000000)
    machine.poke(LPUART0_SLOT, 0x42000000)
    assert machine.peek(LPUART0_SLOT) == 0xC1000000


def test_reset_closes_gates_and_stops_functional_clocks(machine):
    boot_clock_run(machine)
    machine.poke(LPUART0_SLOT, 0x41000000)
    machine.reset()
    assert not machine.enabled["lpuart0"]
    assert machine.clocks["lpuart0"] == 0
    assert machine.core_clock == 48_000_000
