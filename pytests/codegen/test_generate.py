"""The files of a bundle: what they say, that they repeat, that both targets compile them."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import tiny_models as tiny
from tiny_models import Quantised

from digitrig import __version__
from digitrig.codegen import describe, generate, load_model, model_names
from digitrig.codegen.flatbuffer import read_graph
from digitrig.errors import FileFormatError, MissingFileError, MissingToolError, UsageError
from digitrig.reference import Reference
from digitrig.resources import firmware_dir

MODEL = load_model("an13438")


def _macros(header: str) -> dict[str, int]:
    return {name: int(value) for name, value in re.findall(r"#define (\w+) (\d+)", header)}


def test_the_same_model_gives_the_same_bytes(tmp_path: Path) -> None:
    first, second = generate(MODEL.path, tmp_path / "a"), generate(MODEL.path, tmp_path / "b")
    for one, other in ((first.header, second.header), (first.source, second.source), (first.sidecar, second.sidecar)):
        assert one.read_bytes() == other.read_bytes()
        assert str(tmp_path) not in one.read_text()


def test_source_names_its_model_and_generator(tmp_path: Path) -> None:
    text = generate(MODEL.path, tmp_path).source.read_text()
    assert f"model      an13438.tflite\n * sha256     {MODEL.sha256}" in text
    assert f"generator  digitrig {__version__}" in text
    assert f'.hash8 = "{MODEL.sha256[:8]}"' in text


def test_header_has_sizes_the_way_glow_gives_them(tmp_path: Path) -> None:
    bundle = generate(MODEL.path, tmp_path)
    macros = _macros(bundle.header.read_text())
    assert macros["AN13438_CONSTANT_MEM_SIZE"] == bundle.constant_bytes
    assert macros["AN13438_MUTABLE_MEM_SIZE"] == bundle.mutable_bytes == 784 + 10
    assert macros["AN13438_ACTIVATIONS_MEM_SIZE"] == bundle.arena_bytes
    assert macros["AN13438_MEM_ALIGN"] == 4
    assert macros["AN13438_INPUT_SIZE"] == 784
    assert macros["AN13438_OUTPUT_SIZE"] == 10
    assert macros["AN13438_INPUT_OFFSET"] + 784 <= bundle.arena_bytes
    assert macros["AN13438_OUTPUT_OFFSET"] + 10 <= bundle.arena_bytes


def test_sizes_of_the_application_notes_model(tmp_path: Path) -> None:
    """Multiplications by hand:
    7,056 + 5,184 (36 of 49 outputs, what pooling uses) + 1,296 in the convolutions, 1,008 + 280
    in the dense layers."""
    bundle = generate(MODEL.path, tmp_path)
    assert bundle.macs == 7056 + 5184 + 1296 + 1008 + 280
    assert bundle.arena_bytes <= 784 + 460  # the picture, which nothing covers, and the rest
    assert bundle.constant_bytes < 2300


def test_memory_map_shows_every_layer_inside_the_arena(tmp_path: Path) -> None:
    bundle = generate(MODEL.path, tmp_path)
    assert bundle.memory_map[0] == (_macros(bundle.header.read_text())["AN13438_INPUT_OFFSET"], 784, "input")
    assert all(offset + size <= bundle.arena_bytes for offset, size, _ in bundle.memory_map)
    whats = [what for _, _, what in bundle.memory_map]
    assert "layer 2 CONV_2D with MAX_POOL_2D, scratch" in whats
    assert whats[-1] == "layer 9 SOFTMAX"
    for offset, size, what in bundle.memory_map:
        assert f" * {offset:>6}  {size:>6}  {what}\n" in bundle.source.read_text()


def test_sidecar_lists_the_layers_of_the_reference(tmp_path: Path) -> None:
    sidecar = json.loads(generate(MODEL.path, tmp_path).sidecar.read_text())
    layers = Reference(MODEL.path).layers(np.zeros((28, 28), np.uint8))
    assert [(row["name"], row["output"]["tensor"], tuple(row["output"]["shape"])) for row in sidecar["layers"]] == [
        (layer.name, layer.index, layer.shape) for layer in layers
    ]
    for row in sidecar["layers"]:
        fused = row["fused_into"] is not None
        assert (row["symbol"] is None) == (row["op"] == "RESHAPE" or fused)
        assert (row["output"]["offset"] is None) == fused
        assert fused or row["output"]["offset"] + row["output"]["bytes"] <= sidecar["arena"]["bytes"]
        assert row["output"]["dtype"] == "int8"
    assert sidecar["model"] == {"file": "an13438.tflite", "sha256": MODEL.sha256, "parameters": 1662}
    assert sidecar["input"]["zero_point"] == -128
    assert sidecar["output"]["scale"] == 1 / 256


def test_convolutions_are_fused_with_the_pooling_behind_them(tmp_path: Path) -> None:
    sidecar = json.loads(generate(MODEL.path, tmp_path).sidecar.read_text())
    fused = {row["number"]: row["fused_into"] for row in sidecar["layers"] if row["fused_into"] is not None}
    assert fused == {1: 2, 3: 4}
    kernels = {row["number"]: row["kernel"] for row in sidecar["layers"]}
    assert kernels[2] == kernels[4] == kernels[5] == "conv2d_windows_s8"


def test_every_symbol_of_the_sidecar_is_in_source_and_header(tmp_path: Path) -> None:
    bundle = generate(MODEL.path, tmp_path)
    sidecar, source = json.loads(bundle.sidecar.read_text()), bundle.source.read_text()
    for symbol in filter(None, (row["symbol"] for row in sidecar["layers"])):
        assert f"__attribute__((noinline)) void {symbol}(void)" in source
        assert f"void {symbol}(void);" in bundle.header.read_text()
    assert f"int8_t {sidecar['arena']['symbol']}[" in source
    for weights in (w for row in sidecar["layers"] for w in row["weights"]):
        assert f"static const {weights['type']} {weights['symbol']}[{weights['elements']}]" in source


def test_constants_of_the_sidecar_add_up(tmp_path: Path) -> None:
    sidecar = json.loads(generate(MODEL.path, tmp_path).sidecar.read_text())
    assert sum(w["bytes"] for row in sidecar["layers"] for w in row["weights"]) == sidecar["constant_bytes"]


@pytest.mark.parametrize(
    ("stem", "prefix"), [("My-Net v2", "my_net_v2"), ("2nd", "model_2nd"), ("--", "model"), ("ok_1", "ok_1")]
)
def test_file_name_becomes_a_c_prefix(tmp_path: Path, stem: str, prefix: str) -> None:
    path = tiny.softmax(tmp_path / f"{stem}.tflite", count=3, source=Quantised(0.1, 0))
    bundle = generate(path, tmp_path / "out")
    assert bundle.name == prefix
    assert bundle.source.name == f"{prefix}.c"
    assert f"int8_t {prefix}_arena[" in bundle.source.read_text()


@pytest.mark.parametrize("name", ["", "Net", "9net", "a-b", "a b", "a;b"])
def test_name_that_is_no_c_prefix_is_told(tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError, match=f"bundle name '{re.escape(name)}' is no prefix for C names; use a to z"):
        generate(MODEL.path, tmp_path, name=name)


def test_comment_cannot_be_closed_by_a_file_name(tmp_path: Path) -> None:
    path = tiny.softmax(tmp_path / "a*evil.tflite", count=3, source=Quantised(0.1, 0))
    text = generate(path, tmp_path / "out").source.read_text()
    assert "model      a*evil.tflite\n" in text
    assert text.count("/*") == text.count("*/")


TARGETS = {
    "m0plus-zig": ["-target", "thumb-freestanding-eabi", "-mcpu=cortex_m0plus"],
    "m7-zig": ["-target", "thumb-freestanding-eabi", "-mcpu=cortex_m7"],
}
STRICT = ["-Wall", "-Wextra", "-Werror", "-Wconversion", "-Wsign-conversion", "-Wshadow", "-Wundef"]


@pytest.mark.parametrize("target", sorted(TARGETS))
@pytest.mark.long
@pytest.mark.parametrize("level", ["-O2", "-O0", "-Os"])
def test_bundle_and_kernels_compile_for_the_targets(tmp_path: Path, target: str, level: str) -> None:
    bundle = generate(MODEL.path, tmp_path)
    kernels = firmware_dir() / "kernels"
    for source in (*sorted(kernels.glob("*.c")), bundle.source):
        command = [sys.executable, "-m", "ziglang", "cc", *TARGETS[target], level, "-std=gnu11", "-ffreestanding"]
        command += [*STRICT, f"-I{kernels}", f"-I{tmp_path}", "-c", str(source), "-o", str(tmp_path / "out.o")]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr


def test_listing_of_a_graph_shows_operators_shapes_and_scales() -> None:
    text = describe(MODEL.path)
    lines = text.splitlines()
    assert lines[0] == f"an13438.tflite  sha256 {MODEL.sha256}  1662 parameters"
    assert lines[1].startswith("input   int8 1x28x28x1  scale 0.0039215689 zero -128")
    assert [line.split()[1] for line in lines if re.match(r" *\d+  [A-Z]", line)] == [
        "MAX_POOL_2D",
        "CONV_2D",
        "MAX_POOL_2D",
        "CONV_2D",
        "MAX_POOL_2D",
        "CONV_2D",
        "RESHAPE",
        "FULLY_CONNECTED",
        "FULLY_CONNECTED",
        "SOFTMAX",
    ]
    assert "       constants 28x36, 28" in lines
    assert "fusedActivationFunction=RELU" in text
    assert lines[-1].startswith("output  int8 1x10  scale 0.00390625 zero -128")


@pytest.mark.parametrize("function", [describe, read_graph, lambda path: generate(path, path.parent)])
def test_files_that_are_no_models_are_told(tmp_path: Path, function: object) -> None:
    path = tmp_path / "x.tflite"
    with pytest.raises(MissingFileError, match=r"model file '.*x\.tflite' not found"):
        function(path)  # type: ignore[operator]
    path.write_bytes(b"")
    with pytest.raises(FileFormatError, match=r"bytes 4 to 7 are b'' in a file of 0 bytes; expected a \.tflite model"):
        function(path)  # type: ignore[operator]
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(50))
    with pytest.raises(FileFormatError, match=r"in a file of 58 bytes; expected a \.tflite model"):
        function(path)  # type: ignore[operator]


@pytest.mark.parametrize("size", [8, 50, 500, 2000, 4000, 6000, 6150])
def test_truncated_model_is_told(tmp_path: Path, size: int) -> None:
    path = tmp_path / "cut.tflite"
    path.write_bytes(MODEL.path.read_bytes()[:size])
    with pytest.raises(FileFormatError, match=r"cut\.tflite: .*; expected"):
        generate(path, tmp_path / "out")


def test_missing_schema_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ai_edge_litert", None)
    with pytest.raises(
        MissingToolError, match="needs the schema that ai-edge-litert brings: pip install ai-edge-litert"
    ):
        read_graph(MODEL.path)


@pytest.mark.parametrize(
    "name",
    [n if n in ("tinylock", "mobilenet96") else pytest.param(n, marks=pytest.mark.long) for n in model_names()],
)
def test_models_that_come_along_get_their_own_rule(tmp_path: Path, name: str) -> None:
    """Also when they are quantised anew; another rule is taken where it is asked for."""
    info = load_model(name)
    for schema in ("asymmetric", "symmetric_with_power2_scale"):
        bundle = generate(info.path, tmp_path / schema, schema=schema)
        assert json.loads(bundle.sidecar.read_text())["input"]["preprocess"] == info.preprocess
    if info.preprocess != "resize96":
        other = "halve" if info.preprocess != "halve" else "binarise"
        sidecar = generate(info.path, tmp_path / "other", preprocess=other).sidecar
        assert json.loads(sidecar.read_text())["input"]["preprocess"] == other
