"""What every training recipe shares: MNIST, augmentation, int8 conversion, scoring and what a run leaves behind.

Needs digitrig and TensorFlow (`pip install -e .[train]`). Nothing here is imported by the package.
"""

from __future__ import annotations

import argparse
import json
import platform
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import tensorflow as tf
from tensorflow import keras

from digitrig.digits import load_dataset
from digitrig.digits.preprocess import preprocess, rule

VALIDATION = 5000  # the last images of the training set; what is chosen is chosen on them, never on the test set
CALIBRATION = 2000  # training images whose ranges fix the scales of activations

Curves = dict[str, list[float]]


def deterministic(seed: int, threads: int = 1) -> None:
    """Fix everything that could make two runs differ. The thread count is part of it: sums depend on their order."""
    keras.utils.set_random_seed(seed)
    tf.config.experimental.enable_op_determinism()
    tf.config.threading.set_intra_op_parallelism_threads(threads)
    tf.config.threading.set_inter_op_parallelism_threads(1)


def mnist(split: str) -> tuple[np.ndarray, np.ndarray]:
    """Images (N, 28, 28) uint8 and labels (N,) uint8; split is 'train', 'validation' or 'test'.

    DIGITRIG_MNIST names the folder with the four IDX files (`digitrig data fetch` downloads them).
    """
    data = load_dataset("mnist", "test" if split == "test" else "train")
    images, labels = data.images, np.asarray(data.labels, np.uint8)
    if split == "train":
        return images[:-VALIDATION], labels[:-VALIDATION]
    if split == "validation":
        return images[-VALIDATION:], labels[-VALIDATION:]
    return images, labels


def floats(images: np.ndarray, name: str) -> np.ndarray:
    """What a network is given for grey images under a preprocessing rule, (N, side, side, 1) float32 of 0..1."""
    chosen = rule(name)
    values = preprocess(images, name).astype(np.float32) - np.float32(chosen.zero_point)
    return values / np.float32(round(1 / chosen.scale))


def augmented(images: tf.Tensor, strength: tf.Tensor) -> tf.Tensor:
    """Rotate, scale, shear and shift a batch at random.

    images: (N, 28, 28, C) float32.  strength: 0 leaves the images alone; 1 means up to 12 degrees, 10 %, 0.15 and
    2 pixels.  Bilinear; what comes in from outside is background.
    """
    count = tf.shape(images)[0]

    def draw(limit: float) -> tf.Tensor:
        return tf.random.uniform([count], -limit, limit) * strength

    angle, shear = draw(0.21), draw(0.15)
    scale_x, scale_y = 1.0 + draw(0.10), 1.0 + draw(0.10)
    a, b = tf.cos(angle) * scale_x, (tf.sin(angle) + shear) * scale_y
    c, d = -tf.sin(angle) * scale_x, tf.cos(angle) * scale_y
    centre = 13.5
    shift_x = draw(2.0) + centre - (a + b) * centre
    shift_y = draw(2.0) + centre - (c + d) * centre
    zero = tf.zeros_like(a)
    transforms = tf.stack([a, b, shift_x, c, d, shift_y, zero, zero], axis=1)
    return tf.raw_ops.ImageProjectiveTransformV3(
        images=images,
        transforms=transforms,
        output_shape=[28, 28],
        fill_value=0.0,
        interpolation="BILINEAR",
        fill_mode="CONSTANT",
    )


def cosine(first: float, steps: int, warm_up: int) -> np.ndarray:
    """Learning rate of each step, (steps,) float64: linear warm-up, then half a cosine to nearly nothing."""
    step = np.arange(steps)
    falling = 0.0005 + 0.9995 * 0.5 * (1 + np.cos(np.pi * (step - warm_up) / max(1, steps - warm_up)))
    return first * np.where(step < warm_up, (step + 1) / warm_up, falling)


def to_int8(model: keras.Model, examples: np.ndarray) -> bytes:
    """Convert to a fully int8 `.tflite` with batch 1.

    examples: (N, side, side, 1) float32, whose ranges fix the scales of activations; they must reach 0 and 1 so that
    the input comes out as scale 1/255 and zero point -128.
    """
    weights = [tf.constant(variable.numpy()) for variable in model.trainable_variables]
    others = [tf.constant(variable.numpy()) for variable in model.non_trainable_variables]

    @tf.function(input_signature=[tf.TensorSpec((1, *examples.shape[1:]), tf.float32, name="image")])
    def forward(image: tf.Tensor) -> tf.Tensor:
        return model.stateless_call(weights, others, image, training=False)[0]

    def representative() -> Iterator[list[np.ndarray]]:
        for image in examples:
            yield [image[None]]

    converter = tf.lite.TFLiteConverter.from_concrete_functions([forward.get_concrete_function()])
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    converter.representative_dataset = representative
    converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
    converter.inference_input_type = tf.int8
    converter.inference_output_type = tf.int8
    content: bytes = converter.convert()
    return content


def int8_accuracy(content: bytes, split: str, name: str) -> float:
    """Accuracy of a `.tflite` on a split under TensorFlow's reference kernels; ties go to the first highest score."""
    images, labels = mnist(split)
    resolver = tf.lite.experimental.OpResolverType.BUILTIN_REF
    interpreter = tf.lite.Interpreter(model_content=content, experimental_op_resolver_type=resolver, num_threads=1)
    interpreter.allocate_tensors()
    given, got = interpreter.get_input_details()[0], interpreter.get_output_details()[0]
    scale, zero_point = given["quantization"]
    if zero_point != rule(name).zero_point or abs(scale / rule(name).scale - 1) > 1e-5:
        raise SystemExit(f"input quantisation is {given['quantization']}, not that of the rule {name}")
    right = 0
    for image, label in zip(preprocess(images, name), labels, strict=True):
        interpreter.set_tensor(given["index"], image[None])
        interpreter.invoke()
        right += int(np.argmax(interpreter.get_tensor(got["index"])[0])) == int(label)
    return right / len(labels)


def predictor(network: keras.Model) -> Callable[[np.ndarray], np.ndarray]:
    """A function from inputs to scores, in batches."""
    return lambda inputs: network.predict(inputs, batch_size=1000, verbose=0)


def validation_row(scores: np.ndarray, labels: np.ndarray, from_logits: bool) -> dict[str, float]:
    """Loss and accuracy on the validation set, as the curves call them."""
    loss_of = keras.losses.SparseCategoricalCrossentropy(from_logits=from_logits)
    return {
        "val_loss": float(loss_of(labels, scores)),
        "val_accuracy": float(np.mean(np.argmax(scores, 1) == labels)),
    }


class Run:
    """The folder of a training run: the best `.tflite` on validation, its history and its answers on the test images.

    Answers only: nothing here compares them with the test labels; publish.py does that once.
    """

    def __init__(self, options: argparse.Namespace, name: str) -> None:
        self.options, self.rule, self.folder = options, name, Path(options.out)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.best = -1.0
        self.runs: list[dict[str, float]] = []
        self.history: dict[str, object] = {}

    def offer(self, seed: int, content: bytes, scores: Callable[[np.ndarray], np.ndarray], curves: Curves) -> None:
        """Measure a converted network on validation and keep it if it is the best so far.

        scores: of the network in floating point, from inputs (N, side, side, 1).
        """
        accuracy = int8_accuracy(content, "validation", self.rule)
        row = {"seed": seed, "validation_int8": accuracy, "validation_float": curves["val_accuracy"][-1]}
        self.runs.append(row)
        print("run", row, flush=True)
        if accuracy > self.best:
            self.best = accuracy
            (self.folder / "model.tflite").write_bytes(content)
            answers = np.argmax(scores(floats(mnist("test")[0], self.rule)), 1).tolist()
            (self.folder / "float_answers.json").write_text(json.dumps(answers) + "\n")
            self.history = {
                "seed": seed,
                "curves": curves,
                "preprocess": self.rule,
                "recipe": {k: v for k, v in vars(self.options).items() if k != "out"},
                "tensorflow": tf.__version__,
                "keras": keras.__version__,
                "machine": platform.machine(),
            }
        (self.folder / "history.json").write_text(json.dumps({**self.history, "runs": self.runs}, indent=1) + "\n")


def parser(text: str | None, *, epochs: int, rate: float, strength: float, seeds: list[int]) -> argparse.ArgumentParser:
    """The options that all recipes have."""
    made = argparse.ArgumentParser(description=(text or "").splitlines()[0])
    made.add_argument("--out", type=Path, required=True)
    made.add_argument("--seeds", type=int, nargs="+", default=seeds)
    made.add_argument("--epochs", type=int, default=epochs)
    made.add_argument("--batch", type=int, default=128)
    made.add_argument("--rate", type=float, default=rate)
    made.add_argument("--strength", type=float, default=strength)
    made.add_argument("--threads", type=int, default=1)
    return made
