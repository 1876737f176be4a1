"""Board files: what `.repl` cannot say, from `platforms/boards/<board>.yaml`, together with the `.repl` beside it."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from pathlib import Path

from digitrig.errors import FileFormatError, PlatformError, UnknownNameError
from digitrig.platform.merge import parse_repl
from digitrig.platform.model import Platform
from digitrig.platform.yaml_node import FREQUENCY, SIZE, Node, load_yaml
from digitrig.resources import models_dir, platforms_dir

CORES = ("cortex-m0+", "cortex-m7")
LED_CLASS, BUTTON_CLASS = "Miscellaneous.LED", "Miscellaneous.Button"


@dataclass(frozen=True)
class Pin:
    """A LED or button on a pin. active_low: lit, or pressed, while the pin is low."""

    port: str
    pin: int
    active_low: bool


@dataclass(frozen=True)
class DisplaySpec:
    """The LCD. device: its controller in the `.repl`.  switches: pins that must be active for a picture."""

    device: str
    width: int
    height: int
    switches: tuple[Pin, ...]


@dataclass(frozen=True)
class TouchSpec:
    """The touch panel over the LCD. swap_axes: the chip's x runs along the screen's y."""

    device: str
    width: int
    height: int
    swap_axes: bool


@dataclass(frozen=True)
class MemoryArea:
    """A memory of the board, by the name of its entry."""

    name: str
    base: int
    size: int


@dataclass(frozen=True)
class Waits:
    """Extra core cycles in one memory: per data read, per fetched halfword, per taken branch into it."""

    read: int = 0
    fetch: int = 0
    branch: int = 0


@dataclass(frozen=True)
class BusTiming:
    """A memory behind the bus of a core with caches, in core cycles at the running clock beyond those of an access to
    tightly coupled memory: a line of 32 bytes; the next one in sequence where the controller reads ahead (0: it does
    not); what it has read ahead; one access that passes the caches by.
    """

    line: int
    word: int
    next_line: int = 0
    buffered: int = 0


@dataclass(frozen=True)
class Timing:
    """Parameters of the cycle model. waits and bus: by name of the memory's entry.  costs: differences to the model's
    table.
    """

    model: str
    waits: dict[str, Waits]
    bus: dict[str, BusTiming]
    costs: dict[str, int]
    error_band_percent: float
    not_modelled: tuple[str, ...]
    source: str


@dataclass(frozen=True)
class Cpu:
    """What the core is made with. fpu: none, single or double.  ccsidr: (data, instruction), 0 = no cache."""

    irqs: int
    priority_bits: int
    mpu_regions: int
    fpu: str
    cpuid: int
    ccsidr: tuple[int, int]
    systick_external_hz: int
    systick_calib: int


@dataclass(frozen=True)
class BootRegister:
    """A register that the boot ROM leaves with another value than its reset value."""

    device: str
    register: str
    value: int


@dataclass(frozen=True)
class Published:
    """A figure somebody published for this board. None: not given there."""

    model: str
    weights: str
    inference_ms: float | None
    flash_bytes: int | None
    ram_bytes: int | None
    accuracy: float | None
    source: str


@dataclass(frozen=True)
class BoardSpec:
    """One board: its YAML and its platform. Addresses and sizes in bytes, clocks in Hz.

    rom: read-only memories that are filled by the board file: name of the entry -> address -> content.
    """

    name: str
    title: str
    soc: str
    core: str
    file: Path
    repl: Path
    platform: Platform
    console: str
    console_baud: int
    clock_hz: int
    reset_clock_hz: int
    cpu: Cpu
    flash: MemoryArea
    ram: tuple[MemoryArea, ...]
    flash_bytes: int
    ram_bytes: int
    stack_bytes: int
    vector_table: int
    ivt: int | None
    leds: dict[str, Pin]
    buttons: dict[str, Pin]
    timing: Timing
    boot_registers: tuple[BootRegister, ...]
    rom: dict[str, dict[int, bytes]]
    published: tuple[Published, ...]
    apps: tuple[str, ...]
    models: tuple[str, ...]
    notes: tuple[str, ...] = field(default=())
    display: DisplaySpec | None = None
    touch: TouchSpec | None = None


def board_names() -> list[str]:
    """Names of all boards that have a YAML file, sorted."""
    return sorted(path.stem for path in (platforms_dir() / "boards").glob("*.yaml"))


def load_board(name: str) -> BoardSpec:
    """The board of that name. Raises UnknownNameError, or PlatformError for what its files hold."""
    if name not in board_names():
        raise UnknownNameError("board", name, board_names())
    return load_board_file(platforms_dir() / "boards" / f"{name}.yaml")


_REQUIRED = {
    "name": "the name of this file without .yaml",
    "title": "what the maker calls it",
    "soc": "the part, such as mke16z4",
    "core": "cortex-m0+ or cortex-m7",
    "cpu": "a mapping: irqs, priority_bits, cpuid, ...",
    "console": "{device: name in the .repl, baud: number}",
    "clock": "{reset: 48 MHz, running: 48 MHz}",
    "memory": "a mapping: flash, ram, budget, vector_table",
    "timing": "a mapping: model, waits, error_band_percent, not_modelled, source",
    "apps": "a list of names",
}
_OPTIONAL = {
    "boot_rom": "a mapping of registers that the boot ROM leaves changed",
    "rom": "code in read-only memory that firmware calls",
    "published": "a list of published figures",
    "models": "a list of names; left out: the models whose entry in models/manifest.json names the board",
    "notes": "a list of sentences",
    "display": "the LCD: device, width, height, switches",
    "touch": "the touch panel: device, swap_axes",
}


def load_board_file(path: Path) -> BoardSpec:
    """As load_board, for a YAML file anywhere; the `.repl` of the same name lies beside it."""
    root = load_yaml(path)
    top = root.mapping(_REQUIRED, _OPTIONAL)
    if top["name"].text() != path.stem:
        raise top["name"].error(f"'name' is '{top['name'].text()}' in {path.name}", path.stem)
    repl = path.with_suffix(".repl")
    platform = parse_repl(repl)
    _check_core(top["core"], top["cpu"], platform)
    console = top["console"].mapping({"device": "an entry of the .repl", "baud": "a number"})
    clock = top["clock"].mapping({"reset": "a frequency", "running": "a frequency"})
    memory = _Memory(top["memory"], platform)
    display = _display(top["display"], platform) if "display" in top else None
    return BoardSpec(
        name=path.stem,
        title=top["title"].text(),
        soc=top["soc"].text(),
        core=top["core"].text(CORES),
        file=path,
        repl=repl,
        platform=platform,
        console=_entry_name(console["device"], platform),
        console_baud=console["baud"].integer(1, 10_000_000),
        clock_hz=clock["running"].quantity(FREQUENCY),
        reset_clock_hz=clock["reset"].quantity(FREQUENCY),
        cpu=_cpu(top["cpu"]),
        flash=memory.flash,
        ram=memory.ram,
        flash_bytes=memory.budget["flash"],
        ram_bytes=memory.budget["ram"],
        stack_bytes=memory.budget["stack"],
        vector_table=memory.vector_table,
        ivt=memory.ivt,
        leds=_pins(platform, LED_CLASS),
        buttons=_pins(platform, BUTTON_CLASS),
        timing=_timing(top["timing"], platform),
        boot_registers=_boot_registers(top["boot_rom"], platform) if "boot_rom" in top else (),
        rom=_rom(top["rom"], platform) if "rom" in top else {},
        published=_published(top["published"]) if "published" in top else (),
        apps=tuple(item.text() for item in top["apps"].items()),
        models=tuple(item.text() for item in top["models"].items()) if "models" in top else listed_models(path.stem),
        notes=tuple(item.text() for item in top["notes"].items()) if "notes" in top else (),
        display=display,
        touch=_touch(top["touch"], platform, display) if "touch" in top else None,
    )


def listed_models(board: str) -> tuple[str, ...]:
    """Names of the models whose entry in `models/manifest.json` lists a board, in that order; none without the file."""
    manifest = models_dir() / "manifest.json"
    if not manifest.is_file():
        return ()
    try:
        entries = json.loads(manifest.read_text(encoding="utf-8"))["models"]
        return tuple(str(entry["name"]) for entry in entries if board in entry["boards"])
    except (ValueError, KeyError, TypeError) as error:
        raise FileFormatError(manifest, f"not readable ({error})", "JSON with a list 'models'") from error


def _check_core(core: Node, cpu: Node, platform: Platform) -> None:
    """The core's type and its priority bits stand in the `.repl` too, for Renode: they must agree."""
    for entry in platform.entries.values():
        found = entry.attributes.get("cpuType")
        if entry.type == "CPU.CortexM" and found != core.text(CORES):
            where = f"{entry.file.name}:{entry.line}"
            raise core.error(f"'core' is '{core.text()}', but the cpuType of '{entry.name}' in {where} is {found!r}")
        mask = entry.attributes.get("priorityMask")
        bits = cpu.children().get("priority_bits")
        if isinstance(mask, int) and bits is not None and 0xFF << (8 - bits.integer(2, 8)) & 0xFF != mask:
            message = f"'{bits.trail}' is {bits.integer()}, but the priorityMask of '{entry.name}' is 0x{mask:02X}"
            raise bits.error(message, f"the {mask.bit_count()} bits of the mask")


def _entry_name(node: Node, platform: Platform, type_: str | None = None) -> str:
    name = node.text()
    known = [e.name for e in platform.entries.values() if type_ is None or e.type == type_]
    if name not in known:
        raise node.error(f"'{node.trail}' names '{name}', which {platform.file.name} does not have", ", ".join(known))
    return name


def _cpu(node: Node) -> Cpu:
    keys = {
        "irqs": "external interrupts",
        "priority_bits": "implemented bits of a priority",
        "cpuid": "value of SCB CPUID",
        "systick_external": "frequency of SysTick's reference clock",
    }
    optional = {
        "mpu_regions": "0, 8 or 16",
        "fpu": "none, single or double",
        "dcache_ccsidr": "CCSIDR of the data cache",
        "icache_ccsidr": "CCSIDR of the instruction cache",
        "systick_calib": "value of SYST_CALIB",
    }
    cpu = node.mapping(keys, optional)

    def number(key: str) -> int:
        return cpu[key].integer() if key in cpu else 0

    regions = number("mpu_regions")
    if regions not in (0, 8, 16):
        raise cpu["mpu_regions"].error(f"'{cpu['mpu_regions'].trail}' is {regions}", "0, 8, 16")
    return Cpu(
        irqs=cpu["irqs"].integer(1, 240),
        priority_bits=cpu["priority_bits"].integer(2, 8),
        mpu_regions=regions,
        fpu=cpu["fpu"].text(("none", "single", "double")) if "fpu" in cpu else "none",
        cpuid=cpu["cpuid"].integer(),
        ccsidr=(number("dcache_ccsidr"), number("icache_ccsidr")),
        systick_external_hz=cpu["systick_external"].quantity(FREQUENCY),
        systick_calib=number("systick_calib"),
    )


class _Memory:
    """The `memory` part of a board file, with bases and sizes taken from the `.repl`."""

    def __init__(self, node: Node, platform: Platform) -> None:
        self.platform = platform
        keys = {
            "flash": "the entry that holds the program",
            "ram": "a list of entries",
            "budget": "{flash: 64 KiB, ram: 8 KiB, stack: 1 KiB}",
        }
        memory = node.mapping(keys, {"vector_table": "an address", "ivt": "address of the i.MX image vector table"})
        if ("vector_table" in memory) == ("ivt" in memory):
            raise node.error(f"'{node.trail}' must have one of 'vector_table' and 'ivt'", "vector_table: 0x0")
        self.flash = self._area(memory["flash"])
        self.ram = tuple(self._area(item) for item in memory["ram"].items())
        what = {"flash": "a size", "ram": "a size", "stack": "a size"}
        self.budget = {key: child.quantity(SIZE) for key, child in memory["budget"].mapping(what).items()}
        if self.budget["flash"] > self.flash.size:
            message = f"flash budget of {self.budget['flash']} bytes, but '{self.flash.name}' has {self.flash.size}"
            raise memory["budget"].error(message, f"at most {self.flash.size} B")
        self.ivt = memory["ivt"].integer() if "ivt" in memory else None
        self.vector_table = memory["vector_table"].integer() if "vector_table" in memory else self.flash.base

    def _area(self, node: Node) -> MemoryArea:
        entry = self.platform.entries[_entry_name(node, self.platform, "Memory.MappedMemory")]
        size = entry.attributes.get("size")
        if not entry.bus_registrations or not isinstance(size, int):
            raise node.error(f"'{entry.name}' has no address or size in {entry.file.name}:{entry.line}")
        base = entry.bus_registrations[0].address
        assert base is not None
        return MemoryArea(entry.name, base, size)


def _pins(platform: Platform, type_: str) -> dict[str, Pin]:
    pins = {}
    for entry in platform.entries.values():
        if entry.type != type_:
            continue
        if len(entry.registrations) != 1 or entry.registrations[0].address is None:
            raise PlatformError(entry.file, entry.line, f"'{entry.name}' is not on one pin", "@ port number")
        registration = entry.registrations[0]
        inverted = entry.attributes.get("invert", False)
        pins[entry.name] = Pin(registration.parent, registration.address or 0, bool(inverted))
    return pins


def _display(node: Node, platform: Platform) -> DisplaySpec:
    keys = {
        "device": "the LCD controller, an entry of the .repl",
        "width": "pixels",
        "height": "pixels",
        "switches": "a list of pins that switch panel and light on: {port: gpio1, pin: 2}",
    }
    display = node.mapping(keys)
    switches = []
    for item in display["switches"].items():
        pin = item.mapping({"port": "an entry of the .repl", "pin": "a number"}, {"active_low": "true or false"})
        low = "active_low" in pin and pin["active_low"].boolean()
        switches.append(Pin(_entry_name(pin["port"], platform), pin["pin"].integer(0, 31), low))
    width, height = display["width"].integer(1, 4096), display["height"].integer(1, 4096)
    return DisplaySpec(_entry_name(display["device"], platform), width, height, tuple(switches))


def _touch(node: Node, platform: Platform, display: DisplaySpec | None) -> TouchSpec:
    touch = node.mapping({"device": "the touch controller, an entry of the .repl"}, {"swap_axes": "true or false"})
    if display is None:
        raise node.error(f"'{node.trail}' without 'display'", "a display that the panel lies on")
    swap = "swap_axes" in touch and touch["swap_axes"].boolean()
    return TouchSpec(_entry_name(touch["device"], platform), display.width, display.height, swap)


def _memories(node: Node | None, platform: Platform) -> dict[str, Node]:
    """The children of a mapping by memory."""
    children = node.children() if node is not None else {}
    memories = [e.name for e in platform.entries.values() if e.type == "Memory.MappedMemory"]
    for name, child in children.items():
        if name not in memories:
            what = "memory" if name in platform.entries else "entry"
            raise child.error(f"'{child.trail}' is no {what} of {platform.file.name}", ", ".join(memories))
    return children


def _timing(node: Node, platform: Platform) -> Timing:
    keys = {
        "model": "m0plus or m7",
        "error_band_percent": "a number",
        "not_modelled": "a list of sentences",
        "source": "where the numbers come from",
    }
    optional = {
        "waits": "entry: {read: n, fetch: n, branch: n}",
        "bus": "entry: {line: n, word: n, next_line: n, buffered: n}",
        "costs": "class: cycles",
    }
    timing = node.mapping(keys, optional)
    waits = {}
    for name, child in _memories(timing.get("waits"), platform).items():
        numbers = child.mapping({}, dict.fromkeys(("read", "fetch", "branch"), "core cycles"))
        waits[name] = Waits(**{k: v.integer(0, 1000) for k, v in numbers.items()})
    bus = {}
    for name, child in _memories(timing.get("bus"), platform).items():
        numbers = child.mapping(
            {"line": "core cycles", "word": "core cycles"}, dict.fromkeys(("next_line", "buffered"), "core cycles")
        )
        bus[name] = BusTiming(**{k: v.integer(1, 100_000) for k, v in numbers.items()})
    costs = {k: v.integer(0, 255) for k, v in timing["costs"].children().items()} if "costs" in timing else {}
    return Timing(
        model=timing["model"].text(("m0plus", "m7")),
        waits=waits,
        bus=bus,
        costs=costs,
        error_band_percent=timing["error_band_percent"].number(),
        not_modelled=tuple(item.text() for item in timing["not_modelled"].items()),
        source=timing["source"].text(),
    )


def _boot_registers(node: Node, platform: Platform) -> tuple[BootRegister, ...]:
    result = []
    what = {"source": "where the values come from", "registers": "device: {register: value}"}
    for device, registers in node.mapping(what)["registers"].children().items():
        if device not in platform.entries:
            raise registers.error(
                f"'{registers.trail}' is no entry of {platform.file.name}", ", ".join(platform.entries)
            )
        for register, value in registers.children().items():
            result.append(BootRegister(device, register, value.integer()))
    return tuple(result)


def _rom(node: Node, platform: Platform) -> dict[str, dict[int, bytes]]:
    """Halfwords by address, for one memory."""
    keys = {"memory": "a memory of the .repl", "source": "what the code is", "code": "address: a list of halfwords"}
    rom = node.mapping(keys)
    name = _entry_name(rom["memory"], platform, "Memory.MappedMemory")
    entry = platform.entries[name]
    base, size = entry.bus_registrations[0].address or 0, entry.attributes["size"]
    assert isinstance(size, int)
    result = {}
    for text, child in rom["code"].children().items():
        halfwords = [item.integer(0, 0xFFFF) for item in child.items()]
        address = int(text, 0) if re.fullmatch(r"0x[0-9A-Fa-f]+|\d+", text) else -1
        if address % 2 or not base <= address <= base + size - 2 * len(halfwords):
            raise child.error(f"'{child.trail}' is no even address with room in '{name}'", f"0x{base:X} and up")
        result[address] = b"".join(halfword.to_bytes(2, "little") for halfword in halfwords)
    return {name: result}


def _published(node: Node) -> tuple[Published, ...]:
    result = []
    required = {"model": "a name", "weights": "flash or ram", "source": "document and place"}
    optional = dict.fromkeys(("inference_ms", "accuracy"), "a number") | dict.fromkeys(("flash", "ram"), "a size")
    for item in node.items():
        row = item.mapping(required, optional)
        result.append(
            Published(
                model=row["model"].text(),
                weights=row["weights"].text(("flash", "ram")),
                inference_ms=row["inference_ms"].number() if "inference_ms" in row else None,
                flash_bytes=row["flash"].quantity(SIZE) if "flash" in row else None,
                ram_bytes=row["ram"].quantity(SIZE) if "ram" in row else None,
                accuracy=row["accuracy"].number() if "accuracy" in row else None,
                source=row["source"].text(),
            )
        )
    return tuple(result)
