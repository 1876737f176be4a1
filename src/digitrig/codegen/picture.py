"""A picture of a graph: operators in layers, with scale S and offset O of every tensor, as SVG or for Graphviz."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from html import escape
from pathlib import Path

from digitrig.codegen.graph import Graph, Operator, Tensor
from digitrig.errors import UsageError

SUFFIXES = (".svg", ".dot")
CHARACTER, LINE_HEIGHT, MARGIN, GAP, LANE = 6.7, 16, 20, 46, 14  # pixels of the SVG
COLOURS = {"input": "#dbe9f6", "output": "#dbe9f6"}
WEIGHTED, PLAIN = "#fdf0d5", "#eef3e8"


@dataclass(frozen=True)
class Node:
    """A box: an operator, or an end of the graph.  lines: its text.  sources: numbers of the nodes that it reads."""

    number: int
    kind: str
    lines: tuple[str, ...]
    sources: tuple[tuple[int, str], ...]
    weighted: bool = False


def quantisation(tensor: Tensor) -> str:
    """Scale and offset in Glow's letters, such as `S 0.0235 O -128`; a range where there are several scales."""
    if not len(tensor.scales):
        return "not quantised"
    low, high = float(tensor.scales.min()), float(tensor.scales.max())
    scales = f"{low:.6g}" if low == high else f"{low:.4g}..{high:.4g}"
    offsets = sorted({int(zero) for zero in tensor.zero_points}) or [0]
    shown = str(offsets[0]) if len(offsets) == 1 else f"{offsets[0]}..{offsets[-1]}"
    count = f" ({len(tensor.scales)} channels)" if len(tensor.scales) > 1 else ""
    return f"S {scales} O {shown}{count}"


def _described(tensor: Tensor) -> str:
    shape = "x".join(str(n) for n in tensor.shape) or "scalar"
    return f"{tensor.dtype.lower()} {shape}, {quantisation(tensor)}"


def _constants(operator: Operator) -> list[str]:
    names = {0: "input", 1: "weights", 2: "bias"} if operator.kind not in ("ADD", "MEAN", "PAD", "RESHAPE") else {}
    return [
        f"{names.get(position, 'constant')}: {_described(tensor)}"
        for position, tensor in enumerate(operator.inputs)
        if tensor is not None and tensor.data is not None
    ]


def nodes(graph: Graph) -> list[Node]:
    """All boxes, in order of execution: inputs, operators, outputs."""
    made: dict[int, int] = {}  # tensor -> node that makes it
    found: list[Node] = []

    def add(
        kind: str, lines: list[str], reads: Iterable[Tensor | None], makes: Iterable[Tensor], weighted: bool = False
    ) -> None:
        computed = [t for t in reads if t is not None and t.index in made]
        sources = tuple((made[t.index], quantisation(t)) for t in computed)
        found.append(Node(len(found), kind, tuple(lines), sources, weighted))
        made.update({tensor.index: len(found) - 1 for tensor in makes})

    for tensor in graph.inputs:
        add("input", [f"input '{tensor.name}'", _described(tensor)], [], [tensor])
    for operator in graph.operators:
        activation = operator.options.get("fusedActivationFunction", "NONE")
        title = f"{operator.number}  {operator.kind}" + (f" + {activation}" if activation != "NONE" else "")
        outputs = [f"-> {_described(tensor)}" for tensor in operator.outputs]
        weighted = any(t is not None and t.data is not None and len(t.scales) > 0 for t in operator.inputs)
        add("operator", [title, *_constants(operator), *outputs], operator.inputs, operator.outputs, weighted)
    for tensor in graph.outputs:
        add("output", [f"output '{tensor.name}'", _described(tensor)], [tensor], [])
    return found


def dot(graph: Graph) -> str:
    """The graph in the language of Graphviz."""

    def quoted(text: str) -> str:
        return text.replace("\\", "\\\\").replace('"', '\\"')

    lines = [f'digraph "{quoted(graph.path.name)}" {{', '  node [shape=box, fontname="monospace", fontsize=10];']
    lines.append('  edge [fontname="monospace", fontsize=9];')
    for node in nodes(graph):
        label = "\\l".join(quoted(line) for line in node.lines) + "\\l"
        shape = ", style=rounded" if node.kind != "operator" else ""
        lines.append(f'  n{node.number} [label="{label}"{shape}];')
        lines += [f'  n{source} -> n{node.number} [label="{quoted(text)}"];' for source, text in node.sources]
    return "\n".join([*lines, "}", ""])


def _rows(boxes: list[Node]) -> list[list[Node]]:
    """Boxes by layer: each below all that it reads."""
    depth: dict[int, int] = {}
    for node in boxes:
        depth[node.number] = 1 + max((depth[source] for source, _ in node.sources), default=-1)
    return [[n for n in boxes if depth[n.number] == row] for row in range(max(depth.values(), default=-1) + 1)]


@dataclass(frozen=True)
class Box:
    """Where a node lies in the picture, in pixels."""

    x: float
    y: float
    width: float
    height: float

    @property
    def middle(self) -> float:
        return self.x + self.width / 2

    @property
    def below(self) -> float:
        return self.y + self.height


def _layout(rows: list[list[Node]]) -> tuple[dict[int, Box], float, float]:
    """Boxes by number, and width and height of the picture without the lanes at its right."""

    def width(node: Node) -> float:
        return CHARACTER * max(len(line) for line in node.lines) + 16

    widths = [sum(width(node) + MARGIN for node in row) - MARGIN for row in rows]
    whole, y, boxes = max(widths, default=0.0), float(MARGIN), {}
    for row, taken in zip(rows, widths, strict=True):
        x = MARGIN + (whole - taken) / 2
        for node in row:
            boxes[node.number] = Box(x, y, width(node), LINE_HEIGHT * len(node.lines) + 10)
            x += width(node) + MARGIN
        y = max(boxes[node.number].below for node in row) + GAP
    return boxes, whole + 2 * MARGIN, y - GAP + MARGIN


def _arrow(path: str, x: float, y: float, text: str) -> list[str]:
    label = f'<text class="edge" x="{x + 6:.1f}" y="{y:.1f}">{escape(text)}</text>'
    return [f'<path d="{path}" fill="none" stroke="#555" marker-end="url(#arrow)"/>', label]


def _arrows(rows: list[list[Node]], boxes: dict[int, Box], right: float) -> tuple[list[str], int]:
    """Lines between boxes; one that passes a layer runs in a lane of its own at the right. Also the number of lanes."""
    layer = {node.number: depth for depth, row in enumerate(rows) for node in row}
    drawn, lanes = [], 0
    for node in (node for row in rows for node in row):
        for source, text in node.sources:
            a, b = boxes[source], boxes[node.number]
            if layer[node.number] - layer[source] == 1:
                y = (a.below + b.y) / 2
                path = f"M{a.middle:.1f} {a.below:.1f} V{y:.1f} H{b.middle:.1f} V{b.y:.1f}"
                drawn += _arrow(path, b.middle, y + 14, text)
                continue
            lanes += 1
            x, start, end = right + LANE * lanes, a.y + a.height / 2, b.y + b.height / 2
            path = f"M{a.x + a.width:.1f} {start:.1f} H{x:.1f} V{end:.1f} H{b.x + b.width:.1f}"
            drawn += _arrow(path, b.x + b.width, end - 5, text)
    return drawn, lanes


def svg(graph: Graph) -> str:
    """The graph as a picture that any browser shows; no other program is needed."""
    rows = _rows(nodes(graph))
    boxes, width, height = _layout(rows)
    lines, lanes = _arrows(rows, boxes, width)
    for node in (node for row in rows for node in row):
        box = boxes[node.number]
        colour = COLOURS.get(node.kind, WEIGHTED if node.weighted else PLAIN)
        radius = 3 if node.kind == "operator" else 12
        lines.append(
            f'<rect x="{box.x:.1f}" y="{box.y:.1f}" width="{box.width:.1f}" height="{box.height:.1f}" rx="{radius}" '
            f'fill="{colour}" stroke="#555"/>'
        )
        for number, text in enumerate(node.lines):
            weight = ' font-weight="bold"' if number == 0 else ""
            y = box.y + LINE_HEIGHT * (number + 1)
            lines.append(f'<text x="{box.x + 8:.1f}" y="{y:.1f}"{weight}>{escape(text)}</text>')
    size = f"{width + LANE * (lanes + 1) + (150 if lanes else 0):.0f}", f"{height:.0f}"
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{size[0]}" height="{size[1]}" '
            f'viewBox="0 0 {size[0]} {size[1]}" font-family="monospace" font-size="11">',
            f"<title>{escape(graph.path.name)}: S is the scale, O the offset of a tensor</title>",
            "<style>.edge{font-size:10px;fill:#555}</style>",
            '<defs><marker id="arrow" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" markerHeight="8" '
            'orient="auto"><path d="M0 0L8 4L0 8z" fill="#555"/></marker></defs>',
            '<rect width="100%" height="100%" fill="white"/>',
            *lines,
            "</svg>",
            "",
        ]
    )


def check_suffix(path: Path | None) -> None:
    """Raises UsageError for a file that is neither `.svg` nor `.dot`."""
    if path is not None and path.suffix.lower() not in SUFFIXES:
        raise UsageError(f"a graph is drawn as {' or '.join(SUFFIXES)}; '{path.name}' is neither")


def write_picture(graph: Graph, path: Path) -> None:
    """Write a graph as `.svg` or `.dot`.  Raises UsageError for any other suffix."""
    check_suffix(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(svg(graph) if path.suffix.lower() == ".svg" else dot(graph), encoding="utf-8", newline="\n")
