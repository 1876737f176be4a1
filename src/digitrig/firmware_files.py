"""Names of the firmware files that `digitrig build` makes: `<toolchain>/<board>/<app>-<model>-<weights>.elf`."""

from __future__ import annotations

from pathlib import Path

from digitrig.errors import MissingFileError
from digitrig.resources import firmware_dirs

TOOLCHAINS = ("zig", "gcc")


def firmware_name(board: str, app: str, model: str, weights: str, toolchain: str = "zig") -> Path:
    """The file's path below a firmware folder."""
    return Path(toolchain) / board / f"{app}-{model}-{weights}.elf"


def firmware_path(
    board: str, app: str = "console", model: str = "an13438", weights: str = "flash", toolchain: str = "zig"
) -> Path:
    """A built firmware file. Raises MissingFileError with the command that builds it."""
    name = firmware_name(board, app, model, weights, toolchain)
    for folder in firmware_dirs():
        if (folder / name).is_file():
            return folder / name
    raise MissingFileError(name, "firmware", f"run: digitrig build {board}")
