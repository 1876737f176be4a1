"""`digitrig doctor`: what is installed, what is missing, and the command that installs it."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import typer

from digitrig.cli import options, output

NEEDED, OPTIONAL = "needed", "optional"


@dataclass(frozen=True)
class Check:
    """One thing the rig can use. found: version or place, "" if it is missing; fix: the command that installs it."""

    name: str
    need: str
    purpose: str
    found: str
    fix: str


def doctor(as_json: options.JsonOption = False) -> None:
    """Say what is installed, what is missing and how to install it; code 2 if something needed is missing."""
    checks = all_checks()
    missing = [check for check in checks if check.need == NEEDED and not check.found]
    if as_json:
        output.emit({"ok": not missing, "checks": [{**asdict(check), "ok": bool(check.found)} for check in checks]})
    else:
        output.table(
            "digitrig doctor",
            ["", "what", "found, or how to install it", "for"],
            [(_word(check), check.name, output.near(check.found) or check.fix, check.purpose) for check in checks],
        )
        output.say("all that is needed is there" if not missing else f"missing: {', '.join(c.name for c in missing)}")
    if missing:
        raise typer.Exit(2)


def _word(check: Check) -> str:
    if check.found:
        return "ok"
    return "MISSING" if check.need == NEEDED else "absent"


def all_checks() -> list[Check]:
    """Every check, needed things first."""
    python = ".".join(map(str, sys.version_info[:3]))
    pip = "pip install"
    checks = [
        Check("Python", NEEDED, "everything", python if sys.version_info >= (3, 11) else "", "Python 3.11 or newer"),
        Check("native core", NEEDED, "the embedded engine", _native_core(), "pip install -e . (or: make setup)"),
        _package("numpy", NEEDED, "images", f"{pip} numpy"),
        _reference(),
        _package("ziglang", NEEDED, "building firmware (clang)", f"{pip} ziglang"),
        _package("cmake", NEEDED, "building firmware", f"{pip} cmake"),
        _package("ninja", NEEDED, "building firmware", f"{pip} ninja"),
        _package("robotframework", NEEDED, "robot suites", f"{pip} robotframework"),
        Check("firmware", OPTIONAL, "digitrig run, eval and the suites", _firmware(), "digitrig build"),
        Check("MNIST", OPTIONAL, "the 10,000 test images; else the ink set", _mnist(), "digitrig data fetch"),
        _package("pytest", OPTIONAL, "the pytest plugin", f"{pip} pytest"),
        _package("matplotlib", OPTIONAL, "digitrig table --plot", f"{pip} 'digitrig[plots]'"),
        _package("distributed", OPTIONAL, "digitrig eval --dask", f"{pip} 'digitrig[dask]'"),
        _program("arm-none-eabi-gcc", "digitrig build --toolchain gcc", "apt install gcc-arm-none-eabi"),
        _program("qemu-system-arm", "digitrig bench and differential tests", "apt install qemu-system-arm"),
        _package("unicorn", OPTIONAL, "differential tests of the core", f"{pip} unicorn"),
        _program("renode", "nothing in this version (it has no Renode engine yet)", "see: digitrig boards"),
    ]
    return checks


def _package(name: str, need: str, purpose: str, fix: str) -> Check:
    from importlib.metadata import PackageNotFoundError, version

    try:
        found = version(name)
    except PackageNotFoundError:
        found = ""
    return Check(name, need, purpose, found, fix)


def _program(name: str, purpose: str, fix: str) -> Check:
    import shutil

    return Check(name, OPTIONAL, purpose, shutil.which(name) or "", fix)


def _reference() -> Check:
    """LiteRT, or its predecessor where that has no wheel."""
    first = _package("ai-edge-litert", NEEDED, "the host reference", "pip install ai-edge-litert")
    if first.found:
        return first
    second = _package("tflite-runtime", NEEDED, "the host reference", first.fix)
    return second if second.found else first


def _quietly(look: Callable[[], str]) -> str:
    """What `look` returns; "" when whatever it looks for is not there at all."""
    try:
        return look()
    except Exception:  # a broken installation is what doctor is there to show
        return ""


def _native_core() -> str:
    import digitrig

    folder = Path(digitrig.__file__).parent / "native"
    return next((str(path) for path in sorted(folder.glob("libdigitrig_core.*"))), "")


def _firmware() -> str:
    def look() -> str:
        from digitrig.resources import build_dir

        images = sorted((build_dir() / "firmware").glob("*/*/*.elf"))
        return f"{len(images)} images" if images else ""

    return _quietly(look)


def _mnist() -> str:
    def look() -> str:
        from digitrig.digits.mnist import mnist_folder

        return str(mnist_folder())

    return _quietly(look)
