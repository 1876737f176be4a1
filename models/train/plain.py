"""Training on labels with fresh random deformations in every epoch: teachers and the networks that need none."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import common
import tensorflow as tf
from tensorflow import keras


@dataclass(frozen=True)
class Plan:
    """How to train.  keep: share of the old average of the weights that each step keeps, 0 for no averaging.

    view: from deformed grey images (N, 28, 28, 1) of 0..1 to what the network is given.
    """

    epochs: int
    batch: int
    rate: float
    strength: float
    rule: str
    keep: float = 0.0
    warm_up: int = 200
    view: Callable[[tf.Tensor], tf.Tensor] = tf.identity


def fit(network: keras.Model, average: keras.Model, plan: Plan, title: str) -> common.Curves:
    """Train a network that gives logits; average ends up with the averaged weights.

    average: another network of the same form, or the same one when `plan.keep` is 0.  Returns the curves, those of
    validation for the averaged weights.
    """
    images, labels = (tf.constant(array) for array in common.mnist("train"))
    check_images, check_labels = common.mnist("validation")
    check = common.floats(check_images, plan.rule)
    count, batch = int(labels.shape[0]), plan.batch
    steps = count // batch
    rates = tf.constant(common.cosine(plan.rate, steps * plan.epochs, plan.warm_up), tf.float32)
    optimiser = keras.optimizers.Adam(plan.rate)
    optimiser.build(network.trainable_variables)
    loss_of = keras.losses.SparseCategoricalCrossentropy(from_logits=True)

    @tf.function
    def epoch(number: tf.Tensor, keep: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        order = tf.random.shuffle(tf.range(count))
        loss_sum, right = tf.constant(0.0), tf.constant(0)
        for step in tf.range(steps):
            chosen = order[step * batch : (step + 1) * batch]
            picture = common.augmented(
                tf.cast(tf.gather(images, chosen), tf.float32)[..., None] / 255.0, tf.constant(plan.strength)
            )
            truth = tf.cast(tf.gather(labels, chosen), tf.int32)
            with tf.GradientTape() as tape:
                logits = network(plan.view(picture), training=True)
                loss = loss_of(truth, logits)
            optimiser.learning_rate.assign(rates[number * steps + step])
            optimiser.apply(tape.gradient(loss, network.trainable_variables), network.trainable_variables)
            if plan.keep:
                for mean, now in zip(average.variables, network.variables, strict=True):
                    if mean.dtype == "float32":
                        mean.assign(keep * mean + (1.0 - keep) * now)
            loss_sum += loss
            right += tf.reduce_sum(tf.cast(tf.argmax(logits, 1, tf.int32) == truth, tf.int32))
        return loss_sum / steps, right / (steps * batch)

    curves: common.Curves = {"loss": [], "accuracy": [], "val_loss": [], "val_accuracy": []}
    for number in range(plan.epochs):
        loss, accuracy = epoch(tf.constant(number), tf.constant(plan.keep if number else min(plan.keep, 0.9)))
        row = {"loss": float(loss), "accuracy": float(accuracy)}
        row |= common.validation_row(common.predictor(average)(check), check_labels, from_logits=True)
        for name, value in row.items():
            curves[name].append(round(value, 5))
        print(f"{title} epoch {number + 1}", {k: round(v, 4) for k, v in row.items()}, flush=True)
    return curves


def train_and_offer(run: common.Run, build: Callable[[], keras.Model], plan: Plan) -> None:
    """Train the network once for every seed of the run's options and offer each with a softmax at its end."""
    examples = common.floats(common.mnist("train")[0][: common.CALIBRATION], plan.rule)
    for seed in run.options.seeds:
        keras.utils.set_random_seed(seed)
        network, average = build(), build()
        curves = fit(network, average, plan, f"seed {seed}")
        classifier = keras.Model(average.inputs, keras.layers.Softmax()(average.outputs[0]))
        run.offer(seed, common.to_int8(classifier, examples), common.predictor(average), curves)
