"""The operators of larger networks, in every form, against the LiteRT reference kernels, on random models."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tiny_models as tiny
from kernel_host import FORMS, AnyKernels, Kernels
from kernel_target import CORES, TargetKernels
from tiny_models import Quantised

from digitrig.codegen import convolutions
from digitrig.codegen.flatbuffer import read_graph
from digitrig.codegen.lowering import lower
from digitrig.reference.runtime import open_interpreter

MODELS = 30  # random models of each operator, the first few in every run
QUICK = 4
INPUTS = 5  # inputs for each
SEEDS = [*range(QUICK), *(pytest.param(seed, marks=pytest.mark.long) for seed in range(QUICK, MODELS))]
ACTIVATIONS = ["NONE", "RELU", "RELU6", "RELU_N1_TO_1"]


@pytest.fixture(scope="module", params=[*sorted(FORMS), *sorted(CORES)])
def kernels(request: pytest.FixtureRequest) -> AnyKernels:
    """Both forms on the host, and what the compiler makes for both cores in Unicorn."""
    return TargetKernels(request.param) if request.param in CORES else Kernels(request.param)


def _values(random: np.random.Generator, shape: tuple[int, ...], number: int) -> np.ndarray:
    """Random values, or the extremes: all least, all greatest, both mixed."""
    if number == 0:
        return np.full(shape, -128, np.int8)
    if number == 1:
        return np.full(shape, 127, np.int8)
    if number == 2:
        return np.where(random.random(shape) < 0.5, -128, 127).astype(np.int8)
    return random.integers(-128, 128, shape).astype(np.int8)


def _check(kernels: AnyKernels, path: Path, random: np.random.Generator, what: str, kernel: str) -> None:
    graph = read_graph(path)
    (step,) = lower(graph)
    assert step.kernel == kernel
    interpreter = open_interpreter(path)
    for number in range(INPUTS):
        values = [_values(random, tensor.shape, number) for tensor in graph.inputs]
        for tensor, value in zip(graph.inputs, values, strict=True):
            interpreter.set_tensor(tensor.index, value)
        interpreter.invoke()
        expected = interpreter.get_tensor(graph.outputs[0].index)
        found = kernels.run(step, *values)
        wrong = np.argwhere(expected != found)
        assert not len(wrong), f"{what}: {len(wrong)} differ, first {wrong[0]}: expected {expected[tuple(wrong[0])]}"


def _quantised(random: np.random.Generator, low: float = -4, high: float = 0) -> Quantised:
    zero_point = int(random.choice([-128, 0, 127, random.integers(-128, 128)]))
    return Quantised(np.float32(10.0 ** random.uniform(low, high)), zero_point)


def _image(random: np.random.Generator, kernel: tuple[int, int], channels: int) -> tuple[int, int, int]:
    return int(random.integers(kernel[0], 12)), int(random.integers(kernel[1], 12)), channels


def _window(random: np.random.Generator, largest: int) -> tuple[int, int]:
    return int(random.integers(1, largest)), int(random.integers(1, largest))


def _how(random: np.random.Generator) -> dict[str, Any]:
    return {
        "stride": _window(random, 4),
        "pad": str(random.choice(["SAME", "VALID"])),
        "act": str(random.choice(ACTIVATIONS)),
    }


def _target(random: np.random.Generator, source: Quantised, scales: Any, taps: int) -> Quantised:
    """A scale that spreads typical outputs over int8, or now and then one far too fine or too coarse."""
    typical = float(source.scale) * float(np.max(scales)) * 128 * 74 * np.sqrt(taps) / 100
    zero_point = int(random.choice([-128, 0, 127, random.integers(-128, 128)]))
    return Quantised(np.float32(typical * random.choice([1.0, 0.7, 2.0, 0.02, 300.0])), zero_point)


@pytest.mark.parametrize("seed", SEEDS)
def test_depthwise_convolution_equals_the_reference(kernels: AnyKernels, tmp_path: Path, seed: int) -> None:
    """One output channel for each input channel, or several; one scale or one for each; with or without bias."""
    random = np.random.default_rng(11_000 + seed)
    kernel, depth, multiplier = _window(random, 6), int(random.integers(1, 14)), int(random.choice([1, 1, 2, 3]))
    image, channels = _image(random, kernel, depth), depth * multiplier
    weights = random.integers(-127, 128, (1, *kernel, channels)).astype(np.int8)
    source = _quantised(random)
    scales = (10.0 ** random.uniform(-4, -1, channels if seed % 3 else 1)).astype(np.float32)
    bias = None if seed % 5 == 0 else random.integers(-(2**14), 2**14, channels).astype(np.int32)
    choice = _how(random)
    path = tiny.depthwise(
        tmp_path / "d.tflite",
        image=image,
        weights=weights,
        bias=bias,
        source=source,
        kernel_scales=scales,
        target=_target(random, source, scales, kernel[0] * kernel[1]),
        **choice,
    )
    _check(kernels, path, random, f"{image} by {weights.shape} {choice}", "depthwise_conv2d_s8")


@pytest.mark.parametrize("seed", SEEDS)
def test_convolution_by_patches_equals_the_reference(
    kernels: AnyKernels, tmp_path: Path, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the generator takes where a padded copy of the input would be large; here it is told that all are."""
    monkeypatch.setattr(convolutions, "LARGE_SCRATCH", 0)
    random = np.random.default_rng(12_000 + seed)
    kernel, depth, channels = _window(random, 4), int(random.integers(1, 10)), int(random.integers(1, 8))
    if seed % 3 == 0:
        kernel = (1, 1)
    image = _image(random, kernel, depth)
    weights = random.integers(-127, 128, (channels, *kernel, depth)).astype(np.int8)
    source = _quantised(random)
    scales = (10.0 ** random.uniform(-4, -1, channels if seed % 4 else 1)).astype(np.float32)
    choice = _how(random)
    path = tiny.conv2d(
        tmp_path / "c.tflite",
        image=image,
        weights=weights,
        bias=random.integers(-(2**14), 2**14, channels).astype(np.int32),
        source=source,
        kernel_scales=scales,
        target=_target(random, source, scales, weights[0].size),
        **choice,
    )
    _check(kernels, path, random, f"{image} by {weights.shape} {choice}", "conv2d_rows_s8")


@pytest.mark.parametrize("seed", SEEDS)
def test_powers_of_two_need_only_shifts(kernels: AnyKernels, tmp_path: Path, seed: int) -> None:
    """Convolution, depthwise convolution and dense layer whose scales are all powers of two: no multiplier is left."""
    random = np.random.default_rng(13_000 + seed)
    kind, channels = seed % 4, int(random.integers(1, 9))
    source = Quantised(np.float32(2.0 ** -int(random.integers(0, 9))), int(random.choice([0, 0, -128, 5])))
    scales = (2.0 ** -random.integers(3, 12, channels if seed % 2 else 1)).astype(np.float32)
    exponent = int(random.integers(-4, 13)) + round(np.log2(float(source.scale) * float(scales.max())))
    common: dict[str, Any] = {
        "source": source,
        "kernel_scales": scales,
        "target": Quantised(np.float32(2.0**exponent), int(random.choice([0, 0, -128, -5]))),
        "act": str(random.choice(ACTIVATIONS)),
        "bias": random.integers(-(2**12), 2**12, channels).astype(np.int32),
    }
    path = tmp_path / "p.tflite"
    if kind == 0:
        tiny.fully_connected(path, weights=random.integers(-127, 128, (channels, 37)).astype(np.int8), **common)
    elif kind == 1:
        tiny.depthwise(
            path,
            image=(5, 6, channels),
            weights=random.integers(-127, 128, (1, 3, 3, channels)).astype(np.int8),
            **common,
        )
    else:
        depth = 3 if kind == 2 else 5
        tiny.conv2d(
            path,
            image=(6, 5, depth),
            weights=random.integers(-50, 51, (channels, 2, 3, depth)).astype(np.int8),
            **common,
        )
    (step,) = lower(read_graph(path))
    assert "multiplier" not in {constant.suffix for constant in step.constants}
    assert ".multiplier = 0," in str(step.fields["out"])
    _check(kernels, path, random, f"{step.kernel} {common}", step.kernel)


@pytest.mark.parametrize("seed", SEEDS)
def test_average_pool_equals_the_reference(kernels: AnyKernels, tmp_path: Path, seed: int) -> None:
    random = np.random.default_rng(14_000 + seed)
    window = _window(random, 6)
    image, choice = _image(random, window, int(random.integers(1, 9))), _how(random)
    path = tiny.pool(
        tmp_path / "a.tflite",
        image=image,
        window=window,
        quantised=_quantised(random),
        kind="AVERAGE_POOL_2D",
        **choice,
    )
    _check(kernels, path, random, f"{image} window {window} {choice}", "average_pool_s8")


@pytest.mark.parametrize("seed", SEEDS)
def test_mean_equals_the_reference(kernels: AnyKernels, tmp_path: Path, seed: int) -> None:
    """Over height and width, over one of them, over channels; the same quantisation or another."""
    random = np.random.default_rng(15_000 + seed)
    shape = (1, int(random.integers(1, 14)), int(random.integers(1, 14)), int(random.integers(1, 20)))
    axes = [[1, 2], [2, 1], [1], [2], [3], [-1], [2, 3], [1, 2, 3]][seed % 8]
    source = _quantised(random, -3, 0)
    target = source
    if seed % 3:
        target = Quantised(
            np.float32(float(source.scale) * random.choice([0.2, 0.5, 0.97, 1.7])), int(random.integers(-128, 128))
        )
    path = tiny.mean(tmp_path / "m.tflite", shape=shape, axes=axes, keep=bool(seed % 2), source=source, target=target)
    _check(kernels, path, random, f"{shape} axes {axes} {source} {target}", "mean_s8")


@pytest.mark.parametrize("seed", SEEDS)
def test_addition_equals_the_reference(kernels: AnyKernels, tmp_path: Path, seed: int) -> None:
    """Two tensors, or one and a constant, which may have a single element."""
    random = np.random.default_rng(16_000 + seed)
    shape = (1, int(random.integers(1, 6)), int(random.integers(1, 6)), int(random.integers(1, 9)))
    sources = (_quantised(random, -2, 0), _quantised(random, -2, 0))
    greatest = max(float(source.scale) for source in sources)
    target = Quantised(np.float32(greatest * random.choice([0.3, 1.0, 2.0, 5.0])), int(random.integers(-128, 128)))
    constant = {1: shape, 2: (1,)}.get(seed % 3)
    path = tiny.add(
        tmp_path / "a.tflite",
        shape=shape,
        sources=sources,
        target=target,
        act=str(random.choice(ACTIVATIONS)),
        constant=None if constant is None else random.integers(-128, 128, constant).astype(np.int8),
    )
    _check(kernels, path, random, f"{shape} {sources} {target}", "add_s8")


@pytest.mark.parametrize("seed", SEEDS)
def test_padding_equals_the_reference(kernels: AnyKernels, tmp_path: Path, seed: int) -> None:
    random = np.random.default_rng(17_000 + seed)
    image = (int(random.integers(1, 9)), int(random.integers(1, 9)), int(random.integers(1, 9)))
    border = tuple(int(n) for n in random.integers(0, 5, 4))
    path = tiny.pad(tmp_path / "p.tflite", image=image, border=border, quantised=_quantised(random))
    _check(kernels, path, random, f"{image} {border}", "pad_s8")


@pytest.mark.parametrize("seed", SEEDS)
def test_quantize_equals_the_reference(kernels: AnyKernels, tmp_path: Path, seed: int) -> None:
    random = np.random.default_rng(18_000 + seed)
    source = _quantised(random, -3, 0)
    ratio = [1.0, 0.5, 2.0, 1.3, 0.01, 1e-6, 1000.0, 3e10][seed % 8]
    target = Quantised(np.float32(float(source.scale) * ratio), int(random.integers(-128, 128)))
    path = tiny.quantize(tmp_path / "q.tflite", shape=(1, 300), source=source, target=target)
    _check(kernels, path, random, f"{source} {target}", "rescale_s8")
