"""Board files: what the two boards say, and the errors of wrong ones."""

from __future__ import annotations

from pathlib import Path

import pytest

from digitrig.errors import MissingFileError, PlatformError, UnknownNameError
from digitrig.platform import board_names, load_board
from digitrig.platform.board import MemoryArea, Pin, load_board_file
from digitrig.platform.model import Platform
from digitrig.resources import platforms_dir

REPL = """nvic: IRQControllers.NVIC @ sysbus 0xE000E000
    priorityMask: 0xC0
    IRQ -> cpu@0
cpu: CPU.CortexM @ sysbus
    cpuType: "cortex-m0+"
    nvic: nvic
flash: Memory.MappedMemory @ sysbus 0x0
    size: 0x10000
ram: Memory.MappedMemory @ sysbus 0x20000000
    size: 0x2000
uart0: UART.NXP_LPUART @ sysbus 0x4006A000
"""

YAML = """name: b
title: A board
soc: s
core: cortex-m0+
cpu: {irqs: 32, priority_bits: 2, cpuid: 0x410CC601, systick_external: 3 MHz}
console: {device: uart0, baud: 115200}
clock: {reset: 48 MHz, running: 48 MHz}
memory:
  vector_table: 0
  flash: flash
  ram: [ram]
  budget: {flash: 64 KiB, ram: 8 KiB, stack: 512 B}
timing:
  model: m0plus
  waits: {flash: {read: 2}}
  error_band_percent: 15
  not_modelled: [nothing]
  source: a book
apps: [console]
models: [an13438]
"""


def load(folder: Path, text: str = YAML, repl: str = REPL):
    (folder / "b.repl").write_text(repl)
    (folder / "b.yaml").write_text(text)
    return load_board_file(folder / "b.yaml")


def test_the_boards_of_this_project():
    names = ["frdm_k32l2b", "frdm_ke02z40m", "frdm_ke16z", "frdm_kv11z", "lpc845_brk", "mimxrt1060_evk"]
    assert board_names() == names


def test_frdm_ke16z():
    """Memory: linker script of MKE16Z64 in NXP's SDK; pins: board.h; clock: clock_config.h."""
    board = load_board("frdm_ke16z")
    assert board.flash == MemoryArea("flash", 0, 0x10000)
    assert board.ram == (MemoryArea("sram", 0x1FFFF800, 0x2000),)
    assert (board.console, board.console_baud) == ("lpuart0", 115200)
    assert (board.reset_clock_hz, board.clock_hz) == (48_000_000, 48_000_000)
    assert (board.flash_bytes, board.ram_bytes) == (65536, 8192)
    assert board.leds == {
        "led_red": Pin("portB", 5, True),
        "led_green": Pin("portB", 4, True),
        "led_blue": Pin("portD", 1, True),
    }
    assert board.buttons == {"sw2": Pin("portD", 3, True), "sw3": Pin("portD", 2, True)}
    assert (board.vector_table, board.ivt) == (0, None)


def test_mimxrt1060_evk():
    """Memory: linker scripts of MIMXRT1062 in NXP's SDK; pins: board.h of evkmimxrt1060."""
    board = load_board("mimxrt1060_evk")
    assert board.flash == MemoryArea("flash", 0x60000000, 0x800000)
    assert [(area.name, area.base, area.size) for area in board.ram] == [
        ("dtcm", 0x20000000, 0x20000),
        ("itcm", 0, 0x20000),
        ("ocram", 0x20200000, 0xC0000),
        ("sdram", 0x80000000, 0x2000000),
    ]
    assert (board.console, board.cpu.irqs, board.cpu.priority_bits, board.cpu.fpu) == ("lpuart1", 158, 4, "double")
    assert (board.reset_clock_hz, board.clock_hz) == (396_000_000, 600_000_000)
    assert board.ivt == 0x60001000
    assert board.leds == {"user_led": Pin("gpio1", 9, True)}
    assert board.buttons == {"sw8": Pin("gpio5", 0, True)}


@pytest.mark.parametrize("name", board_names())
def test_every_published_figure_and_every_timing_has_its_source(name):
    board = load_board(name)
    assert board.timing.source and board.timing.not_modelled and board.timing.error_band_percent > 0
    assert board.published
    assert all("AN13438" in figure.source for figure in board.published)


@pytest.mark.parametrize("name", board_names())
def test_priority_bits_agree_with_the_mask_in_the_repl(name):
    board = load_board(name)
    nvic = next(e for e in board.platform.entries.values() if e.type == "IRQControllers.NVIC")
    bits = board.cpu.priority_bits
    assert nvic.attributes["priorityMask"] == 0xFF << (8 - bits) & 0xFF


@pytest.mark.parametrize("name", board_names())
def test_platform_files_are_ascii_without_machine_paths(name):
    for file in load_board(name).platform.files:
        text = file.read_text()
        assert text.isascii()
        assert "/home/" not in text


INTERRUPTS = {
    # KE1xZ64 RM, "NVIC configuration"; IRQn_Type of MKE16Z4.h
    "frdm_ke16z": {
        "lpuart0": [12], "lpuart1": [13], "lpuart2": [14], "lpit0": [22], "ftm0": [17], "ftm1": [18], "wdog": [28],
        "scg": [27], "rcm": [27], "portA": [7], "portB": [26], "portC": [26], "portD": [26], "portE": [7],
        "lpi2c0": [8], "lptmr0": [29], "rtc": [20], "pmc": [6], "ftfa": [5],
    },
    # KE02 RM, "NVIC configuration"; IRQn_Type of MKE02Z4.h
    "frdm_ke02z40m": {
        "uart0": [12], "uart1": [13], "uart2": [14], "ftm0": [17], "ftm1": [18], "ftm2": [19], "rtc": [20],
        "pit": [22, 23], "kbi0": [24], "kbi1": [25], "ics": [27], "wdog": [28], "ftmrh": [5], "pmc": [6],
    },
    # UM11029, "NVIC"; IRQn_Type of LPC845.h
    "lpc845_brk": {
        "usart0": [3], "usart1": [4], "usart2": [5], "usart3": [30], "usart4": [31], "sct0": [9], "mrt0": [10],
        "wwdt": [12], "syscon": [13], "flashctrl": [14], "wkt": [15], "ctimer0": [23], "pint": list(range(24, 32)),
    },
    # K32 L2B RM, "NVIC configuration"; IRQn_Type of K32L2B31A.h
    "frdm_k32l2b": {
        "lpuart0": [12], "lpuart1": [13], "tpm0": [17], "tpm1": [18], "tpm2": [19], "pit": [22], "rtc": [20],
        "lptmr0": [28], "portA": [30], "portB": [], "portC": [31], "portD": [31], "portE": [], "ftfa": [5], "pmc": [6],
    },
    # KV11 RM, "NVIC configuration"; IRQn_Type of MKV11Z7.h
    "frdm_kv11z": {
        "uart0": [12], "uart1": [13], "ftm0": [17], "ftm1": [18], "ftm2": [19], "ftm3": [22], "wdog": [23],
        "ftm4": [24], "ftm5": [26], "mcg": [27], "lptmr0": [28], "portA": [30], "portB": [31], "portE": [31],
    },
    # i.MX RT1060 RM, "Interrupts"; IRQn_Type of MIMXRT1062.h
    "mimxrt1060_evk": {
        "lpuart1": [20], "lpuart8": [27], "lpi2c1": [28], "lpi2c4": [31], "gpt1": [100], "gpt2": [101], "pit": [122],
        "wdog1": [92], "wdog2": [45], "rtwdog": [93], "gpio1": [80, 81], "gpio2": [82, 83], "gpio5": [88, 89],
        "gpio6": [157], "gpio10": [71], "elcdif": [42], "pxp": [44], "semc": [109], "flexram": [38], "dcdc": [69],
    },
}  # fmt: skip


@pytest.mark.parametrize("name", board_names())
def test_interrupt_numbers(name):
    platform: Platform = load_board(name).platform
    for entry, irqs in INTERRUPTS[name].items():
        found = [c.target_line for c in platform.entries[entry].connections if c.target == "nvic"]
        assert found == irqs, entry


def test_an_unknown_board_names_the_known_ones_and_the_near_one():
    with pytest.raises(UnknownNameError) as caught:
        load_board("frdm_ke16")
    assert str(caught.value) == (
        "board 'frdm_ke16' unknown; known: frdm_k32l2b, frdm_ke02z40m, frdm_ke16z, frdm_kv11z, lpc845_brk, "
        "mimxrt1060_evk; did you mean 'frdm_ke16z'?"
    )


def test_a_whole_board_file(tmp_path):
    board = load(tmp_path)
    assert board.stack_bytes == 512
    assert board.timing.waits["flash"].read == 2
    assert board.cpu.systick_external_hz == 3_000_000
    assert board.published == ()


def test_a_board_without_its_repl(tmp_path):
    (tmp_path / "b.yaml").write_text(YAML)
    with pytest.raises(MissingFileError, match=r"platform description .*b\.repl"):
        load_board_file(tmp_path / "b.yaml")


def test_the_platforms_folder_is_that_of_the_resources():
    assert load_board("frdm_ke16z").repl.parent == platforms_dir() / "boards"


@pytest.mark.parametrize(
    ("old", "new", "line", "message"),
    [
        ("title: A board\n", "", 1, "the board file lacks 'title'; supported: title: what the maker calls it"),
        ("core: cortex-m0+", "core: cortex-m3", 4, "'core' is 'cortex-m3'; supported: cortex-m0+, cortex-m7"),
        (
            "core: cortex-m0+",
            "core: cortex-m7",
            4,
            "'core' is 'cortex-m7', but the cpuType of 'cpu' in b.repl:4 is 'cortex-m0+'",
        ),
        (
            "priority_bits: 2",
            "priority_bits: 3",
            5,
            "'cpu.priority_bits' is 3, but the priorityMask of 'nvic' is 0xC0; supported: the 2 bits of the mask",
        ),
        ("name: b", "name: c", 1, "'name' is 'c' in b.yaml; supported: b"),
        ("soc: s", "sock: s", 3, "key 'sock' unknown; did you mean 'soc'?; supported: name, title"),
        ("soc: s", "soc: s\nsoc: t", 4, "key 'soc' given twice"),
        ("soc: s", "soc: [s]", 3, "'soc' is a list; supported: a single value"),
        ("soc: s", "soc: 7", 3, "'soc' is '7'; supported: text"),
        ("reset: 48 MHz", "reset: 48", 7, "'clock.reset' is '48', without a unit; supported: a number with a unit: Hz"),
        (
            "reset: 48 MHz",
            "reset: 48 KiB",
            7,
            "'clock.reset' is '48 KiB': unit 'KiB'; supported: a number with a unit: Hz",
        ),
        ("reset: 48 MHz", "reset: fast", 7, "'clock.reset' is 'fast'; supported: a number with a unit"),
        ("reset: 48 MHz", "reset: 1.0000001 MHz", 7, "'clock.reset' is '1.0000001 MHz', not a whole number of Hz"),
        ("stack: 512 B", "stack: 512 MHz", 12, "unit 'MHz'; supported: a number with a unit: B, KiB, MiB"),
        ("flash: 64 KiB", "flash: 65 KiB", 12, "flash budget of 66560 bytes, but 'flash' has 65536"),
        ("baud: 115200", "baud: fast", 6, "'console.baud' is 'fast'; supported: a whole number from 1 to 10000000"),
        (
            "device: uart0",
            "device: uart1",
            6,
            "'console.device' names 'uart1', which b.repl does not have; supported: nvic",
        ),
        (
            "flash: flash",
            "flash: uart0",
            10,
            "'memory.flash' names 'uart0', which b.repl does not have; supported: flash, ram",
        ),
        ("  vector_table: 0\n", "", 9, "'memory' must have one of 'vector_table' and 'ivt'"),
        ("irqs: 32", "irqs: 500", 5, "'cpu.irqs' is '500'; supported: a whole number from 1 to 240"),
        ("irqs: 32", "irqs: 32, mpu_regions: 4", 5, "'cpu.mpu_regions' is 4; supported: 0, 8, 16"),
        ("model: m0plus", "model: m9", 14, "'timing.model' is 'm9'; supported: m0plus, m7"),
        ("waits: {flash: {read: 2}}", "waits: {rom: {read: 2}}", 15, "'timing.waits.rom' is no entry of b.repl"),
        (
            "waits: {flash: {read: 2}}",
            "waits: {flash: {reed: 2}}",
            15,
            "key 'timing.waits.flash.reed' unknown; did you mean",
        ),
        ("apps: [console]", "apps: console", 19, "'apps' is 'console'; supported: a list"),
        ("apps: [console]", "apps: [{}]", 19, "'apps[0]' is a mapping; supported: a single value"),
        (
            "error_band_percent: 15",
            "error_band_percent: yes",
            16,
            "'timing.error_band_percent' is 'yes'; supported: a number",
        ),
        ("title: A board", "title: [", 4, "not YAML: "),
    ],
)
def test_a_wrong_board_file_says_file_line_found_and_allowed(tmp_path, old, new, line, message):
    assert old in YAML
    with pytest.raises(PlatformError) as caught:
        load(tmp_path, YAML.replace(old, new, 1))
    assert message in str(caught.value), str(caught.value)
    assert caught.value.line == line, str(caught.value)
    assert Path(caught.value.path).name == "b.yaml"


def test_an_empty_board_file(tmp_path):
    with pytest.raises(PlatformError, match="the file is empty"):
        load(tmp_path, "# nothing\n")


def test_a_register_left_by_a_boot_rom_must_be_of_a_device(tmp_path):
    text = YAML + "boot_rom: {source: x, registers: {ccm: {A: 1}}}\n"
    with pytest.raises(PlatformError, match=r"'boot_rom\.registers\.ccm' is no entry of b\.repl"):
        load(tmp_path, text)


def test_a_published_figure_needs_a_source(tmp_path):
    with pytest.raises(PlatformError, match=r"'published\[0\]' lacks 'source'"):
        load(tmp_path, YAML + "published: [{model: m, weights: ram}]\n")


def test_an_led_must_be_on_one_pin(tmp_path):
    with pytest.raises(PlatformError, match="'lamp' is not on one pin"):
        load(tmp_path, repl=REPL + "lamp: Miscellaneous.LED\n")
