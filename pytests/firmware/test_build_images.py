"""What the linker made of the firmware: tables where the parts look for them, sections where memory is.

Addresses and values come from the manuals: Armv6-M ARM (DDI 0419) and Armv7-M ARM (DDI 0403), B1.5 "The vector table";
reference manuals of the Kinetis and K32 L parts, "Flash configuration field"; i.MX RT1060 reference manual, "System
Boot"; LPC84x user manual UM11029, "Boot ROM"; NXP's device headers. Sizes of memories come from the board files.
"""

from __future__ import annotations

import re
import shutil
import struct
from collections.abc import Mapping
from pathlib import Path

import pytest
from elftools.elf.elffile import ELFFile

import digitrig
from digitrig.firmware_build import BuiltFirmware, build_firmware, build_image, buildable_boards
from digitrig.platform import BoardSpec, load_board
from digitrig.resources import firmware_dir

KE16Z, KE02, LPC845, RT1060 = "frdm_ke16z", "frdm_ke02z40m", "lpc845_brk", "mimxrt1060_evk"
THUMB = 1


BOARDS = buildable_boards()
TOOLCHAINS = [
    "zig",
    pytest.param(
        "gcc",
        marks=pytest.mark.skipif(
            shutil.which("arm-none-eabi-gcc") is None,
            reason="arm-none-eabi-gcc is not installed (apt install gcc-arm-none-eabi)",
        ),
    ),
]
# Interrupt of the console: name and number in NXP's device header.
CONSOLES = {
    KE16Z: ("LPUART0_IRQHandler", 12),
    RT1060: ("LPUART1_IRQHandler", 20),
    KE02: ("UART1_IRQHandler", 13),
    LPC845: ("USART0_IRQHandler", 3),
    "frdm_k32l2b": ("LPUART0_IRQHandler", 12),
    "frdm_kv11z": ("UART0_IRQHandler", 12),
}
# Last word of the flash configuration field: FSEC, FOPT and two bytes whose place differs on KE02.
FLASH_CONFIGURATIONS = {
    KE16Z: b"\xfe\xff\xff\xff",
    KE02: b"\xff\xff\xfe\xff",
    "frdm_k32l2b": b"\xfe\x3f\xff\xff",
    "frdm_kv11z": b"\xfe\xff\xff\xff",
}
NO_ROOM_FOR_WEIGHTS = {KE02}  # 4 KB RAM


class Image:
    """An ELF file: its loaded bytes by physical address, its symbols and segments."""

    def __init__(self, path: Path) -> None:
        with path.open("rb") as stream:
            elf = ELFFile(stream)
            self.entry: int = elf["e_entry"]
            self.machine: str = elf["e_machine"]
            self.loads = [(s["p_vaddr"], s["p_paddr"], s.data(), s["p_memsz"]) for s in elf.iter_segments("PT_LOAD")]
            self.sections = {s.name: (s["sh_addr"], s["sh_size"]) for s in elf.iter_sections() if s["sh_flags"] & 2}
            table = elf.get_section_by_name(".symtab")
            self.symbols: Mapping[str, int] = {s.name: s["st_value"] for s in table.iter_symbols()}

    def bytes_at(self, address: int, length: int) -> bytes:
        for _virtual, physical, data, _size in self.loads:
            if physical <= address and address + length <= physical + len(data):
                return bytes(data[address - physical : address - physical + length])
        raise AssertionError(f"nothing is loaded at 0x{address:08x}")

    def words_at(self, address: int, count: int) -> tuple[int, ...]:
        return struct.unpack(f"<{count}I", self.bytes_at(address, 4 * count))


@pytest.fixture(scope="module")
def built() -> dict[tuple[str, str], tuple[BuiltFirmware, Image, BoardSpec]]:
    return {}


@pytest.fixture
def firmware(
    built: dict[tuple[str, str], tuple[BuiltFirmware, Image, BoardSpec]], board: str, toolchain: str
) -> tuple[BuiltFirmware, Image, BoardSpec]:
    """The console image of a board: (what build_firmware said, the file, the board)."""
    if (board, toolchain) not in built:
        images = build_firmware([board], toolchain=toolchain)
        result = next(image for image in images if (image.app, image.weights) == ("console", "flash"))
        built[board, toolchain] = (result, Image(result.elf), load_board(board))
    return built[board, toolchain]


Firmware = tuple[BuiltFirmware, Image, BoardSpec]


@pytest.mark.parametrize("toolchain", TOOLCHAINS)
@pytest.mark.parametrize("board", BOARDS)
def test_image_is_for_arm_and_has_a_map_beside_it(firmware: Firmware) -> None:
    result, image, _spec = firmware
    assert image.machine == "EM_ARM"
    assert result.elf.name == "console-an13438-flash.elf"
    text = result.elf.with_suffix(".map").read_text()
    assert "section .vectors" in text and "Reset_Handler" in text


@pytest.mark.parametrize("toolchain", TOOLCHAINS)
@pytest.mark.parametrize("board", BOARDS)
def test_vector_table_begins_with_stack_and_reset_handler(firmware: Firmware) -> None:
    _result, image, spec = firmware
    table = image.symbols["__vector_table"]
    stack, reset = image.words_at(table, 2)
    ram = next(area for area in spec.ram if area.base < stack <= area.base + area.size)
    assert stack % 8 == 0
    assert stack - ram.base == spec.stack_bytes, "the stack lies at the bottom of the RAM and has the budgeted size"
    assert reset == image.symbols["Reset_Handler"] | THUMB
    assert image.entry | THUMB == reset


@pytest.mark.parametrize("toolchain", ["zig"])
@pytest.mark.parametrize("board", BOARDS)
def test_every_exception_has_a_handler_and_reserved_entries_are_zero(firmware: Firmware, board: str) -> None:
    """Entry 7 is reserved by the architecture; LPC parts keep a checksum there."""
    _result, image, spec = firmware
    table = image.words_at(image.symbols["__vector_table"], 16 + spec.cpu.irqs)
    functions = {value | THUMB for value in image.symbols.values()}
    reserved = {7, 8, 9, 10, 13} if board == RT1060 else {4, 5, 6, 7, 8, 9, 10, 12, 13}
    assert {n for n in range(16) if table[n] == 0} == reserved - ({7} if board == LPC845 else set())
    assert all(word in functions for n, word in enumerate(table[1:], 1) if n not in reserved)
    name, number = CONSOLES[board]
    assert table[16 + number] == image.symbols[name] | THUMB
    assert table[15] == image.symbols["SysTick_Handler"] | THUMB
    assert table[3] == image.symbols["HardFault_Handler"] | THUMB


@pytest.mark.parametrize("toolchain", TOOLCHAINS)
@pytest.mark.parametrize("board", sorted(set(FLASH_CONFIGURATIONS) & set(BOARDS)))
def test_kinetis_flash_configuration_leaves_the_part_unsecured(firmware: Firmware, board: str) -> None:
    """FSEC.SEC 0b10: unsecured; it stands at 0x40C, on KE02 at 0x40E."""
    _result, image, _spec = firmware
    field = image.bytes_at(0x400, 16)
    assert field[:12] == b"\xff" * 12, "back-door key and protection off"
    assert field[0x0E if board == KE02 else 0x0C] & 0b11 == 0b10
    assert field[12:] == FLASH_CONFIGURATIONS[board]
    assert image.symbols["__vector_table"] == 0


@pytest.mark.parametrize("toolchain", TOOLCHAINS)
@pytest.mark.parametrize("board", [LPC845] if LPC845 in BOARDS else [])
def test_lpc845_has_what_the_boot_rom_looks_for(firmware: Firmware) -> None:
    """The first eight words sum to 0, and the word at 0x2FC is none of those that protect the flash."""
    _result, image, spec = firmware
    words = image.words_at(0, 8)
    assert words[7] != 0 and sum(words) & 0xFFFFFFFF == 0
    assert image.words_at(0x2FC, 1) == (0xFFFFFFFF,)
    assert image.symbols["__bss_end"] <= spec.ram[0].base + 0x3FE0, "the last 32 bytes belong to the IAP routines"


@pytest.mark.parametrize("toolchain", TOOLCHAINS)
@pytest.mark.parametrize("board", [RT1060])
def test_rt1060_has_what_the_boot_rom_looks_for(firmware: Firmware) -> None:
    _result, image, spec = firmware
    assert image.bytes_at(0x60000000, 8) == b"FCFB" + struct.pack("<I", 0x56010400)
    assert image.bytes_at(0x60000050, 4) == struct.pack("<I", 8 << 20), "size of the flash on port A1"
    assert spec.ivt == 0x60001000
    tag, length, version = struct.unpack(">BHB", image.bytes_at(spec.ivt, 4))
    assert (tag, length, version) == (0xD1, 32, 0x41)
    assert image.words_at(spec.ivt + 4, 7) == (0x60002000, 0, 0, 0x60001020, 0x60001000, 0, 0)
    assert image.words_at(0x60001020, 4) == (0x60000000, 8 << 20, 0, 0xFFFFFFFF)
    assert image.symbols["__vector_table"] == 0x60002000
    assert image.symbols["__vector_table"] % 1024 == 0, "VTOR: aligned to 174 entries rounded up to a power of two"


@pytest.mark.parametrize("toolchain", TOOLCHAINS)
@pytest.mark.parametrize("board", BOARDS)
def test_everything_is_loaded_into_flash_and_runs_where_there_is_memory(firmware: Firmware) -> None:
    _result, image, spec = firmware
    areas = [(area.base, area.base + area.size) for area in (spec.flash, *spec.ram)]
    for virtual, physical, data, size in image.loads:
        if data:
            assert spec.flash.base <= physical and physical + len(data) <= spec.flash.base + spec.flash.size
        if size:
            assert any(low <= virtual and virtual + size <= high for low, high in areas), hex(virtual)


@pytest.mark.parametrize("toolchain", TOOLCHAINS)
@pytest.mark.parametrize("board", BOARDS)
def test_initial_values_of_variables_lie_in_flash(firmware: Firmware) -> None:
    _result, image, spec = firmware
    address, size = image.sections[".data"]
    assert size > 0
    assert any(area.base <= address < area.base + area.size for area in spec.ram)
    [physical] = [p for v, p, data, _ in image.loads if v <= address < v + len(data)]
    assert spec.flash.base <= physical < spec.flash.base + spec.flash.size
    assert image.symbols["__data_load"] == physical + address - image.symbols["__data_start"]


@pytest.mark.parametrize("toolchain", TOOLCHAINS)
@pytest.mark.parametrize("board", [RT1060])
def test_rt1060_kernels_run_from_itcm(firmware: Firmware) -> None:
    _result, image, _spec = firmware
    assert 0 < image.symbols["an13438_run"] < 0x20000
    assert image.symbols["main"] >= 0x60002400


@pytest.mark.parametrize("toolchain", TOOLCHAINS)
@pytest.mark.parametrize("board", BOARDS)
def test_image_stays_in_the_budget_of_its_board(firmware: Firmware) -> None:
    result, _image, spec = firmware
    assert 4096 < result.flash_bytes <= spec.flash_bytes
    assert 2048 < result.ram_bytes <= spec.ram_bytes


@pytest.mark.parametrize("toolchain", TOOLCHAINS)
@pytest.mark.parametrize("board", BOARDS)
def test_host_finds_the_symbols_it_writes_to(firmware: Firmware) -> None:
    _result, image, _spec = firmware
    assert {"digitrig_image", "digitrig_request", "digitrig_fault", "model_bundle"} <= set(image.symbols)


@pytest.mark.parametrize("toolchain", TOOLCHAINS)
@pytest.mark.parametrize("board", BOARDS)
def test_weights_lie_where_the_name_of_the_image_says(board: str, toolchain: str) -> None:
    """The constants of the last dense layer, 280 bytes, are read from flash or copied to RAM at start-up."""
    spec = load_board(board)
    built = build_firmware([board], toolchain=toolchain)
    images = {image.weights: image for image in built if (image.app, image.model) == ("console", "an13438")}
    assert ("ram" in images) == (board not in NO_ROOM_FOR_WEIGHTS)
    address = {weights: Image(image.elf).symbols["layer8_weights"] for weights, image in images.items()}
    assert spec.flash.base <= address["flash"] < spec.flash.base + spec.flash.size
    if "ram" in images:
        assert any(area.base <= address["ram"] < area.base + area.size for area in spec.ram)
        assert images["ram"].ram_bytes - images["flash"].ram_bytes >= 1662, "all parameters of the model"
        assert images["ram"].elf.name == "console-an13438-ram.elf"


@pytest.mark.long
@pytest.mark.parametrize("toolchain", TOOLCHAINS)
def test_kernels_and_model_code_run_from_ram_on_request(toolchain: str) -> None:
    """16 KB RAM from 0x10000000; what does not belong to the model stays in flash."""
    built = build_image(LPC845, "console", "an13438", "ram", toolchain, kernels="ram")
    image = Image(built.elf)
    assert built.elf.name == "console-an13438-ram-kernels-ram.elf"
    low, high = image.symbols["__StackTop"], image.symbols["__data_start"]
    assert 0x10000000 < low < high <= 0x10004000
    assert all(low <= image.symbols[name] < high for name in ("an13438_run", "an13438_layer5_conv_2d"))
    assert image.symbols["main"] < 0x10000
    assert image.symbols["__fast_code_load"] + high - low <= 0x10000


# ---------------------------------------------------------------- one fact, one home


def _defines(path: Path) -> dict[str, int]:
    pattern = re.compile(r"^#define (\w+) (0x[0-9A-Fa-f]+|\d+)u?$", re.MULTILINE)
    return {name: int(value, 0) for name, value in pattern.findall(path.read_text())}


@pytest.mark.parametrize("board", BOARDS)
def test_base_addresses_and_clocks_agree_with_the_board_description(board: str) -> None:
    spec = load_board(board)
    soc = firmware_dir() / "soc" / spec.soc
    bases = {n.removesuffix("_BASE").lower(): v for n, v in _defines(soc / f"{spec.soc}.h").items() if "_BASE" in n}
    described = {
        name: {registration.address for registration in entry.registrations}
        for name, entry in spec.platform.entries.items()
    }
    common = set(bases) & set(described)
    assert spec.console in common and len(common) >= 3
    assert {n: hex(bases[n]) for n in common if bases[n] not in described[n]} == {}
    assert _defines(soc / "clock.h")["CLOCK_CORE_HZ"] == spec.clock_hz
    assert _defines(firmware_dir() / "common" / "config.h")["CONSOLE_BAUD"] == spec.console_baud


@pytest.mark.parametrize("board", BOARDS)
def test_sizes_in_the_linker_script_agree_with_the_board_description(board: str) -> None:
    spec = load_board(board)
    text = (firmware_dir() / "soc" / spec.soc / "memory.ld").read_text()
    units = {"": 1, "K": 1024, "M": 1 << 20}
    found = {
        name: int(number, 0) * units[unit]
        for name, number, unit in re.findall(r"^__(\w+) = (\w+?)([KM]?);", text, re.M)
    }
    ram = spec.ram[0]
    assert (found["flash_start"], found["flash_bytes"]) == (spec.flash.base, spec.flash.size)
    kept_free = 32 if board == LPC845 else 0
    assert (found["ram_start"], found["ram_bytes"]) == (ram.base, ram.size - kept_free)


def test_firmware_says_the_version_of_the_package() -> None:
    assert f"VERSION {digitrig.__version__} " in (firmware_dir() / "CMakeLists.txt").read_text()
