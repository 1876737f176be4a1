"""Train `an13438`, the 1,662-parameter digit classifier of NXP's application note AN13438.

    DIGITRIG_MNIST=... python models/train/train_an13438.py --out build/train/an13438

Writes <out>/model.tflite and <out>/history.json; `python models/train/publish.py an13438 <out>` then measures the file
with the reference kernels and writes the card and the manifest. The same seeds give the same file on the same kind of
machine with the same TensorFlow (both are named in history.json): float sums depend on the processor's vector width.
"""

from __future__ import annotations

import common
import taught
import tensorflow as tf
from tensorflow import keras

RULE = "scale"


def build() -> keras.Model:
    """The network of AN13438: three times pool and convolve, then two dense layers; 1,662 parameters."""
    layers = keras.layers
    model = keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            layers.MaxPooling2D(2),
            layers.Conv2D(4, 3, padding="same", activation="relu"),
            layers.MaxPooling2D(2),
            layers.Conv2D(4, 3, padding="same", activation="relu"),
            layers.MaxPooling2D(2),
            layers.Conv2D(4, 3, padding="same", activation="relu"),
            layers.Flatten(),
            layers.Dense(28, activation="relu"),
            layers.Dense(10, activation="softmax"),
        ]
    )
    if model.count_params() != 1662:
        raise SystemExit(f"{model.count_params()} parameters, not 1662")
    return model


def pooled(picture: tf.Tensor) -> tf.Tensor:
    """What the network sees after its first pooling: an epoch is four times cheaper and nothing changes."""
    return tf.cast(tf.round(tf.nn.max_pool2d(picture, 2, 2, "VALID") * 255.0), tf.uint8)


def main() -> None:
    parser = common.parser(__doc__, epochs=200, rate=0.01, strength=0.2, seeds=[7, 8, 9])
    taught.add_options(parser, copies=8)
    options = parser.parse_args()
    common.deterministic(options.teacher_seed, options.threads)
    run = common.Run(options, RULE)
    view = taught.View(RULE, pooled)
    taught.train_students(run, build, view, skip=1)


if __name__ == "__main__":
    main()
