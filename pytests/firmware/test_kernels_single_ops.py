"""Every kernel, in every form, against the LiteRT reference kernels on random models of one operator."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tiny_models as tiny
from kernel_host import FORMS, AnyKernels, Kernels
from kernel_target import CORES, TargetKernels
from tiny_models import Quantised

from digitrig.codegen.flatbuffer import read_graph
from digitrig.codegen.lowering import lower
from digitrig.reference.runtime import open_interpreter

QUICK, MODELS = 12, 40  # random models of each operator, the first few in every run
SEEDS = [seed if seed < QUICK else pytest.param(seed, marks=pytest.mark.long) for seed in range(MODELS)]
INPUTS = 6  # inputs for each


@pytest.fixture(scope="module", params=[*sorted(FORMS), *sorted(CORES)])
def kernels(request: pytest.FixtureRequest) -> AnyKernels:
    """Both forms on the host, and what the compiler makes for both cores in Unicorn."""
    return TargetKernels(request.param) if request.param in CORES else Kernels(request.param)


def _inputs(random: np.random.Generator, shape: tuple[int, ...]) -> list[np.ndarray]:
    """Random values, then the extremes: all least, all greatest, and both mixed."""
    values = [random.integers(-128, 128, shape).astype(np.int8) for _ in range(INPUTS - 3)]
    values += [np.full(shape, -128, np.int8), np.full(shape, 127, np.int8)]
    values.append(np.where(random.random(shape) < 0.5, -128, 127).astype(np.int8))
    return values


def _check(kernels: AnyKernels, path: Path, random: np.random.Generator, what: str) -> None:
    graph = read_graph(path)
    (step,) = lower(graph)
    interpreter = open_interpreter(path)
    for values in _inputs(random, step.source.shape):
        interpreter.set_tensor(graph.inputs[0].index, values)
        interpreter.invoke()
        expected = interpreter.get_tensor(graph.outputs[0].index)
        found = kernels.run(step, values)
        wrong = np.argwhere(expected != found)
        assert not len(wrong), f"{what}: {len(wrong)} differ, first {wrong[0]}: expected {expected[tuple(wrong[0])]}"


def _output_scale(
    random: np.random.Generator,
    source: Quantised,
    scales: Any,
    taps: int,
    factors: tuple[float, ...] = (1.0, 0.7, 2.0, 0.02, 300.0),
) -> np.float32:
    """A scale that spreads typical outputs over int8, or now and then one far too fine or too coarse."""
    typical = float(source.scale) * float(np.max(scales)) * 128 * 74 * np.sqrt(taps) / 100
    return np.float32(typical * random.choice(factors))


ACTIVATIONS = ["NONE", "RELU", "RELU6", "RELU_N1_TO_1"]


@pytest.mark.parametrize("seed", SEEDS)
def test_convolution_equals_the_reference(kernels: AnyKernels, tmp_path: Path, seed: int) -> None:
    random = np.random.default_rng(1000 + seed)
    kernel = tuple(int(n) for n in random.integers(1, 6, 2))
    image = (int(random.integers(kernel[0], 13)), int(random.integers(kernel[1], 13)), int(random.integers(1, 9)))
    out = int(random.integers(1, 8))
    weights = random.integers(-127, 128, (out, *kernel, image[2])).astype(np.int8)
    source = Quantised(np.float32(10.0 ** random.uniform(-4, 0)), int(random.integers(-128, 128)))
    scales = (10.0 ** random.uniform(-4, -1, out)).astype(np.float32)
    target = Quantised(
        _output_scale(random, source, scales, weights[0].size),
        int(random.choice([-128, 0, 127, random.integers(-128, 128)])),
    )
    bias = random.integers(-(2**15), 2**15, out).astype(np.int32)
    choice = {
        "stride": tuple(int(n) for n in random.integers(1, 4, 2)),
        "pad": str(random.choice(["SAME", "VALID"])),
        "act": str(random.choice(ACTIVATIONS)),
    }
    path = tiny.conv2d(
        tmp_path / "conv.tflite",
        image=image,
        weights=weights,
        bias=bias,
        source=source,
        kernel_scales=scales,
        target=target,
        **choice,
    )
    _check(kernels, path, random, f"{image} by {weights.shape} {choice}")


@pytest.mark.parametrize("seed", SEEDS)
def test_convolution_by_windows_equals_the_reference(kernels: AnyKernels, tmp_path: Path, seed: int) -> None:
    """Shapes, weights and scales with which two channels fit into one product and the scaling into short ones."""
    random = np.random.default_rng(7000 + seed)
    depth = 4 * int(random.integers(1, 4))
    kernel = (int(random.integers(1, 5)), 3 if depth != 12 else int(random.integers(1, 5)))
    image = (int(random.integers(kernel[0], 11)), int(random.integers(kernel[1], 11)), depth)
    out = 4 * int(random.integers(1, 3))
    weights = random.integers(-85, 86, (out, *kernel, depth)).astype(np.int8)
    source = Quantised(np.float32(10.0 ** random.uniform(-4, 0)), int(random.integers(-128, 128)))
    scales = (10.0 ** random.uniform(-3, -2.5, out)).astype(np.float32)
    choice = {
        "pad": str(random.choice(["SAME", "VALID"])),
        "act": "RELU" if seed % 2 else "NONE",
    }
    zero_point, bias = (
        int(random.choice([-128, 0, 60])) if seed % 2 else -128,
        random.integers(-(2**15), 2**15, out).astype(np.int32),
    )
    for factor in (0.4, 0.2, 0.1, 0.05):  # not every scale can be proven
        path = tiny.conv2d(
            tmp_path / "conv.tflite",
            image=image,
            weights=weights,
            bias=bias,
            source=source,
            kernel_scales=scales,
            target=Quantised(_output_scale(random, source, scales, weights[0].size, (factor,)), zero_point),
            stride=(1, 1),
            **choice,
        )
        (step,) = lower(read_graph(path))
        if step.kernel == "conv2d_windows_s8":
            break
    assert step.kernel == "conv2d_windows_s8"
    _check(kernels, path, random, f"{image} by {weights.shape} {choice}")


@pytest.mark.parametrize("seed", SEEDS)
def test_dense_layer_equals_the_reference(kernels: AnyKernels, tmp_path: Path, seed: int) -> None:
    random = np.random.default_rng(2000 + seed)
    inputs, outputs = int(random.integers(1, 120)), int(random.integers(1, 40))
    weights = random.integers(-127, 128, (outputs, inputs)).astype(np.int8)
    source = Quantised(np.float32(10.0 ** random.uniform(-4, 0)), int(random.integers(-128, 128)))
    scales = (10.0 ** random.uniform(-4, -1, outputs if seed % 2 else 1)).astype(np.float32)
    target = Quantised(_output_scale(random, source, scales, inputs), int(random.choice([-128, 0, 127])))
    bias = None if seed % 5 == 0 else random.integers(-(2**15), 2**15, outputs).astype(np.int32)
    act = str(random.choice(ACTIVATIONS))
    path = tiny.fully_connected(
        tmp_path / "dense.tflite",
        weights=weights,
        bias=bias,
        source=source,
        kernel_scales=scales,
        target=target,
        act=act,
    )
    _check(kernels, path, random, f"{weights.shape} {act}")


@pytest.mark.parametrize("seed", SEEDS)
def test_max_pool_equals_the_reference(kernels: AnyKernels, tmp_path: Path, seed: int) -> None:
    random = np.random.default_rng(3000 + seed)
    window = (2, 2) if seed % 3 == 0 else tuple(int(n) for n in random.integers(1, 5, 2))
    image = (int(random.integers(window[0], 15)), int(random.integers(window[1], 15)), int(random.integers(1, 11)))
    choice = {
        "stride": tuple(int(n) for n in random.integers(1, 4, 2)),
        "pad": str(random.choice(["SAME", "VALID"])),
        "act": "NONE" if seed % 2 else str(random.choice(ACTIVATIONS)),
    }
    quantised = Quantised(np.float32(10.0 ** random.uniform(-3, 0)), int(random.integers(-128, 128)))
    path = tiny.pool(tmp_path / "pool.tflite", image=image, window=window, quantised=quantised, **choice)
    _check(kernels, path, random, f"{image} window {window} {choice}")


@pytest.mark.parametrize("seed", SEEDS)
def test_softmax_equals_the_reference(kernels: AnyKernels, tmp_path: Path, seed: int) -> None:
    random = np.random.default_rng(4000 + seed)
    count = int(random.integers(1, 40))
    scale = [1e-6, 1e-3, 0.02, 0.1, 0.16, 0.25, 1.0, 8.0, 40.0][seed % 9] * random.uniform(0.6, 1.4)
    source = Quantised(np.float32(scale), int(random.integers(-128, 128)))
    beta = float(random.choice([1.0, 1.0, 0.5, 3.0]))
    path = tiny.softmax(tmp_path / "softmax.tflite", count=count, source=source, beta=beta)
    _check(kernels, path, random, f"{count} values, scale {scale}, beta {beta}")


def test_convolution_scales_with_extreme_multipliers(kernels: AnyKernels, tmp_path: Path) -> None:
    """Real multipliers just below, at and above powers of two, and so small that everything becomes the zero point."""
    random = np.random.default_rng(5000)
    for real in (0.5, np.nextafter(np.float32(0.5), np.float32(0)), 1.0, 1.5, 4.0, 2.0**-9, 2.0**-24, 2.0**-34):
        source, target = Quantised(np.float32(1.0), 3), Quantised(np.float32(1.0), -5)
        weights = random.integers(-127, 128, (3, 1, 1, 2)).astype(np.int8)
        path = tiny.conv2d(
            tmp_path / "conv.tflite",
            image=(4, 4, 2),
            weights=weights,
            bias=random.integers(-300, 300, 3).astype(np.int32),
            source=source,
            kernel_scales=np.full(3, real, np.float32),
            target=target,
        )
        _check(kernels, path, random, f"multiplier {real}")


def test_dense_layer_rounds_exact_halves_away_from_zero(kernels: AnyKernels, tmp_path: Path) -> None:
    """Scale 1/2 puts every odd sum on a half, where the reference's floating point rounds away from zero."""
    path = tiny.fully_connected(
        tmp_path / "dense.tflite",
        weights=np.eye(3, dtype=np.int8),
        bias=np.zeros(3, np.int32),
        source=Quantised(np.float32(1.0), 0),
        kernel_scales=np.ones(1, np.float32),
        target=Quantised(np.float32(2.0), 0),
    )
    (step,) = lower(read_graph(path))
    found = kernels.run(step, np.array([[5, -5, 1]], np.int8))
    assert found.tolist() == [[3, -3, 1]]


def test_accumulators_wrap_as_in_the_reference(kernels: AnyKernels, tmp_path: Path) -> None:
    """A bias near the limits of int32: folding the zero point into it must not change the sum."""
    random = np.random.default_rng(6000)
    path = tiny.conv2d(
        tmp_path / "conv.tflite",
        image=(3, 3, 4),
        weights=random.integers(-127, 128, (4, 3, 3, 4)).astype(np.int8),
        bias=np.array([2**31 - 900_000, -(2**31) + 900_000, 2**30, -(2**30)], np.int32),
        source=Quantised(np.float32(0.5), 127),
        kernel_scales=np.full(4, 1e-6, np.float32),
        target=Quantised(np.float32(12.0), 0),
    )
    _check(kernels, path, random, "bias near the limits")
