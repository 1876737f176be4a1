"""Names of the firmware files that `digitrig build` makes: `<toolchain>/<board>/<app>-<model>-<weights>.elf`."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from digitrig.errors import MissingFileError, UsageError
from digitrig.resources import firmware_dirs

TOOLCHAINS = ("zig", "gcc")

APP_MODELS = {"lock": ("an13438", "tinylock"), "rtos": ("an13438",), "touch": ("an13438",)}
"""Apps that are built with these models only, weights in flash. Others: every model, weights in flash and in RAM."""

RUNTIMES = ("bundle", "interpreter")
"""How a model runs: as C that was generated from it, or from its `.tflite` file, by the app of that name."""


def app_variants(app: str, models: Iterable[str]) -> list[tuple[str, str]]:
    """(model, weights) of the images of an app. models: what the board takes."""
    if app in APP_MODELS:
        return [(model, "flash") for model in models if model in APP_MODELS[app]]
    if app == "interpreter":
        return [(model, "flash") for model in models]
    return [(model, weights) for model in models for weights in ("flash", "ram")]


def runtime_app(runtime: str, app: str, weights: str) -> str:
    """The app that runs a model that way, instead of `app`. Raises UsageError where they do not go together."""
    if runtime != "interpreter":
        return app
    if app not in ("console", "interpreter"):
        raise UsageError(f"app '{app}' has no runtime 'interpreter'; leave one of the two out")
    if weights != "flash":
        raise UsageError("the interpreter reads weights where the model is, in flash; leave out weights 'ram'")
    return "interpreter"


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
