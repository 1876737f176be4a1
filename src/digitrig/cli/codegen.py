"""`digitrig codegen`: a `.tflite` file to a C bundle."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from digitrig.cli import options, output


def codegen(
    model: Annotated[Path, typer.Argument(metavar="MODEL.tflite", help="A fully quantised int8 model.")],
    out_dir: Annotated[Path, typer.Option("--output", "-o", metavar="DIR", help="Folder for the bundle.")],
    name: Annotated[str | None, typer.Option("--name", help="Prefix of the C names; default: the file's name.")] = None,
    as_json: options.JsonOption = False,
) -> None:
    """Generate the C bundle of a model: header with its sizes, one readable source, and a sidecar for tools."""
    from digitrig.cli.opening import existing_file
    from digitrig.codegen import describe, generate

    existing_file(model, "model")
    bundle = generate(model, out_dir, name=name)
    files = {"header": str(bundle.header), "source": str(bundle.source), "sidecar": str(bundle.sidecar)}
    sizes = {
        "constant_bytes": bundle.constant_bytes,
        "mutable_bytes": bundle.mutable_bytes,
        "arena_bytes": bundle.arena_bytes,
        "macs": bundle.macs,
    }
    if as_json:
        arena = [{"offset": offset, "bytes": size, "what": what} for offset, size, what in bundle.memory_map]
        head = {"name": bundle.name, "model": str(model), "sha256": bundle.sha256}
        output.emit({**head, **files, **sizes, "memory_map": arena})
        return
    output.say(describe(model))
    output.table("arena", [">offset", ">bytes", "what"], [tuple(map(str, row)) for row in bundle.memory_map])
    rows = [*files.items(), *((name.replace("_", " "), f"{value:,}") for name, value in sizes.items())]
    output.table(f"bundle {bundle.name} of {model}", ["part", "file or size"], rows)
