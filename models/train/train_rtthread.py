"""Train `rtthread`: two convolutions and one dense layer as in RT-Thread's CMSIS-NN demo, all scales powers of two.

    DIGITRIG_MNIST=... python models/train/train_rtthread.py --out build/train/rtthread

Writes what train_an13438.py writes, for publish.py. First the network learns in floating point, then its exponents are
chosen (pow2.py) and it goes on learning as the finished file will compute. The file is written by flatfile.py because
TensorFlow's converter knows no scales of this form.
"""

from __future__ import annotations

import common
import flatfile
import numpy as np
import pow2
import taught
import tensorflow as tf
from tensorflow import keras
from tensorflow.lite.python import schema_py_generated as schema

RULE = "halve"
SOFTMAX = (2.0**-8, -128)  # the only output quantisation that the operator has


def build(first: int, second: int) -> keras.Model:
    """The network with as many channels in its two convolutions."""
    layers = keras.layers
    return keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            pow2.Convolution(first, 3),
            layers.MaxPooling2D(2),
            pow2.Convolution(second, 3, padding="same"),
            layers.MaxPooling2D(2),
            layers.Flatten(),
            pow2.Dense(10),
            layers.Softmax(),
        ]
    )


def halved(picture: tf.Tensor) -> tf.Tensor:
    """Grey levels of a byte, halved."""
    return tf.cast(tf.round(picture * 255.0), tf.uint8) // 2


def tflite(network: keras.Model) -> bytes:
    """The network as a file."""
    chain = flatfile.Chain((1, 28, 28, 1), 2.0**pow2.INPUT, 0)
    relu, none = schema.ActivationFunctionType.RELU, schema.ActivationFunctionType.NONE
    scale = 2.0**pow2.INPUT
    for layer in network.layers:
        shape = (1, *layer.output.shape[1:])
        if isinstance(layer, pow2.Shifting):
            exponents = layer.exponents
            weights, bias = pow2.integers(layer)
            order = (3, 0, 1, 2) if weights.ndim == 4 else (1, 0)
            constants = (
                chain.constant(f"{layer.name}/weights", weights.transpose(order), 2.0**exponents.weights),
                chain.constant(f"{layer.name}/bias", bias, scale * 2.0**exponents.weights),
            )
            scale = 2.0**exponents.target
            if weights.ndim == 4:
                padding = getattr(schema.Padding, layer.padding.upper())
                chain.add(
                    "CONV_2D",
                    shape,
                    scale,
                    constants=constants,
                    padding=padding,
                    strideH=1,
                    strideW=1,
                    fusedActivationFunction=relu,
                )
            else:
                chain.add("FULLY_CONNECTED", shape, scale, constants=constants, fusedActivationFunction=none)
        elif isinstance(layer, keras.layers.MaxPooling2D):
            valid = schema.Padding.VALID
            chain.add("MAX_POOL_2D", shape, scale, padding=valid, strideH=2, strideW=2, filterHeight=2, filterWidth=2)
        elif isinstance(layer, keras.layers.Flatten):
            target = chain.constant("shape", np.array(shape, np.int32), None)
            chain.add("RESHAPE", shape, scale, constants=(target,), newShape=list(shape))
        else:
            chain.add("SOFTMAX", shape, *SOFTMAX, beta=1.0)
    return chain.content("digitrig rtthread: scales are powers of two")


def main() -> None:
    parser = common.parser(__doc__, epochs=30, rate=0.004, strength=0.4, seeds=[7])
    taught.add_options(parser, copies=8)
    parser.add_argument("--channels", type=int, nargs=2, default=[8, 16])
    parser.add_argument("--fine-epochs", type=int, default=15, help="epochs that compute as the file will")
    parser.add_argument("--fine-rate", type=float, default=0.001)
    options = parser.parse_args()
    common.deterministic(options.teacher_seed, options.threads)
    run = common.Run(options, RULE)
    view = taught.View(RULE, halved, unit=128.0)
    lessons = taught.lessons(taught.train_teacher(options), view, options)
    examples = common.floats(common.mnist("train")[0][: common.CALIBRATION], RULE)
    for seed in options.seeds:
        keras.utils.set_random_seed(seed)
        network, average = build(*options.channels), build(*options.channels)
        curves = taught.fit(network, average, lessons, view, options, title=f"seed {seed}")
        exponents = pow2.calibrated(average, examples)
        print("exponents", exponents, flush=True)
        fine, finished = build(*options.channels), build(*options.channels)
        fine.set_weights(average.get_weights())
        finished.set_weights(average.get_weights())
        for each in (fine, finished):
            pow2.set_exponents(each, exponents)
        more = taught.fit(
            fine,
            finished,
            lessons,
            view,
            options,
            epochs=options.fine_epochs,
            rate=options.fine_rate,
            title=f"seed {seed}, powers of two",
        )
        curves = {name: values + more[name] for name, values in curves.items()}
        run.offer(seed, tflite(finished), common.predictor(average), curves)


if __name__ == "__main__":
    main()
