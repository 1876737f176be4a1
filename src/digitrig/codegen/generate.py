"""`generate`: a `.tflite` file to a C bundle."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from digitrig import __version__
from digitrig.codegen import emit
from digitrig.codegen.arena import Buffer, Plan, plan
from digitrig.codegen.flatbuffer import read_graph
from digitrig.codegen.graph import Graph, Tensor
from digitrig.codegen.lowering import lower
from digitrig.codegen.steps import Step
from digitrig.errors import FileFormatError, UsageError
from digitrig.reference.preprocess import PIXELS, Preprocessing, integer_multiplier


@dataclass(frozen=True)
class Bundle:
    """A generated bundle.  header, source, sidecar: its files.  Sizes in bytes; input and output lie in the arena.

    memory_map: who lies where in the arena, in order of execution: (offset, bytes, what).
    """

    name: str
    header: Path
    source: Path
    sidecar: Path
    sha256: str
    constant_bytes: int
    mutable_bytes: int
    arena_bytes: int
    macs: int
    memory_map: tuple[tuple[int, int, str], ...]


def _check_ends(graph: Graph) -> None:
    for what, tensors in (("input", graph.inputs), ("output", graph.outputs)):
        if len(tensors) != 1:
            raise FileFormatError(graph.path, f"{len(tensors)} {what} tensors", f"one {what} tensor")
    if not graph.operators:
        raise FileFormatError(graph.path, "no operators", "at least one operator")


def _buffers(graph: Graph, steps: list[Step]) -> list[Buffer]:
    """What the arena has to hold: every activation from its making to its last use, scratch during its operator."""
    first: dict[str, int] = {}
    last: dict[str, int] = {}
    size: dict[str, int] = {}

    def use(tensor: Tensor, when: int) -> None:
        key = emit.tensor_key(steps, tensor)
        first.setdefault(key, when)
        last[key] = max(when, last.get(key, when))
        size[key] = tensor.elements

    use(graph.inputs[0], -1)
    for when, step in enumerate(steps):
        for tensor in (step.source, *step.others, step.target):
            use(tensor, when)
    use(graph.outputs[0], len(steps))
    buffers = [Buffer(key, size[key], first[key], last[key]) for key in first]
    for when, step in enumerate(steps):
        if step.scratch_bytes:
            buffers.append(Buffer(emit.scratch_key(step), step.scratch_bytes, when, when))
    return buffers


def _preprocessing(graph: Graph, rule: str | None) -> Preprocessing | None:
    """How pictures become the input, checked to be possible with integers; None for an input that is no picture."""
    tensor = graph.inputs[0]
    if rule is None and tensor.elements != PIXELS:
        return None
    preprocessing = Preprocessing(rule or "scale", tensor.shape, float(tensor.scale), tensor.zero_point)
    try:
        integer_multiplier(preprocessing.rule, preprocessing.scale, preprocessing.zero_point)
    except ValueError as error:
        supported = "an input whose scale is not below a sixteenth of that"
        raise FileFormatError(graph.path, f"input '{tensor.name}': {error}", supported) from error
    return preprocessing


def _program(model_path: Path, name: str | None, preprocess: str | None) -> emit.Program:
    chosen = emit.c_identifier(model_path.stem) if name is None else name
    if not re.fullmatch(r"[a-z][a-z0-9_]*", chosen):
        raise UsageError(f"bundle name '{chosen}' is no prefix for C names; use a to z, 0 to 9 and _, a letter first")
    graph = read_graph(model_path)
    _check_ends(graph)
    steps = lower(graph)
    arena: Plan = plan(_buffers(graph, steps))
    how = _preprocessing(graph, preprocess)
    return emit.Program(chosen, f"digitrig {__version__}", graph, tuple(steps), arena, how)


def _write(path: Path, text: str) -> None:
    """Write a file unless it is so already, so that what is built from it need not be built again."""
    content = text.encode()
    if not path.is_file() or path.read_bytes() != content:
        path.write_bytes(content)


def generate(
    model_path: Path | str, out_dir: Path | str, name: str | None = None, preprocess: str | None = None
) -> Bundle:
    """Write `<name>.c`, `<name>.h` and `<name>.json` of a fully int8 `.tflite` model into a folder.

    name: prefix of all symbols; the file's stem by default.  preprocess: how a picture becomes the input, a rule of
    `digitrig.digits.preprocess`; by default `scale` for an input of 784 values, and none for any other.
    The same model and digitrig give the same bytes.
    Raises MissingFileError, FileFormatError, UsageError, and UnsupportedModelError, which names operator and tensor.
    """
    program = _program(Path(model_path), name, preprocess)
    folder = Path(out_dir)
    folder.mkdir(parents=True, exist_ok=True)
    files = {suffix: folder / f"{program.name}.{suffix}" for suffix in ("h", "c", "json")}
    texts = {"h": emit.header(program), "c": emit.source(program), "json": emit.sidecar(program)}
    for suffix, path in files.items():
        _write(path, texts[suffix])
    return Bundle(
        program.name,
        files["h"],
        files["c"],
        files["json"],
        program.graph.sha256,
        program.constant_bytes,
        program.mutable_bytes,
        program.plan.bytes,
        sum(step.macs for step in program.steps),
        emit.memory_map(program),
    )
