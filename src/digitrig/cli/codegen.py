"""`digitrig codegen`: a `.tflite` file to a C bundle."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from digitrig.cli import options, output

SchemaOption = Annotated[
    str,
    typer.Option(
        "--quantization-schema",
        metavar="asymmetric|symmetric|symmetric_with_power2_scale",
        help="A model that has another one is quantised anew; the new .tflite lies beside the bundle.",
    ),
]
BiasOption = Annotated[str, typer.Option("--bias", metavar="int8|int16|int32", help="Bits of the biases.")]
GraphOption = Annotated[
    Path | None,
    typer.Option(
        "--dump-graph", metavar="FILE.svg|.dot", help="Draw the graph with scale S and offset O of each tensor."
    ),
]
RuleOption = Annotated[
    str | None, typer.Option("--preprocess", help="How a picture becomes the input: scale, halve, binarise, resize96.")
]


def codegen(
    model: Annotated[Path, typer.Argument(metavar="MODEL.tflite", help="A fully quantised int8 model.")],
    out_dir: Annotated[Path, typer.Option("--output", "-o", metavar="DIR", help="Folder for the bundle.")],
    name: Annotated[str | None, typer.Option("--name", help="Prefix of the C names; default: the file's name.")] = None,
    schema: SchemaOption = "asymmetric",
    bias: BiasOption = "int32",
    graph: GraphOption = None,
    rule: RuleOption = None,
    as_json: options.JsonOption = False,
) -> None:
    """Generate the C bundle of a model: header, readable source, a sidecar for tools and the memory map."""
    from digitrig.cli.opening import existing_file
    from digitrig.codegen import describe, generate

    existing_file(model, "model")
    bundle = generate(model, out_dir, name, rule, schema=schema, bias=bias, picture=graph)
    files = {"header": bundle.header, "source": bundle.source, "sidecar": bundle.sidecar}
    files |= {
        "memory_map_text": bundle.memory_text,
        "memory_map_json": bundle.memory_json,
        "reference_model": bundle.model,
    }
    files |= {"graph": graph} if graph is not None else {}
    sizes = {
        "constant_bytes": bundle.constant_bytes,
        "mutable_bytes": bundle.mutable_bytes,
        "arena_bytes": bundle.arena_bytes,
        "macs": bundle.macs,
    }
    if as_json:
        arena = [{"offset": offset, "bytes": size, "what": what} for offset, size, what in bundle.memory_map]
        head: dict[str, Any] = {"name": bundle.name, "model": str(model), "sha256": bundle.sha256}
        head |= {"quantization_schema": schema, "bias": bias, "requantised": bundle.model != model}
        output.emit({**head, **{part: str(path) for part, path in files.items()}, **sizes, "memory_map": arena})
        return
    output.say(describe(bundle.model))
    output.say(bundle.memory_text.read_text(encoding="utf-8"))
    if bundle.model != model:
        output.say(f"quantised anew: the bundle equals {bundle.model} in every byte, no longer {model}")
    rows = [*((part.replace("_", " "), str(path)) for part, path in files.items())]
    rows += [(part.replace("_", " "), f"{value:,}") for part, value in sizes.items()]
    output.table(f"bundle {bundle.name} of {model}", ["part", "file or size"], rows)
