"""Pictures of graphs and memory maps."""

from __future__ import annotations

import itertools
import json
import re
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import numpy as np
import pytest
import tiny_models as tiny
from tiny_models import Quantised

from digitrig.codegen import generate, load_model
from digitrig.codegen.flatbuffer import read_graph
from digitrig.codegen.picture import dot, quantisation, svg
from digitrig.errors import UsageError

AN13438 = load_model("an13438").path
SVG = "{http://www.w3.org/2000/svg}"


@pytest.mark.parametrize("suffix", ["svg", "dot"])
def test_picture_shows_scale_and_offset_of_every_tensor(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / "pictures" / f"graph.{suffix}"
    generate(AN13438, tmp_path / "out", picture=path)
    text, graph = path.read_text(), read_graph(AN13438)
    shown = [t for t in graph.tensors if len(t.scales)]
    assert len(shown) > 15
    for tensor in shown:
        assert quantisation(tensor) in text
    assert "S 0.00392157 O -128" in text
    for operator in graph.operators:
        assert operator.kind in text


def test_several_scales_are_a_range() -> None:
    weights = next(o.inputs[1] for o in read_graph(AN13438).operators if o.kind == "CONV_2D")
    assert weights is not None
    low, high = weights.scales.min(), weights.scales.max()
    assert quantisation(weights) == f"S {low:.4g}..{high:.4g} O 0 (4 channels)"


def test_svg_has_a_box_for_every_operator_none_over_another(tmp_path: Path) -> None:
    graph = read_graph(tiny.network(tmp_path / "net.tflite"))
    root = ElementTree.fromstring(svg(graph))
    boxes = [r for r in root.iter(f"{SVG}rect") if r.get("rx")]
    assert len(boxes) == len(graph.operators) + 2
    places = [[float(box.get(key, "")) for key in ("x", "y", "width", "height")] for box in boxes]
    for (x, y, w, h), (u, v, k, m) in itertools.combinations(places, 2):
        assert x + w <= u or u + k <= x or y + h <= v or v + m <= y
    width, height = float(root.get("width", "")), float(root.get("height", ""))
    assert all(x >= 0 and y >= 0 and x + w <= width and y + h <= height for x, y, w, h in places)


def test_dot_has_an_edge_for_every_tensor_that_is_read(tmp_path: Path) -> None:
    graph = read_graph(tiny.network(tmp_path / "net.tflite"))
    edges = re.findall(r"^  n(\d+) -> n(\d+) ", dot(graph), re.MULTILINE)
    computed = sum(t is not None and t.data is None for o in graph.operators for t in o.inputs)
    assert len(edges) == computed + len(graph.outputs)
    assert ("2", "5") in edges, "the sum reads the first convolution too"


def test_names_cannot_break_the_languages(tmp_path: Path) -> None:
    path = tiny.softmax(tmp_path / 'a"<b>&.tflite', count=4, source=Quantised(0.1, 0))
    graph = read_graph(path)
    ElementTree.fromstring(svg(graph))
    assert dot(graph).startswith('digraph "a\\"<b>&.tflite" {')


def test_other_suffix_is_told_before_anything_is_written(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"a graph is drawn as \.svg or \.dot; 'graph\.png' is neither"):
        generate(AN13438, tmp_path / "out", picture=tmp_path / "graph.png")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("every", [False, True])
def test_memory_map_never_gives_two_tensors_one_place_at_one_time(tmp_path: Path, every: bool) -> None:
    path = tiny.network(tmp_path / "net.tflite") if every else AN13438
    bundle = generate(path, tmp_path / "out", "net")
    found = json.loads(bundle.memory_json.read_text())
    arena = [area for area in found["areas"] if area["section"] != "constants"]
    assert all(a["offset"] + a["bytes"] <= found["arena"]["bytes"] == bundle.arena_bytes for a in arena)
    for a, b in itertools.combinations(arena, 2):
        apart = a["offset"] + a["bytes"] <= b["offset"] or b["offset"] + b["bytes"] <= a["offset"]
        assert apart or a["last"] < b["first"] or b["last"] < a["first"], (a, b)


def test_memory_map_has_every_constant_and_adds_up(tmp_path: Path) -> None:
    bundle = generate(AN13438, tmp_path)
    found, sidecar = json.loads(bundle.memory_json.read_text()), json.loads(bundle.sidecar.read_text())
    constants = [area for area in found["areas"] if area["section"] == "constants"]
    symbols = [weights for layer in sidecar["layers"] for weights in layer["weights"]]
    assert [(a["name"], a["bytes"]) for a in constants] == [(w["symbol"], w["bytes"]) for w in symbols]
    assert sum(a["bytes"] for a in constants) == found["constant_bytes"] == bundle.constant_bytes
    mutable = {a["name"]: a["bytes"] for a in found["areas"] if a["section"] == "mutable"}
    assert mutable == {"input": 784, "output": 10}


def test_memory_map_for_people_has_the_same_figures(tmp_path: Path) -> None:
    bundle = generate(AN13438, tmp_path)
    text = bundle.memory_text.read_text()
    assert f"{bundle.arena_bytes:,} bytes of arena in RAM" in text
    for area in json.loads(bundle.memory_json.read_text())["areas"]:
        assert re.search(rf"^ *{area['offset']} +{area['bytes']} +\S+ +{re.escape(area['name'])}", text, re.MULTILINE)


def test_input_lives_until_its_last_reader(tmp_path: Path) -> None:
    """A sum of the input and its own pooling: the input has to stay until layer 1."""
    build = tiny.ModelBuilder()
    one = Quantised(0.1, 0)
    first, middle, last = (build.tensor(name, (1, 4, 4, 1), one) for name in ("in", "pooled", "out"))
    sizes = {"filterHeight": 1, "filterWidth": 1, "strideH": 1, "strideW": 1}
    build.operator("MAX_POOL_2D", [first], [middle], tiny._options("Pool2DOptions", **sizes))
    build.operator("ADD", [first, middle], [last], tiny._options("AddOptions"))
    path = build.write(tmp_path / "skip.tflite", [first], [last])
    areas = json.loads(generate(path, tmp_path).memory_json.read_text())["areas"]
    (area,) = (a for a in areas if a["name"] == "input")
    assert (area["first"], area["last"]) == (-1, 1)
    assert np.all([a["offset"] % 4 == 0 for a in areas])
