"""Layers whose tensors all have scales that are powers of two and zero point 0, for training with that in mind.

A tensor with exponent e holds integers times 2^e. With every scale of this form a board needs no multiplication to
rescale: an accumulator of exponent i + w becomes an output of exponent o by a shift of o - i - w places.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import tensorflow as tf
from tensorflow import keras

INPUT = -7  # exponent of the network's input: a grey level of 0..127 is 0..127/128
WEIGHT_LIMIT = 127
CANDIDATES = range(-12, 4)


@dataclass(frozen=True)
class Exponents:
    """Of one layer: of what comes in, of its weights and of what goes out."""

    source: int
    weights: int
    target: int


def snapped(x: tf.Tensor, exponent: int, low: float, high: float) -> tf.Tensor:
    """x as it is with integers of low..high times 2^exponent; the gradient is that of the clipping alone."""
    steps = tf.clip_by_value(x / 2.0**exponent, low, high)
    return (steps + tf.stop_gradient(tf.floor(steps + 0.5) - steps)) * 2.0**exponent


def best_exponent(values: np.ndarray, low: int, high: int) -> int:
    """The exponent with which integers of low..high come nearest to the values, by mean square."""

    def loss(exponent: int) -> float:
        grid = np.clip(np.floor(values / 2.0**exponent + 0.5), low, high) * 2.0**exponent
        return float(np.mean((grid - values) ** 2))

    return min(CANDIDATES, key=loss)


class Shifting:
    """What both kinds of layer share.  exponents: None while the layer still computes in floating point."""

    exponents: Exponents | None = None
    relu = True

    @property
    def output_limits(self) -> tuple[int, int]:
        return (0 if self.relu else -128), 127

    def parameters(self, kernel: tf.Tensor, bias: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        """Kernel and bias as they will be in the file."""
        if self.exponents is None:
            return kernel, bias
        product = self.exponents.source + self.exponents.weights
        return (
            snapped(kernel, self.exponents.weights, -WEIGHT_LIMIT, WEIGHT_LIMIT),
            snapped(bias, product, -(2.0**23), 2.0**23),
        )

    def activated(self, y: tf.Tensor) -> tf.Tensor:
        y = tf.nn.relu(y) if self.relu else y
        return y if self.exponents is None else snapped(y, self.exponents.target, *self.output_limits)


class Convolution(Shifting, keras.layers.Conv2D):
    """A convolution with ReLU."""

    def call(self, x: tf.Tensor) -> tf.Tensor:
        kernel, bias = self.parameters(self.kernel, self.bias)
        return self.activated(tf.nn.conv2d(x, kernel, self.strides, self.padding.upper()) + bias)


class Dense(Shifting, keras.layers.Dense):
    """The last dense layer, without activation."""

    relu = False

    def call(self, x: tf.Tensor) -> tf.Tensor:
        kernel, bias = self.parameters(self.kernel, self.bias)
        return self.activated(tf.matmul(x, kernel) + bias)


def shifting_layers(network: keras.Model) -> list[keras.layers.Layer]:
    """The layers with weights, in order."""
    return [layer for layer in network.layers if isinstance(layer, Shifting)]


def calibrated(network: keras.Model, examples: np.ndarray) -> list[Exponents]:
    """Exponents for a network that was trained in floating point, from its weights and from its values for examples."""
    found: list[Exponents] = []
    values, source = examples, INPUT
    for layer in network.layers:
        values = np.asarray(layer(values))
        if isinstance(layer, Shifting):
            weights = best_exponent(np.asarray(layer.kernel), -WEIGHT_LIMIT, WEIGHT_LIMIT)
            found.append(Exponents(source, weights, best_exponent(values, *layer.output_limits)))
            source = found[-1].target
    return found


def set_exponents(network: keras.Model, exponents: Sequence[Exponents]) -> None:
    """From now on compute as the finished file will."""
    for layer, chosen in zip(shifting_layers(network), exponents, strict=True):
        layer.exponents = chosen


def integers(layer: keras.layers.Layer) -> tuple[np.ndarray, np.ndarray]:
    """Weights int8, in the layer's order, and bias int32 of a layer with exponents."""
    chosen = layer.exponents
    kernel, bias = (np.asarray(t, np.float64) for t in layer.parameters(layer.kernel, layer.bias))
    weights = kernel / 2.0**chosen.weights
    biases = bias / 2.0 ** (chosen.source + chosen.weights)
    return np.rint(weights).astype(np.int8), np.rint(biases).astype(np.int32)
