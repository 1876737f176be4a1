"""Train `an13438`, the 1,662-parameter digit classifier of NXP's application note AN13438.

    DIGITRIG_MNIST=... python models/train/train_an13438.py --out build/train/an13438

Writes <out>/model.tflite and <out>/history.json; `python models/train/publish.py an13438 <out>` then measures the file
with the reference kernels and writes the card and the manifest. The same seeds give the same file on the same kind of
machine with the same TensorFlow (both are named in history.json): float sums depend on the processor's vector width.
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


def build_teacher() -> keras.Model:
    """A network large enough (about 60,000 parameters) that its doubts about an image are worth learning from."""
    layers = keras.layers
    return keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            layers.Conv2D(12, 3, strides=2, padding="same", activation="relu"),
            layers.Conv2D(24, 3, padding="same", activation="relu"),
            layers.MaxPooling2D(2),
            layers.Conv2D(48, 3, padding="same", activation="relu"),
            layers.Conv2D(48, 3, padding="same", activation="relu"),
            layers.MaxPooling2D(2),
            layers.Flatten(),
            layers.Dropout(0.3),
            layers.Dense(64, activation="relu"),
            layers.Dense(10),
        ]
    )


def train_teacher(options: argparse.Namespace) -> keras.Model:
    """Train the teacher on augmented images; returns it."""
    keras.utils.set_random_seed(options.teacher_seed)
    images, labels = (tf.constant(array) for array in common.mnist("train"))
    check_images, check_labels = common.mnist("validation")
    count, batch = int(labels.shape[0]), 128
    steps = count // batch
    rates = tf.constant(common.cosine(0.003, steps * options.teacher_epochs, 200), tf.float32)
    teacher = build_teacher()
    optimiser = keras.optimizers.Adam(0.003)
    optimiser.build(teacher.trainable_variables)
    loss_of = keras.losses.SparseCategoricalCrossentropy(from_logits=True)

    @tf.function
    def epoch(number: tf.Tensor) -> None:
        order = tf.random.shuffle(tf.range(count))
        for step in tf.range(steps):
            chosen = order[step * batch : (step + 1) * batch]
            picture = common.augmented(tf.cast(tf.gather(images, chosen), tf.float32)[..., None] / 255.0, 0.6)
            with tf.GradientTape() as tape:
                loss = loss_of(tf.cast(tf.gather(labels, chosen), tf.int32), teacher(picture, training=True))
            optimiser.learning_rate.assign(rates[number * steps + step])
            optimiser.apply(tape.gradient(loss, teacher.trainable_variables), teacher.trainable_variables)

    for number in range(options.teacher_epochs):
        epoch(tf.constant(number))
        logits = teacher.predict(check_images[..., None] / np.float32(255.0), batch_size=1000, verbose=0)
        accuracy = float(np.mean(np.argmax(logits, 1) == check_labels))
        print(f"teacher epoch {number + 1} validation {accuracy:.4f}", flush=True)
    return teacher


def lessons(teacher: keras.Model, options: argparse.Namespace) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """What the student learns from: augmented images after the network's first pooling, and the teacher's logits.

    Returns pictures (copies * N, 14, 14, 1) uint8, logits (copies * N, 10) float32 and labels (copies * N,) int32.
    The first copy is the images as they are; pooling first makes an epoch four times cheaper and changes nothing.
    """
    images, labels = common.mnist("train")
    pictures, logits = [], []

    @tf.function
    def prepare(batch: tf.Tensor, strength: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        picture = common.augmented(tf.cast(batch, tf.float32)[..., None] / 255.0, strength)
        pooled = tf.nn.max_pool2d(picture, 2, 2, "VALID")
        return tf.cast(tf.round(pooled * 255.0), tf.uint8), teacher(picture, training=False)

    for copy in range(options.copies):
        strength = tf.constant(0.0 if copy == 0 else options.strength)
        for start in range(0, len(labels), 500):
            picture, logit = prepare(images[start : start + 500], strength)
            pictures.append(picture.numpy())
            logits.append(logit.numpy())
    return np.concatenate(pictures), np.concatenate(logits), np.tile(labels.astype(np.int32), options.copies)


def fit(
    seed: int, taught: tuple[np.ndarray, np.ndarray, np.ndarray], options: argparse.Namespace
) -> tuple[keras.Model, dict[str, list[float]]]:
    """Train one student; returns the network with averaged weights, and its curves."""
    keras.utils.set_random_seed(seed)
    pictures, logits, labels = (tf.constant(array) for array in taught)
    check_images, check_labels = common.mnist("validation")
    count, batch = int(labels.shape[0]), options.batch
    steps = count // options.copies // batch  # an "epoch" shows as many images as the training set has
    rates = tf.constant(common.cosine(options.rate, steps * options.epochs, 500), tf.float32)
    network, average = build(), build()
    body = keras.Sequential(network.layers[1:])
    body.build((None, 14, 14, 1))
    optimiser = keras.optimizers.Adam(options.rate)
    optimiser.build(body.trainable_variables)
    warm = options.temperature

    @tf.function
    def epoch(number: tf.Tensor, keep: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        loss_sum, right = tf.constant(0.0), tf.constant(0)
        for step in tf.range(steps):
            chosen = tf.random.uniform([batch], 0, count, tf.int32)
            truth = tf.gather(labels, chosen)
            picture = tf.cast(tf.gather(pictures, chosen), tf.float32) / 255.0
            soft = tf.nn.softmax(tf.gather(logits, chosen) / warm)
            with tf.GradientTape() as tape:
                log_scores = tf.math.log(body(picture, training=True) + 1e-9)
                hard_loss = -tf.reduce_mean(tf.gather(log_scores, truth, batch_dims=1))
                soft_loss = -tf.reduce_mean(tf.reduce_sum(soft * tf.nn.log_softmax(log_scores / warm), 1)) * warm * warm
                loss = (1.0 - options.trust) * hard_loss + options.trust * soft_loss
            optimiser.learning_rate.assign(rates[number * steps + step])
            optimiser.apply(tape.gradient(loss, body.trainable_variables), body.trainable_variables)
            for mean, now in zip(average.trainable_variables, body.trainable_variables, strict=True):
                mean.assign(keep * mean + (1.0 - keep) * now)
            loss_sum += hard_loss
            right += tf.reduce_sum(tf.cast(tf.argmax(log_scores, 1, tf.int32) == truth, tf.int32))
        return loss_sum / steps, right / (steps * batch)

    loss_of = keras.losses.SparseCategoricalCrossentropy()
    curves: dict[str, list[float]] = {"loss": [], "accuracy": [], "val_loss": [], "val_accuracy": []}
    for number in range(options.epochs):
        loss, accuracy = epoch(tf.constant(number), tf.constant(0.999 if number else 0.9))
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
    parser.add_argument("--seeds", type=int, nargs="+", default=[7, 8, 9])
    parser.add_argument("--epochs", type=int, default=200)
    parser.add_argument("--batch", type=int, default=128)
    parser.add_argument("--rate", type=float, default=0.01)
    parser.add_argument("--strength", type=float, default=0.2)
    parser.add_argument("--copies", type=int, default=8, help="augmented copies of the training set")
    parser.add_argument("--teacher-epochs", type=int, default=8)
    parser.add_argument("--teacher-seed", type=int, default=4)
    parser.add_argument("--temperature", type=float, default=2.0)
    parser.add_argument("--trust", type=float, default=0.5, help="weight of the teacher's word against the label's")
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args()
    common.deterministic(options.teacher_seed, options.threads)
    options.out.mkdir(parents=True, exist_ok=True)
    best = -1.0
    runs = []
    check_images, check_labels = common.mnist("validation")
    teacher = train_teacher(options)
    taught = lessons(teacher, options)
    for seed in options.seeds:
        network, curves = fit(seed, taught, options)
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
