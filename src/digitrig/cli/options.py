"""The options that several commands share, each with its one help text."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer


class Weights(StrEnum):
    """Where the weights lie at run time."""

    FLASH = "flash"
    RAM = "ram"


class Inject(StrEnum):
    """How an image reaches the firmware."""

    UART = "uart"
    MEMORY = "memory"
    TOUCH = "touch"


class Runtime(StrEnum):
    """What runs the model on the board."""

    BUNDLE = "bundle"
    INTERPRETER = "interpreter"


class Toolchain(StrEnum):
    """Which compiler builds the firmware."""

    ZIG = "zig"
    GCC = "gcc"


BoardArgument = Annotated[str, typer.Argument(metavar="BOARD", help="Board name; `digitrig boards` lists them.")]
BoardsArgument = Annotated[list[str], typer.Argument(metavar="BOARD...", help="Board names.")]
OptionalBoards = Annotated[
    list[str] | None, typer.Argument(metavar="[BOARD]...", help="Board names; none means all of them.")
]
AppOption = Annotated[str, typer.Option("--app", help="Firmware program.")]
ModelOption = Annotated[str, typer.Option("--model", help="Model name.")]
WeightsOption = Annotated[Weights, typer.Option("--weights", help="Where the weights lie at run time.")]
InjectOption = Annotated[
    Inject, typer.Option("--inject", help="uart: through the UART driver; memory: by a debugger's write; touch: drawn.")
]
RuntimeOption = Annotated[
    Runtime, typer.Option("--runtime", help="bundle: C made ahead of time; interpreter: the .tflite file itself.")
]
EngineOption = Annotated[
    str | None, typer.Option("--engine", help="embedded or renode; default: DIGITRIG_ENGINE, else embedded.")
]
ToolchainOption = Annotated[Toolchain, typer.Option("--toolchain", help="Compiler that builds the firmware.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")]
SourceArgument = Annotated[Path, typer.Argument(help="A file.")]
