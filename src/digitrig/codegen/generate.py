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
from digitrig.codegen.memory import memory_json_text, memory_text
from digitrig.codegen.models import known_rule
from digitrig.codegen.picture import check_suffix, write_picture
from digitrig.codegen.requantise import check_words, requantised
from digitrig.codegen.steps import Step
from digitrig.errors import FileFormatError, UsageError
from digitrig.reference.preprocess import PIXELS, Preprocessing, integer_multiplier


@dataclass(frozen=True)
class Bundle:
    """A generated bundle.  header, source, sidecar: its files.  Sizes in bytes; input and output lie in the arena.

    memory_map: who lies where in the arena, in order of execution: (offset, bytes, what).  model: the `.tflite` file
    that the bundle equals in every byte: the one that was given, or a new one of another quantisation.
    memory_text, memory_json: files with the memory map.
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
    model: Path
    memory_text: Path
    memory_json: Path


def _check_ends(graph: Graph) -> None:
    for what, tensors in (("input", graph.inputs), ("output", graph.outputs)):
        if len(tensors) != 1:
            raise FileFormatError(graph.path, f"{len(tensors)} {what} tensors", f"one {what} tensor")
    if not graph.operators:
        raise FileFormatError(graph.path, "no operators", "at least one operator")


def _buffers(graph: Graph, steps: list[Step], keep_input: bool) -> list[Buffer]:
    """What the arena has to hold: every activation from its making to its last use, scratch during its operator.

    keep_input: nothing may cover the input, not even when it has been read for the last time."""
    first: dict[str, int] = {}
    last: dict[str, int] = {}
    size: dict[str, int] = {}

    def use(tensor: Tensor, when: int) -> None:
        key = emit.tensor_key(steps, tensor)
        first.setdefault(key, when)
        last[key] = max(when, last.get(key, when))
        size[key] = max(tensor.elements, size.get(key, 0))

    use(graph.inputs[0], -1)
    for when, step in enumerate(steps):
        for tensor in (step.source, *step.others, step.target):
            use(tensor, when)
    use(graph.outputs[0], len(steps))
    if keep_input:
        use(graph.inputs[0], len(steps))
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


def _bundle_name(model_path: Path, name: str | None) -> str:
    chosen = emit.c_identifier(model_path.stem) if name is None else name
    if not re.fullmatch(r"[a-z][a-z0-9_]*", chosen):
        raise UsageError(f"bundle name '{chosen}' is no prefix for C names; use a to z, 0 to 9 and _, a letter first")
    return chosen


def _program(graph: Graph, name: str, preprocess: str | None, quantisation: emit.Quantisation) -> emit.Program:
    _check_ends(graph)
    steps = lower(graph)
    how = _preprocessing(graph, preprocess)
    shared = emit.picture_is_input(how)
    buffers = _buffers(graph, steps, keep_input=shared)
    arena: Plan = plan(buffers)
    if shared and arena.offsets[emit.tensor_key(steps, graph.inputs[0])] != 0:
        shared = False  # it has to lie where the arena begins
        buffers = _buffers(graph, steps, keep_input=False)
        arena = plan(buffers)
    generator = f"digitrig {__version__}"
    return emit.Program(name, generator, graph, tuple(steps), arena, tuple(buffers), how, shared, quantisation)


def _requantised(graph: Graph, folder: Path, name: str, schema: str, bias: str) -> tuple[Graph, emit.Quantisation]:
    """The graph in the quantisation that is asked for; a new one is written as `<name>_<schema>_<bias>.tflite`."""
    if (schema, bias) != ("asymmetric", "int32"):
        lower(graph)  # what no kernel does is told of the model that was given, before anything is made of it
    content, shifts = requantised(graph, schema, bias)
    kept = tuple(sorted((tensor, shift) for tensor, shift in shifts.items() if shift))
    if content is None:
        return graph, emit.Quantisation(schema, bias, None, kept)
    path = folder / f"{name}_{schema}_{bias}.tflite"
    if path.resolve() == graph.path.resolve():
        raise UsageError(f"'{path}' is the model that is to be quantised anew; choose another folder or name")
    folder.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return read_graph(path), emit.Quantisation(schema, bias, (graph.path.name, graph.sha256), kept)


def _write(path: Path, text: str) -> None:
    """Write a file unless it is so already, so that what is built from it need not be built again."""
    content = text.encode()
    if not path.is_file() or path.read_bytes() != content:
        path.write_bytes(content)


def generate(
    model_path: Path | str,
    out_dir: Path | str,
    name: str | None = None,
    preprocess: str | None = None,
    *,
    schema: str = "asymmetric",
    bias: str = "int32",
    picture: Path | None = None,
) -> Bundle:
    """Write `<name>.c`, `<name>.h`, `<name>.json` and the memory map of a fully int8 `.tflite` model into a folder.

    name: prefix of all symbols; the file's stem by default.  preprocess: how a picture becomes the input, a rule of
    `digitrig.digits.preprocess`; by default what `models/manifest.json` says of this file, else `scale` for an input of
    784 values, and none for any other.
    schema, bias: see `digitrig.codegen.requantise`; a model that has not got them is quantised anew, and the new
    `.tflite` file lies beside the bundle.  picture: where to draw the graph, `.svg` or `.dot`.
    The same model and digitrig give the same bytes.
    Raises MissingFileError, FileFormatError, UsageError, UnknownNameError, and UnsupportedModelError, which names
    operator and tensor.
    """
    given, folder = Path(model_path), Path(out_dir)
    chosen = _bundle_name(given, name)
    check_words(schema, bias)
    check_suffix(picture)
    graph = read_graph(given)
    _check_ends(graph)
    preprocess = preprocess or known_rule(graph.sha256)
    graph, quantisation = _requantised(graph, folder, chosen, schema, bias)
    program = _program(graph, chosen, preprocess, quantisation)
    folder.mkdir(parents=True, exist_ok=True)
    texts = {
        f"{chosen}.h": emit.header(program),
        f"{chosen}.c": emit.source(program),
        f"{chosen}.json": emit.sidecar(program),
        f"{chosen}_memory.txt": memory_text(program),
        f"{chosen}_memory.json": memory_json_text(program),
    }
    for file, text in texts.items():
        _write(folder / file, text)
    if picture is not None:
        write_picture(graph, picture)
    header, source, sidecar, *maps = (folder / file for file in texts)
    macs = sum(step.macs for step in program.steps)
    sizes = (program.constant_bytes, program.mutable_bytes, program.plan.bytes, macs)
    return Bundle(chosen, header, source, sidecar, graph.sha256, *sizes, emit.memory_map(program), graph.path, *maps)
