"""C text and the sidecar of a lowered model."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray

from digitrig.codegen.arena import ALIGNMENT, Buffer, Plan
from digitrig.codegen.graph import Graph, Tensor
from digitrig.codegen.steps import Constant, Step
from digitrig.reference.preprocess import Preprocessing, integer_multiplier

LINE = 118
SIDECAR_VERSION = 1
SAME_MULTIPLIER = 1 << 20  # PREPROCESS_SAME of firmware/kernels/preprocess.h


@dataclass(frozen=True)
class Quantisation:
    """What was asked for.  source: name and SHA-256 of the model's file, where another one was made of it.

    bias_shifts: by number of the bias tensor, the power of two that its values are multiples of, where that is not 0.
    """

    schema: str = "asymmetric"
    bias: str = "int32"
    source: tuple[str, str] | None = None
    bias_shifts: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, eq=False)
class Program:
    """All that the texts are made of.  name: prefix of every symbol.  generator: what made it, with its version.

    shared: the picture that a host writes lies where the input does, at the start of the arena."""

    name: str
    generator: str
    graph: Graph
    steps: tuple[Step, ...]
    plan: Plan
    buffers: tuple[Buffer, ...]
    preprocessing: Preprocessing | None
    shared: bool
    quantisation: Quantisation

    @property
    def constant_bytes(self) -> int:
        """Weights, biases, multipliers and shifts."""
        return sum(constant.bytes for step in self.steps for constant in step.constants)

    @property
    def mutable_bytes(self) -> int:
        """Input and output, which lie in the arena."""
        return self.graph.inputs[0].elements + self.graph.outputs[0].elements

    def offset(self, tensor: Tensor) -> int:
        """Where a tensor lies in the arena; a reshaped one, or one computed in place, where its source does."""
        return self.plan.offsets[self.key(tensor)]

    def key(self, tensor: Tensor) -> str:
        """Name of the buffer that holds a tensor."""
        return tensor_key(self.steps, tensor)


def picture_is_input(how: Preprocessing | None) -> bool:
    """Whether a picture becomes the input, and the input the picture again, by turning one bit of every byte."""
    if how is None or how.rule != "scale" or how.zero_point != -128:
        return False
    return integer_multiplier(how.rule, how.scale, how.zero_point) == SAME_MULTIPLIER


def tensor_key(steps: tuple[Step, ...] | list[Step], tensor: Tensor) -> str:
    """Name of the buffer that holds a tensor: that of the tensor it is a reshape of, or computed in the place of."""
    for step in steps:
        if step.target is tensor and (not step.kernel or step.in_place):
            return tensor_key(steps, step.source)
    return f"tensor{tensor.index}"


def layer_prefix(step: Step) -> str:
    """Prefix of a step's constants inside the source, such as `layer3`."""
    return f"layer{step.operator.number}"


def layer_symbol(name: str, step: Step) -> str | None:
    """Function that runs a step; None when there is nothing to run."""
    kinds = "_".join(operator.kind.lower() for operator in (*step.absorbed, step.operator))
    return f"{name}_{layer_prefix(step)}_{kinds}" if step.kernel else None


def _comment_safe(text: str) -> str:
    return text.replace("*/", "* /").replace("/*", "/ *")


def _provenance(program: Program, what: str) -> str:
    graph = program.graph
    return (
        f"/* {what} of the model '{program.name}', generated: edit the model or the generator instead.\n"
        " *\n"
        f" * model      {_comment_safe(graph.path.name)}\n"
        f" * sha256     {graph.sha256}\n"
        f"{_quantisation_lines(program.quantisation)}"
        f" * parameters {graph.parameters}\n"
        f" * generator  {program.generator}\n"
        " */\n"
    )


def _quantisation_lines(quantisation: Quantisation) -> str:
    if quantisation.source is None:
        return ""
    file, digest = quantisation.source
    lines = f" * schema     {quantisation.schema}, bias {quantisation.bias}; quantised anew from\n"
    return lines + f" *            {_comment_safe(file)}, sha256 {digest}\n"


def _described_quantisation(quantisation: Quantisation) -> dict[str, Any]:
    source = quantisation.source
    return {
        "schema": quantisation.schema,
        "bias": quantisation.bias,
        "bias_shifts": {str(tensor): shift for tensor, shift in quantisation.bias_shifts},
        "source": None if source is None else {"file": source[0], "sha256": source[1]},
    }


def header(program: Program) -> str:
    """Text of `<name>.h`."""
    name, upper = program.name, program.name.upper()
    source, target = program.graph.inputs[0], program.graph.outputs[0]
    macros = [
        ("CONSTANT_MEM_SIZE", program.constant_bytes, "bytes of weights and other constants, in flash"),
        ("MUTABLE_MEM_SIZE", program.mutable_bytes, "bytes of input and output, inside the arena"),
        ("ACTIVATIONS_MEM_SIZE", program.plan.bytes, "bytes of the arena: all activations and scratch"),
        ("MEM_ALIGN", ALIGNMENT, "alignment of the arena"),
        ("INPUT_OFFSET", program.offset(source), "of the input in the arena"),
        ("INPUT_SIZE", source.elements, "bytes"),
        ("OUTPUT_OFFSET", program.offset(target), "of the output in the arena"),
        ("OUTPUT_SIZE", target.elements, "bytes"),
    ]
    lines = [_provenance(program, "Header"), f"#ifndef {upper}_H", f"#define {upper}_H", "", '#include "bundle.h"', ""]
    lines += [f"#define {upper}_{macro} {value} /* {note} */" for macro, value, note in macros]
    lines += ["", "/* One function per layer, in this order; bundle.h's run() calls them all. */"]
    lines += [f"void {symbol}(void);" for step in program.steps if (symbol := layer_symbol(name, step))]
    lines += [f"int {name}_run(void);"]
    return "\n".join([*lines, "", "#endif", ""])


def _values(constant: Constant, values: NDArray[Any]) -> list[str]:
    """Lines of an array's contents."""
    found = values.reshape(-1).tolist()
    if constant.ctype == "int32_t":  # -2147483648 is no literal of type int32_t
        words = ["INT32_MIN" if value == -(2**31) else str(value) for value in found]
    else:
        words = [str(value) for value in found]
    lines, line = [], "   "
    for word in words:
        if len(line) + len(word) + 2 > LINE:
            lines.append(line)
            line = "   "
        line += f" {word},"
    return [*lines, line]


def _array(prefix: str, constant: Constant) -> str:
    def declared(values: NDArray[Any]) -> list[str]:
        head = f"WEIGHTS static const {constant.ctype} {prefix}_{constant.suffix}[{values.size}] = {{"
        return [head, *_values(constant, values), "};"]

    lines = declared(constant.values)
    if constant.simd is not None:
        lines = ["#if KERNELS_DSP", *declared(constant.simd), "#else", *lines, "#endif"]
    note = f"/* {constant.note} */\n" if constant.note else ""
    return note + "\n".join([*lines, ""])


def _shape(tensor: Tensor) -> str:
    return "x".join(str(n) for n in tensor.shape)


def _title(step: Step) -> str:
    """Such as `Layers 1 and 2: CONV_2D with MAX_POOL_2D`."""
    operators = (*step.absorbed, step.operator)
    numbers = " and ".join(str(operator.number) for operator in operators)
    return f"Layer{'s' * bool(step.absorbed)} {numbers}: {step_kinds(step)}"


def step_kinds(step: Step) -> str:
    """The operators that a step does, such as `CONV_2D with MAX_POOL_2D`."""
    return " with ".join(operator.kind for operator in (*step.absorbed, step.operator))


def _layer(program: Program, step: Step) -> str:
    prefix, symbol = layer_prefix(step), layer_symbol(program.name, step)
    title = (
        f"/* {_title(step)}, {_shape(step.source)} -> {_shape(step.target)}"
        f"{f', {step.macs} multiplications' if step.macs else ''}. */"
    )
    if symbol is None:
        return f"{title[:-3]}: the same bytes under another shape, nothing to do. */\n"
    fields = [f"    .{key} = {str(value).replace('{layer}', prefix)}," for key, value in step.fields.items()]
    words = {"parameters": f"&{prefix}", "input": f"arena + {program.offset(step.source)}"}
    words["output"] = f"arena + {program.offset(step.target)}"
    if step.others:
        words["other"] = f"arena + {program.offset(step.others[0])}"
    words |= {constant.suffix: f"{prefix}_{constant.suffix}" for constant in step.constants}
    if step.scratch_bytes:
        words["scratch"] = f"arena + {program.plan.offsets[scratch_key(step)]}"
    return "\n".join(
        [
            title,
            *(_array(prefix, constant) for constant in step.constants),
            *([step.code.replace("{layer}", prefix)] if step.code else []),
            f"static const struct {step.struct_name} {prefix} = {{",
            *fields,
            "};",
            "",
            f"__attribute__((noinline)) void {symbol}(void) {{",
            f"    {step.kernel}({', '.join(step.call_arguments(words))});",
            "}",
            "",
        ]
    )


def scratch_key(step: Step) -> str:
    """Name of a step's scratch buffer in the plan."""
    return f"scratch{step.operator.number}"


def memory_map(program: Program) -> tuple[tuple[int, int, str], ...]:
    """Who lies where in the arena, in order of execution: (offset, bytes, what)."""
    rows = []
    for step in (None, *program.steps):
        tensor = program.graph.inputs[0] if step is None else step.target
        what = "input" if step is None else f"layer {step.operator.number} {step_kinds(step)}"
        rows.append((program.offset(tensor), tensor.elements, what))
        if step is not None and step.scratch_bytes:
            rows.append((program.plan.offsets[scratch_key(step)], step.scratch_bytes, f"{what}, scratch"))
    return tuple(rows)


def _memory_comment(program: Program) -> str:
    lines = [f" * {offset:>6}  {size:>6}  {what}" for offset, size, what in memory_map(program)]
    return "\n".join(["/* The arena, in order of execution:", " * offset   bytes", *lines, " */", ""])


def _shared_picture(program: Program) -> list[str]:
    """Lines that give the picture the memory of the input, where it can have that."""
    if not program.shared:
        return []
    return [
        "",
        "/* Picture and input of the network are one memory, where nothing else lies: load() turns one into the",
        " * other, back and forth. An alias in C would have the size of the whole arena. */",
        f'__asm__(".globl digitrig_image\\n.set digitrig_image, {program.name}_arena\\n"',
        '        ".type digitrig_image, %object\\n.size digitrig_image, 784");',
    ]


def _load(program: Program) -> str:
    """The function that makes the input of a picture."""
    how = program.preprocessing
    if how is None:
        return "/* The input is no picture: there is no load(). */\n"
    if picture_is_input(how):
        return (
            "/* How a picture becomes the input: rule 'scale', by one bit of every byte. */\n"
            "static void load(const uint8_t *image) { preprocess_same(image, input()); }\n"
        )
    multiplier = integer_multiplier(how.rule, how.scale, how.zero_point)
    fields = [("multiplier", multiplier), ("zero_point", how.zero_point)]
    function = f"preprocess_{how.rule}"
    if how.rule == "resize96":
        fields += list(zip(("height", "width", "channels"), how.shape[1:], strict=True))
        function = "preprocess_resize"
    return "\n".join(
        [
            f"/* How a picture becomes the input: rule '{how.rule}'. */",
            "static const struct preprocess preprocess = {",
            *(f"    .{name} = {value}," for name, value in fields),
            "};",
            "",
            f"static void load(const uint8_t *image) {{ {function}(&preprocess, image, input()); }}",
            "",
        ]
    )


def source(program: Program) -> str:
    """Text of `<name>.c`."""
    name, upper = program.name, program.name.upper()
    calls = [f"    {symbol}();" for step in program.steps if (symbol := layer_symbol(name, step))]
    return "\n".join(
        [
            _provenance(program, "Source"),
            f'#include "{name}.h"',
            '#include "kernels.h"',
            "",
            "/* A section of their own, so that a linker script can tell the constants of a model from all others. */",
            '#define WEIGHTS __attribute__((section(".rodata.weights"), aligned(4)))',
            "",
            _memory_comment(program),
            f"int8_t {name}_arena[{upper}_ACTIVATIONS_MEM_SIZE] __attribute__((aligned({upper}_MEM_ALIGN)));",
            f"#define arena {name}_arena",
            *_shared_picture(program),
            "",
            *(_layer(program, step) for step in program.steps),
            "/* One name for the whole network, so that a host can stop where it begins. */",
            f"__attribute__((noinline)) int {name}_run(void) {{",
            *calls,
            "    return 0;",
            "}",
            "",
            f"static int8_t *input(void) {{ return arena + {upper}_INPUT_OFFSET; }}",
            "",
            f"static const int8_t *output(void) {{ return arena + {upper}_OUTPUT_OFFSET; }}",
            "",
            _load(program),
            "const struct bundle model_bundle = {",
            f'    .name = "{name}",',
            f'    .hash8 = "{program.graph.sha256[:8]}",',
            f"    .input_bytes = {upper}_INPUT_SIZE,",
            f"    .output_bytes = {upper}_OUTPUT_SIZE,",
            f"    .arena_bytes = {upper}_ACTIVATIONS_MEM_SIZE,",
            "    .load = load," if program.preprocessing else "    .load = 0,",
            "    .input = input,",
            "    .output = output,",
            f"    .run = {name}_run,",
            "};",
            "",
        ]
    )


def _described(program: Program, tensor: Tensor, exists: bool = True) -> dict[str, Any]:
    return {
        "tensor": tensor.index,
        "tensor_name": tensor.name,
        "offset": program.offset(tensor) if exists else None,
        "bytes": tensor.elements,
        "shape": list(tensor.shape),
        "dtype": tensor.dtype.lower(),
        "scale": float(tensor.scale),
        "zero_point": tensor.zero_point,
    }


def _sidecar_layers(program: Program, step: Step) -> list[dict[str, Any]]:
    """A row for every operator that a step does, the last with its code."""
    absorbed: list[dict[str, Any]] = [
        {
            "number": operator.number,
            "name": operator.outputs[0].name,
            "op": operator.kind,
            "symbol": None,
            "kernel": None,
            "fused_into": step.operator.number,
            "macs": 0,
            "output": _described(program, operator.outputs[0], exists=False),
            "scratch": None,
            "weights": [],
        }
        for operator in step.absorbed
    ]
    return [*absorbed, _sidecar_layer(program, step)]


def _sidecar_layer(program: Program, step: Step) -> dict[str, Any]:
    prefix = layer_prefix(step)
    return {
        "number": step.operator.number,
        "name": step.target.name,
        "op": "+".join(operator.kind for operator in (*step.absorbed, step.operator)),
        "symbol": layer_symbol(program.name, step),
        "kernel": step.kernel or None,
        "fused_into": None,
        "macs": step.macs,
        "output": _described(program, step.target),
        "scratch": {"offset": program.plan.offsets[scratch_key(step)], "bytes": step.scratch_bytes}
        if step.scratch_bytes
        else None,
        "weights": [
            {"symbol": f"{prefix}_{c.suffix}", "type": c.ctype, "elements": int(c.values.size), "bytes": c.bytes}
            for c in step.constants
        ],
    }


def sidecar(program: Program) -> str:
    """Text of `<name>.json`: what a host needs to look into a running bundle.

    A layer without symbol runs no code of its own. Either its output is that of the layer before, under another shape,
    or `fused_into` is the number of the layer whose code does its work, and its output has no place in memory: its
    `offset` is null.
    """
    graph = program.graph
    content = {
        "schema_version": SIDECAR_VERSION,
        "name": program.name,
        "generator": program.generator,
        "model": {"file": graph.path.name, "sha256": graph.sha256, "parameters": graph.parameters},
        "quantisation": _described_quantisation(program.quantisation),
        "arena": {"symbol": f"{program.name}_arena", "bytes": program.plan.bytes, "align": ALIGNMENT},
        "constant_bytes": program.constant_bytes,
        "mutable_bytes": program.mutable_bytes,
        "macs": sum(step.macs for step in program.steps),
        "input": {
            **_described(program, graph.inputs[0]),
            "preprocess": program.preprocessing.rule if program.preprocessing else None,
        },
        "output": _described(program, graph.outputs[0]),
        "layers": [row for step in program.steps for row in _sidecar_layers(program, step)],
    }
    return json.dumps(content, indent=1) + "\n"


def c_identifier(text: str) -> str:
    """A prefix for C names from a file's stem: lower case, other characters as underscores, no digit first."""
    name = re.sub(r"[^a-z0-9]+", "_", text.lower()).strip("_")
    return name if name and not name[0].isdigit() else f"model_{name}".rstrip("_")
