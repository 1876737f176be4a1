"""Every operator of the on-target interpreter against the LiteRT reference kernels, on random small models."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import tiny_models as tiny
import tiny_operators as more
from interpreter_host import FORMS, HostInterpreter
from tiny_models import Quantised

from digitrig.reference.runtime import open_interpreter

MODELS = 20  # random models of each operator; the long test takes ten times as many
ACTIVATIONS = ["NONE", "RELU", "RELU6", "RELU_N1_TO_1"]

Random = np.random.Generator


@pytest.fixture(scope="module", params=sorted(FORMS))
def interpreter(request: pytest.FixtureRequest) -> HostInterpreter:
    return HostInterpreter(request.param)


def _quantised(random: Random, low: float = -4, high: float = 0) -> Quantised:
    return Quantised(np.float32(10.0 ** random.uniform(low, high)), int(random.choice([-128, 0, 127, 5, -77])))


def _near(random: Random, scale: float) -> Quantised:
    """A quantisation that spreads results of this scale over int8, or now and then one far too fine or too coarse."""
    factor = random.choice([0.7, 1.0, 1.3, 2.0, 0.05, 100.0])
    return Quantised(np.float32(scale * factor), int(random.choice([-128, 0, 127, 5, -77])))


def _conv(random: Random, path: Path) -> Path:
    kernel = tuple(int(n) for n in random.integers(1, 5, 2))
    image = (int(random.integers(8, 14)), int(random.integers(8, 14)), int(random.integers(1, 9)))
    out, dilation = int(random.integers(1, 8)), int(random.choice([1, 1, 2]))
    weights = random.integers(-127, 128, (out, *kernel, image[2])).astype(np.int8)
    source = _quantised(random)
    scales = (10.0 ** random.uniform(-4, -1, out if random.random() < 0.7 else 1)).astype(np.float32)
    return tiny.conv2d(
        path,
        image=image,
        weights=weights,
        bias=random.integers(-(2**15), 2**15, out).astype(np.int32),
        source=source,
        kernel_scales=scales,
        target=_near(random, float(source.scale) * float(scales.max()) * 70 * weights[0].size ** 0.5),
        stride=tuple(int(n) for n in random.integers(1, 4, 2)) if dilation == 1 else (1, 1),
        pad=str(random.choice(["SAME", "VALID"])),
        act=str(random.choice(ACTIVATIONS)),
        dilation=dilation,
    )


def _depthwise(random: Random, path: Path) -> Path:
    kernel = tuple(int(n) for n in random.integers(1, 5, 2))
    image = (int(random.integers(5, 12)), int(random.integers(5, 12)), int(random.integers(1, 9)))
    out = image[2] * int(random.choice([1, 1, 2, 3]))
    weights = random.integers(-127, 128, (1, *kernel, out)).astype(np.int8)
    source = _quantised(random)
    scales = (10.0 ** random.uniform(-4, -1, out if random.random() < 0.7 else 1)).astype(np.float32)
    return tiny.depthwise(
        path,
        image=image,
        weights=weights,
        bias=random.integers(-(2**15), 2**15, out).astype(np.int32) if random.random() < 0.8 else None,
        source=source,
        kernel_scales=scales,
        target=_near(random, float(source.scale) * float(scales.max()) * 200),
        stride=tuple(int(n) for n in random.integers(1, 4, 2)),
        pad=str(random.choice(["SAME", "VALID"])),
        act=str(random.choice(ACTIVATIONS)),
    )


def _dense(random: Random, path: Path) -> Path:
    inputs, outputs = int(random.integers(1, 120)), int(random.integers(1, 40))
    weights = random.integers(-127, 128, (outputs, inputs)).astype(np.int8)
    source = _quantised(random)
    scales = (10.0 ** random.uniform(-4, -1, outputs if random.random() < 0.5 else 1)).astype(np.float32)
    return tiny.fully_connected(
        path,
        weights=weights,
        bias=random.integers(-(2**15), 2**15, outputs).astype(np.int32) if random.random() < 0.8 else None,
        source=source,
        kernel_scales=scales,
        target=_near(random, float(source.scale) * float(scales.max()) * 70 * inputs**0.5),
        act=str(random.choice(ACTIVATIONS)),
    )


def _pool(kind: str) -> Callable[[Random, Path], Path]:
    def pool(random: Random, path: Path) -> Path:
        window = tuple(int(n) for n in random.integers(1, 5, 2))
        image = (int(random.integers(4, 12)), int(random.integers(4, 12)), int(random.integers(1, 9)))
        return tiny.pool(
            path,
            kind=kind,
            image=image,
            window=window,
            stride=tuple(int(n) for n in random.integers(1, 4, 2)),
            pad=str(random.choice(["SAME", "VALID"])),
            act=str(random.choice(ACTIVATIONS)),
            quantised=_quantised(random, -3),
        )

    return pool


def _mean(random: Random, path: Path) -> Path:
    shape = (1, *(int(n) for n in random.integers(1, 9, 3)))
    axes = [[1, 2], [2, 1], [3], [-1], [1], [2, 3], [1, 2, 3]][int(random.integers(7))]
    source = _quantised(random)
    target = _near(random, float(source.scale))
    return tiny.mean(path, shape=shape, axes=axes, keep=bool(random.integers(2)), source=source, target=target)


def _add(random: Random, path: Path) -> Path:
    shape = (1, *(int(n) for n in random.integers(1, 7, 3)))
    shapes = [None, shape, (1,), (shape[3],), (1, 1, 1, shape[3]), (1, shape[1], 1, 1), (1, 1, shape[2], 1)]
    chosen = shapes[int(random.integers(len(shapes)))]
    source, second = _quantised(random), _quantised(random)
    scale = float(source.scale) if chosen is None else max(float(source.scale), float(second.scale))
    other = None if chosen is None else random.integers(-128, 128, chosen).astype(np.int8)
    target = _near(random, 2 * scale)
    act = str(random.choice(ACTIVATIONS))
    return more.add(path, shape=shape, other=other, source=source, second=second, target=target, act=act)


def _pad(random: Random, path: Path) -> Path:
    shape = tuple(int(n) for n in random.integers(1, 6, int(random.integers(1, 5))))
    amounts = [
        (int(a), int(b)) for a, b in random.integers(0, 3, (len(shape), 2)) * (random.random((len(shape), 1)) < 0.7)
    ]
    return more.pad(path, shape=shape, amounts=amounts, quantised=_quantised(random))


def _quantize(random: Random, path: Path) -> Path:
    source = _quantised(random)
    shape = tuple(int(n) for n in random.integers(1, 9, 3))
    return tiny.quantize(path, shape=shape, source=source, target=_near(random, float(source.scale)))


def _softmax(random: Random, path: Path) -> Path:
    scale = float(random.choice([1e-6, 1e-3, 0.02, 0.1, 0.16, 0.25, 1.0, 8.0, 40.0])) * random.uniform(0.6, 1.4)
    source = Quantised(np.float32(scale), int(random.integers(-128, 128)))
    return more.softmax_rows(path, rows=int(random.integers(1, 4)), count=int(random.integers(1, 40)), source=source)


def _chain(random: Random, path: Path) -> Path:
    return more.reshape_chain(path, shape=(1, 4, 3, 2), times=int(random.integers(1, 5)), quantised=_quantised(random))


MAKERS: dict[str, Callable[[Random, Path], Path]] = {
    "CONV_2D": _conv,
    "DEPTHWISE_CONV_2D": _depthwise,
    "FULLY_CONNECTED": _dense,
    "MAX_POOL_2D": _pool("MAX_POOL_2D"),
    "AVERAGE_POOL_2D": _pool("AVERAGE_POOL_2D"),
    "MEAN": _mean,
    "ADD": _add,
    "PAD": _pad,
    "QUANTIZE": _quantize,
    "SOFTMAX": _softmax,
    "RESHAPE": _chain,
}


def _inputs(random: Random, shape: tuple[int, ...]) -> list[np.ndarray]:
    """Random values, then the extremes: all least, all greatest, and both mixed."""
    values = [random.integers(-128, 128, shape).astype(np.int8) for _ in range(3)]
    values += [np.full(shape, -128, np.int8), np.full(shape, 127, np.int8)]
    values.append(np.where(random.random(shape) < 0.5, -128, 127).astype(np.int8))
    return values


def _check(interpreter: HostInterpreter, path: Path, operator: str, seed: int) -> None:
    random = np.random.default_rng([seed, *operator.encode()])
    MAKERS[operator](random, path)
    reference = open_interpreter(path)
    first, last = reference.get_input_details()[0], reference.get_output_details()[0]
    assert interpreter.open(path.read_bytes(), shift=seed % 4) == "", f"{operator}, seed {seed}"
    for values in _inputs(random, tuple(first["shape"])):
        reference.set_tensor(first["index"], values)
        reference.invoke()
        expected = reference.get_tensor(last["index"]).reshape(-1)
        found, _ = interpreter.run(values)
        wrong = np.flatnonzero(expected != found)
        assert not len(wrong), (
            f"{operator}, seed {seed}: {len(wrong)} of {expected.size} differ, first {wrong[0]}: "
            f"expected {expected[wrong[0]]}, found {found[wrong[0]]}"
        )


@pytest.mark.parametrize("operator", sorted(MAKERS))
def test_operator_equals_the_reference(interpreter: HostInterpreter, tmp_path: Path, operator: str) -> None:
    for seed in range(MODELS):
        _check(interpreter, tmp_path / "model.tflite", operator, seed)


@pytest.mark.long
@pytest.mark.parametrize("operator", sorted(MAKERS))
def test_operator_equals_the_reference_on_many_models(
    interpreter: HostInterpreter, tmp_path: Path, operator: str
) -> None:
    for seed in range(MODELS, 10 * MODELS):
        _check(interpreter, tmp_path / "model.tflite", operator, seed)
