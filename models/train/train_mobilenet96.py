"""Train `mobilenet96`, a small depthwise-separable classifier of 96x96 pictures, on digits scaled up.

    DIGITRIG_MNIST=... python models/train/train_mobilenet96.py --out build/train/mobilenet96

Writes what train_an13438.py writes, for publish.py. Digits are deformed as 28x28 and then scaled up by the rule
`resize96`, as the firmware does it.
"""

from __future__ import annotations

import common
import plain
import tensorflow as tf
from tensorflow import keras

from digitrig.digits.preprocess import RESIZED

RULE = "resize96"
STEM = 8  # channels of the first convolution
STAGES = (16, 32, 64)  # channels of the stages, each half as wide and high as the one before


def normalised(x: tf.Tensor, convolution: keras.layers.Layer) -> tf.Tensor:
    """A convolution with batch normalisation, which the converter folds into its weights."""
    return keras.layers.BatchNormalization(momentum=0.97)(convolution(x))


def separable(x: tf.Tensor, channels: int, stride: int) -> tf.Tensor:
    """Depthwise 3x3 and pointwise 1x1, with a way around them where the shape stays the same."""
    layers = keras.layers
    depthwise = layers.DepthwiseConv2D(3, strides=stride, padding="same", use_bias=False)
    y = layers.ReLU()(normalised(x, depthwise))
    y = normalised(y, layers.Conv2D(channels, 1, use_bias=False))
    if stride == 1:
        return layers.ReLU()(layers.Add()([x, y]))
    return layers.ReLU()(y)


def build() -> keras.Model:
    """A stem with stride 2, three stages of two separable blocks, average pooling and a dense layer; gives logits."""
    layers = keras.layers
    image = keras.Input((RESIZED, RESIZED, 1))
    stem = layers.Conv2D(STEM, 3, strides=2, padding="same", use_bias=False)
    x = layers.ReLU()(normalised(image, stem))
    for channels in STAGES:
        x = separable(x, channels, 2)
        x = separable(x, channels, 1)
    x = layers.AveragePooling2D(x.shape[1])(x)
    return keras.Model(image, layers.Dense(10)(layers.Flatten()(x)))


def scaled_up(picture: tf.Tensor) -> tf.Tensor:
    """Deformed digits (N, 28, 28, 1) as the rule makes them: grey levels of a byte, nearest pixel."""
    source = tf.range(RESIZED) * 28 // RESIZED
    levels = tf.round(picture * 255.0) / 255.0
    return tf.gather(tf.gather(levels, source, axis=1), source, axis=2)


def main() -> None:
    parser = common.parser(__doc__, epochs=12, rate=0.004, strength=0.5, seeds=[5])
    options = parser.parse_args()
    common.deterministic(options.seeds[0], options.threads)
    run = common.Run(options, RULE)
    plan = plain.Plan(options.epochs, options.batch, options.rate, options.strength, RULE, keep=0.998, view=scaled_up)
    plain.train_and_offer(run, build, plan)


if __name__ == "__main__":
    main()
