"""What every training recipe shares: MNIST, augmentation, int8 conversion and scoring.

Needs TensorFlow (`pip install -e .[train]`). Nothing here is imported by the package.
"""

from __future__ import annotations

import gzip
import os
import struct
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import tensorflow as tf

VALIDATION = 5000  # the last images of the training set; what is chosen is chosen on them, never on the test set


def deterministic(seed: int, threads: int = 1) -> None:
    """Fix everything that could make two runs differ. The thread count is part of it: sums depend on their order."""
    tf.keras.utils.set_random_seed(seed)
    tf.config.experimental.enable_op_determinism()
    tf.config.threading.set_intra_op_parallelism_threads(threads)
    tf.config.threading.set_inter_op_parallelism_threads(1)


def read_idx(path: Path) -> np.ndarray:
    """Read a gzipped IDX file of unsigned bytes; shape as the file says."""
    with gzip.open(path, "rb") as stream:
        data = stream.read()
    dimensions = data[3]
    shape = struct.unpack(f">{dimensions}I", data[4 : 4 + 4 * dimensions])
    return np.frombuffer(data, np.uint8, offset=4 + 4 * dimensions).reshape(shape)


def mnist(split: str) -> tuple[np.ndarray, np.ndarray]:
    """Images (N, 28, 28) uint8 and labels (N,) uint8; split is 'train', 'validation' or 'test'.

    DIGITRIG_MNIST names the folder with the four IDX files (`digitrig data fetch` downloads them).
    """
    folder = Path(os.environ["DIGITRIG_MNIST"])
    prefix = "t10k" if split == "test" else "train"
    images = read_idx(folder / f"{prefix}-images-idx3-ubyte.gz")
    labels = read_idx(folder / f"{prefix}-labels-idx1-ubyte.gz")
    if split == "train":
        return images[:-VALIDATION], labels[:-VALIDATION]
    if split == "validation":
        return images[-VALIDATION:], labels[-VALIDATION:]
    return images, labels


def augmented(images: tf.Tensor, strength: tf.Tensor) -> tf.Tensor:
    """Rotate, scale, shear and shift a batch at random.

    images: (N, 28, 28, 1) float32.  strength: 0 leaves the images alone; 1 means up to 12 degrees, 10 %, 0.15 and
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


def to_int8(model: tf.keras.Model, examples: np.ndarray) -> bytes:
    """Convert to a fully int8 `.tflite` with batch 1.

    examples: (N, 28, 28) uint8, whose ranges fix the activation scales; they must reach 0 and 255 so that the input
    comes out as scale 1/255 and zero point -128.
    """

    weights = [tf.constant(variable.numpy()) for variable in model.trainable_variables]

    @tf.function(input_signature=[tf.TensorSpec((1, 28, 28, 1), tf.float32, name="image")])
    def forward(image: tf.Tensor) -> tf.Tensor:
        return model.stateless_call(weights, [], image, training=False)[0]

    def representative() -> Iterator[list[np.ndarray]]:
        for image in examples:
            yield [(image[None, :, :, None] / np.float32(255.0)).astype(np.float32)]

    converter = tf.lite.TFLiteConverter.from_concrete_functions([forward.get_concrete_function()])
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    converter.representative_dataset = representative
    converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
    converter.inference_input_type = tf.int8
    converter.inference_output_type = tf.int8
    content: bytes = converter.convert()
    return content


def int8_accuracy(content: bytes, images: np.ndarray, labels: np.ndarray) -> float:
    """Accuracy of a `.tflite` under the reference kernels; ties go to the first highest score."""
    resolver = tf.lite.experimental.OpResolverType.BUILTIN_REF
    interpreter = tf.lite.Interpreter(model_content=content, experimental_op_resolver_type=resolver, num_threads=1)
    interpreter.allocate_tensors()
    given, got = interpreter.get_input_details()[0], interpreter.get_output_details()[0]
    if given["quantization"][1] != -128 or abs(given["quantization"][0] * 255 - 1) > 1e-5:
        raise SystemExit(f"input quantisation is {given['quantization']}, not (1/255, -128)")
    right = 0
    for image, label in zip(images, labels, strict=True):
        interpreter.set_tensor(given["index"], (image.astype(np.int16) - 128).astype(np.int8)[None, :, :, None])
        interpreter.invoke()
        right += int(np.argmax(interpreter.get_tensor(got["index"])[0])) == int(label)
    return right / len(labels)


def cosine(first: float, steps: int, warm_up: int) -> np.ndarray:
    """Learning rate of each step, (steps,) float64: linear warm-up, then half a cosine to nearly nothing."""
    step = np.arange(steps)
    falling = 0.0005 + 0.9995 * 0.5 * (1 + np.cos(np.pi * (step - warm_up) / max(1, steps - warm_up)))
    return first * np.where(step < warm_up, (step + 1) / warm_up, falling)
