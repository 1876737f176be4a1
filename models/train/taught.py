"""Training of small networks by a larger one: its scores on augmented images, prepared once, and the labels."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import dataclass

import common
import numpy as np
import plain
import tensorflow as tf
from tensorflow import keras

TEACHER_BATCH = 128


@dataclass(frozen=True)
class View:
    """What the student sees of an image whose deformed grey form the teacher sees.

    rule: preprocessing of the finished model.  channels: from a grey batch (N, 28, 28, 1) of 0..1 to what is deformed;
    the first channel is the teacher's.  student: from the deformed channels to uint8 (N, side, side, 1).
    unit: the value of `student` that means 1.0.
    """

    rule: str
    student: Callable[[tf.Tensor], tf.Tensor]
    channels: Callable[[tf.Tensor], tf.Tensor] = tf.identity
    unit: float = 255.0


Lessons = tuple[np.ndarray, np.ndarray, np.ndarray]


def add_options(parser: argparse.ArgumentParser, copies: int) -> None:
    """The options of recipes with a teacher."""
    parser.add_argument("--copies", type=int, default=copies, help="augmented copies of the training set")
    parser.add_argument("--teacher-epochs", type=int, default=8)
    parser.add_argument("--teacher-seed", type=int, default=4)
    parser.add_argument("--temperature", type=float, default=2.0)
    parser.add_argument("--trust", type=float, default=0.5, help="weight of the teacher's word against the label's")


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
    teacher = build_teacher()
    plain.fit(teacher, teacher, plain.Plan(options.teacher_epochs, TEACHER_BATCH, 0.003, 0.6, "scale"), "teacher")
    return teacher


def lessons(teacher: keras.Model, view: View, options: argparse.Namespace) -> Lessons:
    """What the student learns from: what it sees of augmented images, and the teacher's logits.

    Returns pictures (copies * N, side, side, 1) uint8, logits (copies * N, 10) float32 and labels (copies * N,) int32.
    The first copy is the images as they are.
    """
    images, labels = common.mnist("train")
    pictures, logits = [], []

    @tf.function
    def prepare(batch: tf.Tensor, strength: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        moved = common.augmented(view.channels(tf.cast(batch, tf.float32)[..., None] / 255.0), strength)
        return view.student(moved), teacher(moved[..., :1], training=False)

    for copy in range(options.copies):
        strength = tf.constant(0.0 if copy == 0 else options.strength)
        for start in range(0, len(labels), 500):
            picture, logit = prepare(images[start : start + 500], strength)
            pictures.append(picture.numpy())
            logits.append(logit.numpy())
    return np.concatenate(pictures), np.concatenate(logits), np.tile(labels.astype(np.int32), options.copies)


def fit(
    network: keras.Model,
    average: keras.Model,
    taught: Lessons,
    view: View,
    options: argparse.Namespace,
    *,
    skip: int = 0,
    epochs: int | None = None,
    rate: float | None = None,
    title: str = "",
) -> common.Curves:
    """Train a student that ends in a softmax; average ends up with its weights averaged over the steps.

    skip: layers at the beginning whose work `view.student` has already done.  Returns the curves, those of validation
    for the averaged weights.
    """
    epochs, rate = epochs or options.epochs, rate or options.rate
    pictures, logits, labels = (tf.constant(array) for array in taught)
    check_images, check_labels = common.mnist("validation")
    check = common.floats(check_images, view.rule)
    count, batch, warm = int(labels.shape[0]), options.batch, options.temperature
    steps = count // options.copies // batch  # an "epoch" shows as many images as the training set has
    rates = tf.constant(common.cosine(rate, steps * epochs, 500), tf.float32)
    body = keras.Sequential(network.layers[skip:])
    body.build((None, *taught[0].shape[1:]))
    optimiser = keras.optimizers.Adam(rate)
    optimiser.build(body.trainable_variables)

    @tf.function
    def epoch(number: tf.Tensor, keep: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        loss_sum, right = tf.constant(0.0), tf.constant(0)
        for step in tf.range(steps):
            chosen = tf.random.uniform([batch], 0, count, tf.int32)
            truth = tf.gather(labels, chosen)
            picture = tf.cast(tf.gather(pictures, chosen), tf.float32) / view.unit
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

    curves: common.Curves = {"loss": [], "accuracy": [], "val_loss": [], "val_accuracy": []}
    for number in range(epochs):
        loss, accuracy = epoch(tf.constant(number), tf.constant(0.999 if number else 0.9))
        row = {"loss": float(loss), "accuracy": float(accuracy)}
        row |= common.validation_row(common.predictor(average)(check), check_labels, from_logits=False)
        for name, value in row.items():
            curves[name].append(round(value, 5))
        print(f"{title} epoch {number + 1}", {k: round(v, 4) for k, v in row.items()}, flush=True)
    return curves


def train_students(run: common.Run, build: Callable[[], keras.Model], view: View, *, skip: int) -> None:
    """Train the teacher, then one student for every seed of the run's options, and offer each."""
    taught = lessons(train_teacher(run.options), view, run.options)
    examples = common.floats(common.mnist("train")[0][: common.CALIBRATION], view.rule)
    for seed in run.options.seeds:
        keras.utils.set_random_seed(seed)
        network, average = build(), build()
        curves = fit(network, average, taught, view, run.options, skip=skip, title=f"seed {seed}")
        run.offer(seed, common.to_int8(average, examples), common.predictor(average), curves)
