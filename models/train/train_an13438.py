"""Train `an13438`, the 1,662-parameter digit classifier of NXP's application note AN13438.

    DIGITRIG_MNIST=... python models/train/train_an13438.py --out build/train/an13438

Writes <out>/model.tflite and <out>/history.json; `python models/train/publish.py an13438 <out>` then measures the file
with the reference kernels and writes the card and the manifest. The same seed gives the same file on the same kind of machine with the
same TensorFlow (both are named in history.json): float sums depend on the vector width of the processor.
"""

from __future__ import annotations

import argparse
import json
import platform
from pathlib import Path

import common
import numpy as np
import tensorflow as tf
from tensorflow import keras


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


def fit(seed: int, options: argparse.Namespace) -> tuple[keras.Model, dict[str, list[float]]]:
    """One run on augmented images whose strength falls over the run; returns the averaged network and its curves."""
    keras.utils.set_random_seed(seed)
    images, labels = (tf.constant(array) for array in common.mnist("train"))
    check_images, check_labels = common.mnist("validation")
    count, batch = int(labels.shape[0]), options.batch
    steps = count // batch
    rates = tf.constant(common.cosine(options.rate, steps * options.epochs, 200), tf.float32)
    network, average = build(), build()
    optimiser = keras.optimizers.Adam(options.rate)
    optimiser.build(network.trainable_variables)
    loss_of = keras.losses.SparseCategoricalCrossentropy()

    @tf.function
    def epoch(number: tf.Tensor, strength: tf.Tensor, keep: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        order = tf.random.shuffle(tf.range(count))
        loss_sum, right = tf.constant(0.0), tf.constant(0)
        for step in tf.range(steps):
            chosen = order[step * batch : (step + 1) * batch]
            picture = tf.cast(tf.gather(images, chosen), tf.float32)[..., None] / 255.0
            truth = tf.cast(tf.gather(labels, chosen), tf.int32)
            picture = common.augmented(picture, strength)
            with tf.GradientTape() as tape:
                scores = network(picture, training=True)
                loss = loss_of(truth, scores)
            optimiser.learning_rate.assign(rates[number * steps + step])
            optimiser.apply(tape.gradient(loss, network.trainable_variables), network.trainable_variables)
            for mean, now in zip(average.trainable_variables, network.trainable_variables, strict=True):
                mean.assign(keep * mean + (1.0 - keep) * now)
            loss_sum += loss
            right += tf.reduce_sum(tf.cast(tf.argmax(scores, 1, tf.int32) == truth, tf.int32))
        return loss_sum / steps, right / (steps * batch)

    curves: dict[str, list[float]] = {"loss": [], "accuracy": [], "val_loss": [], "val_accuracy": []}
    for number in range(options.epochs):
        strength = options.strength * max(0.2, 1.0 - number / options.epochs)
        loss, accuracy = epoch(tf.constant(number), tf.constant(strength), tf.constant(0.999 if number else 0.9))
        scores = average(check_images[..., None] / np.float32(255.0)).numpy()
        row = {
            "loss": float(loss),
            "accuracy": float(accuracy),
            "val_loss": float(loss_of(check_labels, scores)),
            "val_accuracy": float(np.mean(np.argmax(scores, 1) == check_labels)),
        }
        for name, value in row.items():
            curves[name].append(round(value, 5))
        print(f"seed {seed} epoch {number + 1}", {k: round(v, 4) for k, v in row.items()}, flush=True)
    return average, curves


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--seeds", type=int, nargs="+", default=[1])
    parser.add_argument("--epochs", type=int, default=60)
    parser.add_argument("--batch", type=int, default=128)
    parser.add_argument("--rate", type=float, default=0.01)
    parser.add_argument("--strength", type=float, default=0.5)
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args()
    common.deterministic(options.seeds[0], options.threads)
    options.out.mkdir(parents=True, exist_ok=True)
    best = -1.0
    runs = []
    check_images, check_labels = common.mnist("validation")
    for seed in options.seeds:
        network, curves = fit(seed, options)
        content = common.to_int8(network, common.mnist("train")[0][:2000])
        accuracy = common.int8_accuracy(content, check_images, check_labels)
        runs.append({"seed": seed, "validation_int8": accuracy, "validation_float": curves["val_accuracy"][-1]})
        print("run", runs[-1], flush=True)
        if accuracy > best:
            best = accuracy
            (options.out / "model.tflite").write_bytes(content)
            test_images, test_labels = common.mnist("test")
            scores = network.predict(test_images[..., None] / np.float32(255.0), batch_size=1000, verbose=0)
            history = {
                "seed": seed,
                "curves": curves,
                "float_accuracy": float(np.mean(np.argmax(scores, 1) == test_labels)),
                "parameters": network.count_params(),
                "recipe": {k: v for k, v in vars(options).items() if k != "out"},
                "tensorflow": tf.__version__,
                "keras": keras.__version__,
                "machine": platform.machine(),
            }
        history["runs"] = runs
        (options.out / "history.json").write_text(json.dumps(history, indent=1) + "\n")


if __name__ == "__main__":
    main()
