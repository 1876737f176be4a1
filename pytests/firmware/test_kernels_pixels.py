"""Generated code with weights as operands, in every form and on both cores, against sums by hand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from kernel_host import FORMS, SIMD_FORMS, AnyKernels, Kernels
from kernel_target import CORES, TargetKernels

from digitrig.codegen.pixels import CHANNELS, COLUMNS, code

LAYERS, WINDOWS = 12, 6  # random weights, and windows for each
WIDTH = 2 * COLUMNS


def _weights(number: int) -> np.ndarray:
    """(4, 9): small and large ones, one sign only, zeros, nothing but zeros in a channel."""
    random = np.random.default_rng(900 + number)
    weights = random.integers(-127, 128, (CHANNELS, 9))
    if number % 4 == 1:
        weights = np.where(random.random(weights.shape) < 0.6, 0, weights)
    if number % 4 == 2:
        weights = np.abs(weights) * random.choice([-1, 1], (CHANNELS, 1))
    if number % 4 == 3:
        weights[1], weights[2] = 0, -128
    return weights.astype(np.int8)


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with a function `layer<n>` for every set of weights."""
    parts = ['#include "pixels_s8.h"']
    for number in range(LAYERS):
        prefix = f"layer{number}"
        parts.append(code(_weights(number), WIDTH).replace("{layer}", prefix))
        parts.append(f"void {prefix}(const uint32_t *x, int32_t *best);")
        parts.append(f"void {prefix}(const uint32_t *x, int32_t *best) {{ {prefix}_pixels[0](x, best); }}")
    path = tmp_path_factory.mktemp("pixels") / "pixels_test.c"
    path.write_text("\n".join(parts) + "\n")
    return path


@pytest.fixture(scope="module", params=[*sorted(FORMS), *sorted(CORES)])
def kernels(request: pytest.FixtureRequest, source: Path) -> AnyKernels:
    kind = TargetKernels if request.param in CORES else Kernels
    return kind(request.param, (source,))


def _rows(pixels: np.ndarray, simd: bool) -> bytes:
    """Four rows as pixels_s8.h describes them."""
    if simd:
        return pixels.astype(np.int16).tobytes()
    right = np.pad(pixels[:, 1:], ((0, 0), (0, 1))).astype(np.int64)
    return (pixels + (right << 16)).astype(np.uint32).tobytes()


def _greatest(pixels: np.ndarray, weights: np.ndarray) -> list[int]:
    """The greatest of the four sums, by channel."""
    patches = [pixels[y : y + 3, x : x + 3].reshape(-1) for y in range(2) for x in range(2)]
    return np.max(np.array(patches, np.int64) @ weights.astype(np.int64).T, axis=0).tolist()


@pytest.mark.parametrize("number", range(LAYERS))
def test_best_is_the_greatest_sum_under_the_window(kernels: AnyKernels, number: int) -> None:
    random = np.random.default_rng(number)
    windows = [random.integers(-128, 128, (4, WIDTH)) for _ in range(WINDOWS - 3)]
    windows += [np.full((4, WIDTH), -128), np.full((4, WIDTH), 127)]
    windows.append(np.where(random.random((4, WIDTH)) < 0.5, -128, 127))
    for pixels in windows:
        kernels.forget()
        x = kernels.place(_rows(pixels, kernels.form in SIMD_FORMS))
        best = kernels.place(bytes(4 * CHANNELS))
        kernels.call(f"layer{number}", [x, best])
        found = np.frombuffer(kernels.read(best, 4 * CHANNELS), np.int32).tolist()
        assert found == _greatest(pixels, _weights(number))
