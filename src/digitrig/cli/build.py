"""`digitrig build`: the firmware of one board, of several, or of all."""

from __future__ import annotations

from typing import Annotated

import typer

from digitrig.cli import options, output

ModelsOption = Annotated[
    list[str] | None, typer.Option("--model", help="Build this model only; may be given several times.")
]


def build(
    boards: options.OptionalBoards = None,
    models: ModelsOption = None,
    toolchain: options.ToolchainOption = options.Toolchain.ZIG,
    as_json: options.JsonOption = False,
) -> None:
    """Build the images of every app and model of the boards, with the pip-installed clang (zig) or gcc."""
    from digitrig.firmware_build import build_firmware, buildable_boards
    from digitrig.platform import load_board

    names = boards or buildable_boards()
    for name in names:
        load_board(name)
    built = build_firmware(names, toolchain=toolchain.value, models=models, progress=output.note)
    rows = [
        {
            "board": image.board,
            "app": image.app,
            "model": image.model,
            "weights": image.weights,
            "toolchain": toolchain.value,
            "elf": str(image.elf),
            "flash_bytes": image.flash_bytes,
            "ram_bytes": image.ram_bytes,
        }
        for image in built
    ]
    if as_json:
        output.emit({"images": rows})
        return
    output.table(
        f"firmware built with {toolchain.value}",
        ["board", ">flash", ">RAM", "file"],
        [
            (image.board, f"{image.flash_bytes:,} B", f"{image.ram_bytes:,} B", output.near(str(image.elf)))
            for image in built
        ],
    )
