"""Ports of KE16Z and RT1060: output, input, LEDs and buttons, pin interrupts.

Source: KE1xZ64 reference manual, chapters PORT and GPIO; i.MX RT1060 reference manual, chapter GPIO. LED and button
pins: board.h of NXP's MCUXpresso SDK.
"""

from __future__ import annotations

import pytest
from fake_machine import FakeMachine

from digitrig.peripherals import led_lit, port_of, press
from digitrig.platform import load_board

PCC_PORTB, PCC_PORTD = 0x40065128, 0x40065130
PORTB, PORTD = 0x4004A000, 0x4004C000
GPIOB, GPIOD = 0x400FF040, 0x400FF0C0
FGPIOB = 0xF8000040
GPIO = 1 << 8
IRQC, ISF = 16, 1 << 24


@pytest.fixture
def ke16z() -> FakeMachine:
    machine = FakeMachine.of_board("frdm_ke16z")
    machine.poke(PCC_PORTB, 1 << 30)
    machine.poke(PCC_PORTD, 1 << 30)
    return machine


@pytest.fixture
def rt1060() -> FakeMachine:
    return FakeMachine.of_board("mimxrt1060_evk")


def lit(machine: FakeMachine, board: str, name: str) -> bool:
    pin = load_board(board).leds[name]
    return led_lit(port_of(machine.models, pin.port), pin.pin, pin.active_low)


def push(machine: FakeMachine, board: str, name: str, pressed: bool = True) -> None:
    pin = load_board(board).buttons[name]
    press(port_of(machine.models, pin.port), pin.pin, pin.active_low, pressed)


# ------------------------------------------------------------------ Kinetis


def test_set_clear_and_toggle(ke16z):
    ke16z.poke(GPIOB, 0x0F)
    ke16z.poke(GPIOB + 4, 0x30)
    assert ke16z.peek(GPIOB) == 0x3F
    ke16z.poke(GPIOB + 8, 0x03)
    assert ke16z.peek(GPIOB) == 0x3C
    ke16z.poke(GPIOB + 12, 0xFF)
    assert ke16z.peek(GPIOB) == 0xC3


def test_set_and_clear_registers_read_0(ke16z):
    ke16z.poke(GPIOB + 4, 0x30)
    assert [ke16z.peek(GPIOB + n) for n in (4, 8, 12)] == [0, 0, 0]


def test_the_single_cycle_alias_is_the_same_port(ke16z):
    ke16z.poke(FGPIOB + 4, 0x20)
    assert ke16z.peek(GPIOB) == 0x20
    ke16z.poke(GPIOB, 0)
    assert ke16z.peek(FGPIOB) == 0


def test_an_led_is_lit_when_its_pin_is_a_gpio_output_driven_low(ke16z):
    assert not lit(ke16z, "frdm_ke16z", "led_red")
    ke16z.poke(GPIOB + 0x14, 1 << 5)
    assert not lit(ke16z, "frdm_ke16z", "led_red"), "multiplexer still off"
    ke16z.poke(PORTB + 4 * 5, GPIO, 2)
    assert lit(ke16z, "frdm_ke16z", "led_red")
    ke16z.poke(GPIOB + 4, 1 << 5)
    assert not lit(ke16z, "frdm_ke16z", "led_red")


def test_button_pulls_its_input_low_and_lets_go(ke16z):
    ke16z.poke(PORTD + 4 * 2, GPIO)
    assert ke16z.peek(GPIOD + 0x10) & 1 << 2
    push(ke16z, "frdm_ke16z", "sw3")
    assert not ke16z.peek(GPIOD + 0x10) & 1 << 2
    push(ke16z, "frdm_ke16z", "sw3", False)
    assert ke16z.peek(GPIOD + 0x10) & 1 << 2


def test_a_held_button_stays_pressed_over_a_reset_without_an_edge(ke16z):
    push(ke16z, "frdm_ke16z", "sw3")
    ke16z.reset()
    ke16z.poke(PCC_PORTD, 1 << 30)
    ke16z.poke(PORTD + 4 * 2, GPIO | 10 << IRQC)
    assert not ke16z.peek(GPIOD + 0x10) & 1 << 2
    assert not ke16z.peek(PORTD + 4 * 2) & ISF


def test_an_output_reads_back_its_own_level(ke16z):
    ke16z.poke(PORTB + 4 * 4, GPIO)
    ke16z.poke(GPIOB + 0x14, 1 << 4)
    assert not ke16z.peek(GPIOB + 0x10) & 1 << 4
    ke16z.poke(GPIOB + 4, 1 << 4)
    assert ke16z.peek(GPIOB + 0x10) & 1 << 4


def test_16_bit_store_to_pin_control_keeps_the_interrupt_half(ke16z):
    ke16z.poke(PORTB + 4 * 5, 9 << IRQC)
    ke16z.poke(PORTB + 4 * 5, 0x0103, 2)
    assert ke16z.peek(PORTB + 4 * 5) == 9 << IRQC | 0x0103


def test_16_bit_store_does_not_clear_the_flag_but_1_does(ke16z):
    pcr = PORTD + 4 * 2
    ke16z.poke(pcr, GPIO | 10 << IRQC)
    push(ke16z, "frdm_ke16z", "sw3")
    ke16z.poke(pcr, GPIO, 2)
    assert ke16z.peek(pcr) & ISF
    ke16z.poke(pcr, GPIO | 10 << IRQC | ISF)
    assert not ke16z.peek(pcr) & ISF


@pytest.mark.parametrize(
    ("kind", "on_press", "on_release"),
    [(0, False, False), (9, False, True), (10, True, False), (11, True, True)],
)
def test_edge_interrupts(ke16z, kind, on_press, on_release):
    ke16z.poke(PORTD + 4 * 2, GPIO | kind << IRQC)
    push(ke16z, "frdm_ke16z", "sw3")
    assert bool(ke16z.peek(PORTD + 0xA0) & 1 << 2) is on_press
    assert ke16z.lines["portD.port", 0] is on_press
    ke16z.poke(PORTD + 0xA0, 1 << 2)
    assert ke16z.lines["portD.port", 0] is False
    push(ke16z, "frdm_ke16z", "sw3", False)
    assert bool(ke16z.peek(PORTD + 0xA0) & 1 << 2) is on_release


def test_level_interrupt_returns_while_the_level_lasts(ke16z):
    ke16z.poke(PORTD + 4 * 2, GPIO | 8 << IRQC)
    assert ke16z.lines["portD.port", 0] is False
    push(ke16z, "frdm_ke16z", "sw3")
    ke16z.poke(PORTD + 0xA0, 1 << 2)
    assert ke16z.lines["portD.port", 0] is True
    push(ke16z, "frdm_ke16z", "sw3", False)
    ke16z.poke(PORTD + 0xA0, 1 << 2)
    assert ke16z.lines["portD.port", 0] is False


def test_lock_freezes_the_low_half(ke16z):
    pcr = PORTB + 4 * 5
    ke16z.poke(pcr, 0x8103)
    ke16z.poke(pcr, 9 << IRQC)
    assert ke16z.peek(pcr) == 9 << IRQC | 0x8103


def test_global_pin_control_writes_the_chosen_pins(ke16z):
    ke16z.poke(PORTB + 0x80, 0x00300103)
    assert [ke16z.peek(PORTB + 4 * pin) for pin in (3, 4, 5, 6)] == [0, 0x103, 0x103, 0]
    ke16z.poke(PORTB + 0x84, 0x00010103)
    assert ke16z.peek(PORTB + 4 * 16) == 0x103


# ------------------------------------------------------------------ i.MX RT

GPIO1, GPIO5 = 0x401B8000, 0x400C0000
DR, GDIR, PSR, ICR1, ICR2, IMR, ISR, EDGE_SEL = 0, 4, 8, 0xC, 0x10, 0x14, 0x18, 0x1C


def test_rt_led_is_lit_when_driven_low(rt1060):
    assert not lit(rt1060, "mimxrt1060_evk", "user_led")
    rt1060.poke(GPIO1 + GDIR, 1 << 9)
    assert lit(rt1060, "mimxrt1060_evk", "user_led")
    rt1060.poke(GPIO1 + 0x84, 1 << 9)
    assert not lit(rt1060, "mimxrt1060_evk", "user_led")
    rt1060.poke(GPIO1 + 0x8C, 1 << 9)
    assert lit(rt1060, "mimxrt1060_evk", "user_led")
    rt1060.poke(GPIO1 + 0x88, 1 << 9)
    assert lit(rt1060, "mimxrt1060_evk", "user_led")


def test_rt_fast_port_drives_the_led_once_its_pad_is_switched(rt1060):
    gpio6, gpr26 = 0x42000000, 0x400AC068
    rt1060.poke(gpio6 + GDIR, 1 << 9)
    assert not lit(rt1060, "mimxrt1060_evk", "user_led")
    rt1060.poke(gpr26, 0xFFFFFFFF)
    assert lit(rt1060, "mimxrt1060_evk", "user_led")
    rt1060.poke(gpio6 + 0x84, 1 << 9)
    assert not lit(rt1060, "mimxrt1060_evk", "user_led")
    rt1060.models["gpio1"].set_input(3, False)
    assert not rt1060.peek(gpio6 + PSR) & 1 << 3


def test_rt_data_register_shows_the_pad_of_an_input(rt1060):
    assert rt1060.peek(GPIO5 + DR) & 1
    push(rt1060, "mimxrt1060_evk", "sw8")
    assert not rt1060.peek(GPIO5 + DR) & 1
    assert not rt1060.peek(GPIO5 + PSR) & 1


def test_rt_data_register_keeps_what_is_written_for_later_outputs(rt1060):
    rt1060.poke(GPIO1 + DR, 0)
    assert rt1060.peek(GPIO1 + DR) == 0xFFFFFFFF
    rt1060.poke(GPIO1 + GDIR, 1 << 9)
    assert not rt1060.peek(GPIO1 + DR) & 1 << 9


@pytest.mark.parametrize(("kind", "on_press", "on_release"), [(2, False, True), (3, True, False)])
def test_rt_edge_interrupts_and_their_mask(rt1060, kind, on_press, on_release):
    rt1060.poke(GPIO5 + ICR1, kind)
    push(rt1060, "mimxrt1060_evk", "sw8")
    assert bool(rt1060.peek(GPIO5 + ISR) & 1) is on_press
    assert rt1060.lines["gpio5", 0] is False
    rt1060.poke(GPIO5 + IMR, 1)
    assert rt1060.lines["gpio5", 0] is on_press
    rt1060.poke(GPIO5 + ISR, 1)
    assert rt1060.lines["gpio5", 0] is False
    push(rt1060, "mimxrt1060_evk", "sw8", False)
    assert rt1060.lines["gpio5", 0] is on_release


def test_rt_edge_select_overrides_the_configuration(rt1060):
    rt1060.poke(GPIO5 + EDGE_SEL, 1)
    rt1060.poke(GPIO5 + IMR, 1)
    for pressed in (True, False):
        push(rt1060, "mimxrt1060_evk", "sw8", pressed)
        assert rt1060.lines["gpio5", 0] is True
        rt1060.poke(GPIO5 + ISR, 1)
        assert rt1060.lines["gpio5", 0] is False


def test_rt_low_level_interrupt_holds(rt1060):
    rt1060.poke(GPIO5 + IMR, 1)
    assert rt1060.lines["gpio5", 0] is False
    push(rt1060, "mimxrt1060_evk", "sw8")
    rt1060.poke(GPIO5 + ISR, 1)
    assert rt1060.lines["gpio5", 0] is True


def test_rt_upper_pins_have_a_line_of_their_own(rt1060):
    rt1060.poke(GPIO1 + ICR2, 3 << 2 * 4)
    rt1060.poke(GPIO1 + IMR, 1 << 20)
    rt1060.models["gpio1"].set_input(20, False)
    assert (rt1060.lines["gpio1", 0], rt1060.lines["gpio1", 1]) == (False, True)


def test_rt_connections_follow_the_halves(rt1060):
    entries = load_board("mimxrt1060_evk").platform.entries

    def irqs(name: str) -> dict[int, tuple[int, ...]]:
        wires = [c for c in entries[name].connections if c.target == "nvic"]
        return {c.target_line: rt1060.models[name].lines_of(c, i, len(wires)) for i, c in enumerate(wires)}

    assert irqs("gpio1") == {80: (0,), 81: (1,)}
    assert irqs("gpio10") == {71: (0, 1)}
