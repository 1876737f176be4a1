"""Train `tinylock`, a digit classifier of less than 2,140 coefficients for images in which a pixel is ink or not.

    DIGITRIG_MNIST=... python models/train/train_tinylock.py --out build/train/tinylock

Writes what train_an13438.py writes, for publish.py. It answers to the touch lock that Neuton's network was made for.
"""

from __future__ import annotations

import common
import taught
import tensorflow as tf
from tensorflow import keras

RULE = "binarise"
MOST_PARAMETERS = 2140


def build() -> keras.Model:
    """Average pooling, which keeps how much of four pixels is ink, three convolutions and a dense layer.

    Max-pooling there would cost more than one digit in a hundred: any ink is already so broad that lines run together.
    """
    layers = keras.layers
    model = keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            layers.AveragePooling2D(2),
            layers.Conv2D(8, 3, padding="same", activation="relu"),
            layers.MaxPooling2D(2),
            layers.Conv2D(8, 3, padding="same", activation="relu"),
            layers.Conv2D(8, 3, padding="same", activation="relu"),
            layers.MaxPooling2D(2),
            layers.Flatten(),
            layers.Dense(10, activation="softmax"),
        ]
    )
    if model.count_params() > MOST_PARAMETERS:
        raise SystemExit(f"{model.count_params()} parameters, more than {MOST_PARAMETERS}")
    return model


def with_ink(grey: tf.Tensor) -> tf.Tensor:
    """The grey image, for the teacher, and where it has any ink; both are deformed alike."""
    return tf.concat([grey, tf.cast(grey > 0, tf.float32)], axis=-1)


def pooled(moved: tf.Tensor) -> tf.Tensor:
    """Ink pixels among each four, 0..4: what the network sees after its first pooling.

    Ink is thresholded again in the middle after deformation, so that lines keep their breadth.
    """
    ink = tf.cast(moved[..., 1:] > 0.5, tf.float32)
    return tf.cast(tf.round(4.0 * tf.nn.avg_pool2d(ink, 2, 2, "VALID")), tf.uint8)


def main() -> None:
    parser = common.parser(__doc__, epochs=80, rate=0.01, strength=0.3, seeds=[7, 8])
    taught.add_options(parser, copies=8)
    options = parser.parse_args()
    common.deterministic(options.teacher_seed, options.threads)
    run = common.Run(options, RULE)
    view = taught.View(RULE, pooled, with_ink, unit=4.0)
    taught.train_students(run, build, view, skip=1)


if __name__ == "__main__":
    main()
