"""How pictures become inputs: the firmware's C, in every form and on both cores, against the host's rule."""

from __future__ import annotations

import ctypes

import numpy as np
import pytest
from kernel_host import FORMS, AnyKernels, Kernels
from kernel_target import CORES, TargetKernels

from digitrig.digits.preprocess import preprocess
from digitrig.reference.preprocess import Preprocessing, integer_multiplier, native_quantisation

FUNCTIONS = {"scale": "scale", "halve": "halve", "binarise": "binarise", "resize96": "resize"}
SHAPES = {"resize96": (1, 96, 96, 1)}
MARGIN = 16


class Parameters(ctypes.Structure):
    """struct preprocess"""

    _fields_ = [("multiplier", ctypes.c_uint32), *((n, ctypes.c_int16) for n in ["zero_point", "h", "w", "channels"])]


@pytest.fixture(scope="module", params=[*sorted(FORMS), *sorted(CORES)])
def kernels(request: pytest.FixtureRequest) -> AnyKernels:
    return TargetKernels(request.param) if request.param in CORES else Kernels(request.param)


def _images() -> list[np.ndarray]:
    """All grey levels, noise, few pixels, none, all."""
    random = np.random.default_rng(28)
    levels = np.arange(784) % 256
    few = np.where(random.random(784) < 0.03, random.integers(1, 256, 784), 0)
    images = [levels, random.integers(0, 256, 784), few, np.zeros(784), np.full(784, 255)]
    return [image.astype(np.uint8).reshape(28, 28) for image in images]


def _run(kernels: AnyKernels, how: Preprocessing, image: np.ndarray) -> np.ndarray:
    kernels.forget()
    multiplier = integer_multiplier(how.rule, how.scale, how.zero_point)
    sizes = how.shape[1:] if how.rule == "resize96" else (0, 0, 0)
    size = int(np.prod(how.shape))
    output = kernels.place(bytes(size + 2 * MARGIN))
    arguments = [kernels.place(bytes(Parameters(multiplier, how.zero_point, *sizes))), kernels.place(image.tobytes())]
    kernels.call(f"preprocess_{FUNCTIONS[how.rule]}", [*arguments, output + MARGIN])
    found = kernels.read(output, size + 2 * MARGIN)
    assert found[:MARGIN] == found[-MARGIN:] == bytes(MARGIN)
    return np.frombuffer(found[MARGIN:-MARGIN], np.int8).reshape(how.shape)


@pytest.mark.parametrize("rule", sorted(FUNCTIONS))
def test_firmware_makes_the_input_of_the_rule(kernels: AnyKernels, rule: str) -> None:
    how = Preprocessing(rule, SHAPES.get(rule, (1, 28, 28, 1)), *native_quantisation(rule))
    for image in _images():
        expected = preprocess(image[None], rule)
        assert (_run(kernels, how, image) == expected).all()
        assert (how.apply(image) == expected).all()


@pytest.mark.parametrize("rule", sorted(FUNCTIONS))
@pytest.mark.parametrize(
    ("scale", "zero_point"), [(1 / 127, 0), (1 / 128, 0), (1 / 256, -128), (0.011, 5), (1 / 600, 0)]
)
def test_other_quantisations_get_the_nearest_step(
    kernels: AnyKernels, rule: str, scale: float, zero_point: int
) -> None:
    shape = (1, 96, 96, 3) if rule == "resize96" else (1, 784)
    how = Preprocessing(rule, shape, float(np.float32(scale)), zero_point)
    for image in _images()[:3]:
        assert (_run(kernels, how, image) == how.apply(image)).all()


def test_nearest_steps_are_those_of_real_numbers() -> None:
    """Grey level 100 of 255 is 0.39216: 50.2 steps of 1/128, 12.8 of 0.0306; ink is 1.0."""
    how = Preprocessing("scale", (1, 784), 1 / 128, 0)
    image = np.zeros((28, 28), np.uint8)
    image[0, :3] = (100, 255, 1)
    assert how.apply(image)[0, :4].tolist() == [50, 127, 1, 0]
    assert Preprocessing("binarise", (1, 784), 1 / 64, -3).apply(image)[0, :4].tolist() == [61, 61, 61, -3]
