"""Firmware files: what is read, and what is refused with which words."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest

from digitrig.engines.image import MemoryRange, Target, function_at, load_image
from digitrig.errors import FirmwareFileError, MissingFileError, UsageError
from digitrig.protocols import Image

KE16Z = Target(
    "frdm_ke16z",
    "cortex-m0+",
    (MemoryRange("flash", 0, 0x10000), MemoryRange("sram", 0x1FFFF800, 0x2000)),
    vector_table=0,
)
RT1060 = Target(
    "mimxrt1060_evk",
    "cortex-m7",
    (MemoryRange("flash", 0x60000000, 0x800000), MemoryRange("dtcm", 0x20000000, 0x20000)),
    vector_table=0x60000000,
    ivt=0x60001000,
)
VECTORS = struct.pack("<4I", 0x20001800, 0x00000101, 0x103, 0x105) + bytes(0x100)


def elf(segments: list[tuple[int, bytes]], machine: int = 40, entry: int = 0x101) -> bytes:
    """A minimal ELF32 file (System V ABI, chapter 4): header, program headers, data; no sections."""
    header_size, row = 52, 32
    offset = header_size + row * len(segments)
    rows, body = b"", b""
    for address, data in segments:
        rows += struct.pack("<8I", 1, offset + len(body), address, address, len(data), len(data), 5, 4)
        body += data
    ident = b"\x7fELF" + bytes([1, 1, 1, 0]) + bytes(8)
    header = struct.pack(
        "<HHIIIIIHHHHHH", 2, machine, 1, entry, header_size, 0, 0x5000000, 52, row, len(segments), 40, 0, 0
    )
    return ident + header + rows + body


def write(tmp_path: Path, name: str, content: bytes) -> Path:
    path = tmp_path / name
    path.write_bytes(content)
    return path


def refused(path: Path, target: Target = KE16Z, address: int | None = None) -> str:
    with pytest.raises(FirmwareFileError) as caught:
        load_image(path, target, address)
    assert caught.value.exit_code == 2
    return str(caught.value)


def test_an_elf_is_loaded_by_physical_address(tmp_path: Path) -> None:
    path = write(tmp_path, "a.elf", elf([(0, VECTORS), (0x400, b"data")]))
    image = load_image(path, KE16Z)
    assert image.segments == ((0, VECTORS), (0x400, b"data"))
    assert (image.vector_table, image.entry) == (0, 0x101)


def test_an_elf_for_another_cpu_is_refused_with_both_names(tmp_path: Path) -> None:
    text = refused(write(tmp_path, "x86.elf", elf([(0, VECTORS)], machine=62)))
    assert "built for X86_64" in text
    assert "frdm_ke16z needs 32-bit little-endian ARM (cortex-m0+)" in text


def test_a_segment_outside_the_memory_map_is_refused_with_the_map(tmp_path: Path) -> None:
    text = refused(write(tmp_path, "big.elf", elf([(0, VECTORS), (0xFF00, bytes(0x200))])))
    assert "512 bytes at 0x0000ff00..0x000100ff does not fit the memory map of frdm_ke16z" in text
    assert "flash 0x00000000..0x0000ffff; sram 0x1ffff800..0x200017ff" in text


def test_a_cut_elf_and_one_without_segments_are_refused(tmp_path: Path) -> None:
    whole = elf([(0, VECTORS)])
    assert "not a readable ELF file" in refused(write(tmp_path, "cut.elf", whole[:40]))
    assert "no loadable segment" in refused(write(tmp_path, "empty.elf", elf([])))


def test_the_boot_header_of_an_imx_image_says_where_the_vectors_are(tmp_path: Path) -> None:
    ivt = struct.pack("<8I", 0x412000D1, 0x60002000, 0, 0, 0x60001020, 0x60001000, 0, 0)
    vectors = struct.pack("<2I", 0x20020000, 0x60002101) + bytes(0x100)
    path = write(
        tmp_path, "rt.elf", elf([(0x60000000, b"FCFB"), (0x60001000, ivt), (0x60002000, vectors)], entry=0x60002101)
    )
    assert load_image(path, RT1060).vector_table == 0x60002000


def test_an_image_linked_to_ram_starts_at_its_lowest_segment(tmp_path: Path) -> None:
    vectors = struct.pack("<2I", 0x20020000, 0x20000101) + bytes(0x100)
    path = write(tmp_path, "ram.elf", elf([(0x20000000, vectors)], entry=0x20000101))
    assert load_image(path, RT1060).vector_table == 0x20000000


def test_vectors_that_cannot_be_vectors_are_refused(tmp_path: Path) -> None:
    no_ram = struct.pack("<2I", 0x80000000, 0x101) + bytes(64)
    text = refused(write(tmp_path, "sp.bin", no_ram))
    assert "gives SP 0x80000000, which is in no RAM of frdm_ke16z; is this the right --address?" in text
    even = struct.pack("<2I", 0x20001800, 0x100) + bytes(64)
    assert "reset handler 0x00000100, which is no Thumb address" in refused(write(tmp_path, "even.bin", even))


def test_intel_hex_is_read_and_a_broken_one_refused(tmp_path: Path) -> None:
    from intelhex import IntelHex

    content = IntelHex()
    content.frombytes(VECTORS)
    content.write_hex_file(str(tmp_path / "a.hex"))
    assert load_image(tmp_path / "a.hex", KE16Z).segments == ((0, VECTORS),)
    broken = write(tmp_path, "b.hex", b":10000000001800200101000003010000050100FF\n:zz\n")
    assert "not a readable Intel HEX file" in refused(broken)


def test_a_raw_binary_goes_where_it_is_told_or_to_the_vector_table(tmp_path: Path) -> None:
    path = write(tmp_path, "a.bin", VECTORS)
    assert load_image(path, KE16Z).segments == ((0, VECTORS),)
    moved = load_image(path, KE16Z, 0x800)
    assert (moved.segments[0][0], moved.vector_table) == (0x800, 0x800)
    assert "5 bytes are too few for a vector table" in refused(write(tmp_path, "s.bin", b"12345"))


def test_an_address_for_a_file_that_has_its_own_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path, "a.elf", elf([(0, VECTORS)]))
    with pytest.raises(UsageError, match="an address is only for raw binaries"):
        load_image(path, KE16Z, 0)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(MissingFileError, match=r"firmware file '.*gone\.elf' not found"):
        load_image(tmp_path / "gone.elf", KE16Z)


def test_an_address_is_told_as_function_and_offset() -> None:
    image = Image("a", (), {"main": (0x100, 0x20), "$t": (0x100, 0), "helper": (0x120, 4)})
    assert function_at(image, 0x100) == "main"
    assert function_at(image, 0x112) == "main+0x12"
    assert function_at(image, 0x122) == "helper+0x2"
    assert function_at(image, 0x200) == ""
