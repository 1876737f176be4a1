"""Firmware files: ELF, Intel HEX, raw binary, checked against a board's core and memory map before anything runs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from digitrig.errors import FirmwareFileError, MissingFileError, UsageError
from digitrig.protocols import Image

EM_ARM = 40
# Tag_CPU_arch of the Arm build attributes (Addenda to the Arm ABI, IHI 0045): what each core can run.
ARCHITECTURES = {
    11: "Armv6-M",
    12: "Armv6S-M",
    10: "Armv7",
    13: "Armv7E-M",
    16: "Armv8-M.baseline",
    17: "Armv8-M.mainline",
}
RUNNABLE = {"cortex-m0+": {11, 12}, "cortex-m7": {10, 11, 12, 13}}


@dataclass(frozen=True)
class MemoryRange:
    """A piece of the memory map that firmware may be loaded to. base, size in bytes."""

    name: str
    base: int
    size: int

    def holds(self, address: int, length: int) -> bool:
        return self.base <= address and address + length <= self.base + self.size

    def __str__(self) -> str:
        return f"{self.name} 0x{self.base:08x}..0x{self.base + self.size - 1:08x}"


@dataclass(frozen=True)
class Target:
    """What an image must fit. ivt: address of an i.MX image vector table, or None; core as in the board file."""

    board: str
    core: str
    memory: tuple[MemoryRange, ...]
    vector_table: int
    ivt: int | None = None


def _segments_fit(path: Path, segments: Iterable[tuple[int, bytes]], target: Target) -> None:
    for address, data in segments:
        if not any(m.holds(address, len(data)) for m in target.memory):
            last = address + len(data) - 1
            known = "; ".join(str(m) for m in target.memory)
            raise FirmwareFileError(
                f"{path}: a segment of {len(data)} bytes at 0x{address:08x}..0x{last:08x} does not fit the memory map "
                f"of {target.board}: {known}"
            )


def _check_architecture(path: Path, elf: Any, target: Target) -> None:
    if elf.header.e_machine != "EM_ARM" or elf.elfclass != 32 or not elf.little_endian:
        kind = str(elf.header.e_machine).removeprefix("EM_")
        order = "little" if elf.little_endian else "big"
        raise FirmwareFileError(
            f"{path}: built for {kind} ({elf.elfclass}-bit, {order}-endian); {target.board} needs 32-bit little-endian "
            f"ARM ({target.core})"
        )
    section = elf.get_section_by_name(".ARM.attributes")
    if section is None:
        return
    for attributes in section.iter_subsections():
        for block in attributes.iter_subsubsections():
            for attribute in block.iter_attributes("TAG_CPU_ARCH"):
                arch = int(attribute.value)
                if arch not in RUNNABLE[target.core]:
                    name = ARCHITECTURES.get(arch, f"architecture {arch}")
                    raise FirmwareFileError(
                        f"{path}: built for {name}, which the {target.core} of {target.board} cannot run; "
                        f"rebuild it with -mcpu={target.core.replace('+', 'plus')}"
                    )


def _load_elf(path: Path, target: Target) -> Image:
    from elftools.common.exceptions import ELFError
    from elftools.elf.elffile import ELFFile
    from elftools.elf.sections import SymbolTableSection

    with path.open("rb") as stream:
        try:
            elf = ELFFile(stream)
            _check_architecture(path, elf, target)
            segments = [
                (int(s.header.p_paddr), s.data())
                for s in elf.iter_segments()
                if s.header.p_type == "PT_LOAD" and s.header.p_filesz > 0
            ]
            symbols: dict[str, tuple[int, int]] = {}
            for section in elf.iter_sections():
                if isinstance(section, SymbolTableSection):
                    for symbol in section.iter_symbols():
                        if symbol.name and symbol.entry.st_info.type in ("STT_FUNC", "STT_OBJECT", "STT_NOTYPE"):
                            thumb = symbol.entry.st_info.type == "STT_FUNC"
                            value = int(symbol.entry.st_value) & (~1 if thumb else ~0)
                            symbols[symbol.name] = (value, int(symbol.entry.st_size))
            entry = int(elf.header.e_entry)
        except (ELFError, ValueError, KeyError) as error:
            raise FirmwareFileError(f"{path}: not a readable ELF file ({error})") from error
    if not segments:
        raise FirmwareFileError(f"{path}: no loadable segment; was it linked?")
    return Image(str(path), tuple(segments), symbols, entry)


def _load_hex(path: Path) -> Image:
    from intelhex import IntelHex, IntelHexError

    try:
        content = IntelHex(str(path))
    except (IntelHexError, UnicodeDecodeError) as error:
        raise FirmwareFileError(f"{path}: not a readable Intel HEX file ({error})") from error
    segments = tuple((first, content.tobinstr(start=first, size=end - first)) for first, end in content.segments())
    if not segments:
        raise FirmwareFileError(f"{path}: the Intel HEX file holds no data")
    return Image(str(path), segments)


def _word(image: Image, address: int) -> int | None:
    for base, data in image.segments:
        if base <= address and address + 4 <= base + len(data):
            return int.from_bytes(data[address - base : address - base + 4], "little")
    return None


def _vector_table(image: Image, target: Target) -> int:
    """Where SP and PC are: behind the i.MX boot header, at the part's fixed place, or at the lowest segment."""
    if target.ivt is not None and ((_word(image, target.ivt) or 0) & 0xFF) == 0xD1:
        vectors = _word(image, target.ivt + 4)
        if vectors is not None:
            return vectors
    if _word(image, target.vector_table) is not None:
        return target.vector_table
    return min(address for address, _ in image.segments)


def _check_vectors(path: Path, image: Image, target: Target) -> None:
    table = image.vector_table
    assert table is not None
    stack, entry = _word(image, table), _word(image, table + 4)
    if table % 128 or stack is None or entry is None:
        raise FirmwareFileError(f"{path}: no vector table at 0x{table:08x}; {target.board} reads SP and PC from there")
    if not any(m.base < stack <= m.base + m.size for m in target.memory):
        raise FirmwareFileError(
            f"{path}: the vector table at 0x{table:08x} gives SP 0x{stack:08x}, which is in no RAM of {target.board}; "
            "is this the right --address?"
        )
    if not entry & 1 or not any(m.holds(entry & ~1, 2) for m in target.memory):
        raise FirmwareFileError(
            f"{path}: the vector table at 0x{table:08x} gives the reset handler 0x{entry:08x}, which is no Thumb "
            f"address in the memory of {target.board}"
        )


def load_image(path: Path | str, target: Target, address: int | None = None) -> Image:
    """Read and check a firmware file.

    address: where a raw binary starts (default: the target's vector table); refused for other kinds.
    Raises MissingFileError, or FirmwareFileError if the file is for another CPU, unreadable or does not fit.
    """
    path = Path(path)
    if not path.is_file():
        raise MissingFileError(path, "firmware file")
    with path.open("rb") as stream:
        magic = stream.read(4)
    is_elf, is_hex = magic == b"\x7fELF", path.suffix.lower() in (".hex", ".ihex", ".ihx")
    if address is not None and (is_elf or is_hex):
        raise UsageError(f"{path}: an address is only for raw binaries; this file says itself where it belongs")
    if is_elf:
        image = _load_elf(path, target)
    elif is_hex:
        image = _load_hex(path)
    else:
        data = path.read_bytes()
        if len(data) < 8:
            raise FirmwareFileError(f"{path}: {len(data)} bytes are too few for a vector table")
        image = Image(str(path), ((target.vector_table if address is None else address, data),))
    _segments_fit(path, image.segments, target)
    table = _vector_table(image, target) if address is None else address
    image = Image(image.path, image.segments, image.symbols, image.entry, table)
    _check_vectors(path, image, target)
    return image


def function_at(image: Image | None, address: int) -> str:
    """ "name+0x12" of the function that holds an address, or ""."""
    best: tuple[int, str] | None = None
    for name, (value, size) in (image.symbols if image else {}).items():
        if name.startswith("$") or not (value <= address < value + max(size, 2)):
            continue
        if best is None or value > best[0]:
            best = (value, name)
    if best is None:
        return ""
    return best[1] + (f"+0x{address - best[0]:x}" if address != best[0] else "")
