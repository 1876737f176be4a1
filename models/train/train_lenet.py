"""Train `lenet`, the LeNet-5 of AN13438's comparison, in the sizes that Caffe's MNIST example gave it.

    DIGITRIG_MNIST=... python models/train/train_lenet.py --out build/train/lenet

Writes what train_an13438.py writes, for publish.py.
"""

from __future__ import annotations

import common
import plain
from tensorflow import keras

RULE = "scale"
PARAMETERS = 431_080


def build() -> keras.Model:
    """Two convolutions of 5x5 without borders, each with a pooling, and two dense layers; gives logits."""
    layers = keras.layers
    model = keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            layers.Conv2D(20, 5, activation="relu"),
            layers.MaxPooling2D(2),
            layers.Conv2D(50, 5, activation="relu"),
            layers.MaxPooling2D(2),
            layers.Flatten(),
            layers.Dropout(0.3),
            layers.Dense(500, activation="relu"),
            layers.Dropout(0.5),
            layers.Dense(10),
        ]
    )
    if model.count_params() != PARAMETERS:
        raise SystemExit(f"{model.count_params()} parameters, not {PARAMETERS}")
    return model


def main() -> None:
    parser = common.parser(__doc__, epochs=20, rate=0.001, strength=0.6, seeds=[5])
    options = parser.parse_args()
    common.deterministic(options.seeds[0], options.threads)
    run = common.Run(options, RULE)
    plan = plain.Plan(options.epochs, options.batch, options.rate, options.strength, RULE, keep=0.998)
    plain.train_and_offer(run, build, plan)


if __name__ == "__main__":
    main()
