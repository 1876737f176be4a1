"""What a reader of a model's card has to know beside its figures."""

from __future__ import annotations

from dataclasses import dataclass

ALL = ("mimxrt1060_evk", "frdm_ke16z", "frdm_ke02z40m", "lpc845_brk", "frdm_k32l2b", "frdm_kv11z")
TAUGHT = """The student learns from augmented images and from the scores of a larger teacher network; its weights are
averaged over the steps."""
LABELLED = """It learns from labels only, with new deformations of the images in every epoch; its weights are averaged
over the steps."""
BLIND = "The test images were looked at once, when this card was written."


@dataclass(frozen=True)
class Facts:
    """Of one model.  published: test accuracy that its source gives, with the source, or None.

    boards: which run it.  training: what the recipe does and what its choice was made on.
    """

    title: str
    boards: tuple[str, ...]
    published: tuple[float, str] | None
    training: str


FACTS = {
    "an13438": Facts(
        "the 1,662-parameter digit classifier of NXP's application note AN13438",
        ALL,
        (0.9513, "AN13438"),
        f"""The choice of recipe was not blind to the test images: an earlier run with seed 4 had 97.58 % on validation
        and 97.29 % on test, and both were known when this run replaced it. Expect 97.3 to 97.7 % on test from another
        seed. {TAUGHT}""",
    ),
    "rtthread": Facts(
        "two convolutions and one dense layer as in RT-Thread's CMSIS-NN demo, all scales powers of two",
        tuple(board for board in ALL if board != "frdm_ke02z40m"),
        (0.9651, "RT-Thread's demo"),
        f"""{TAUGHT} First it learns in floating point; then each tensor is given the power of two that fits it best,
        and it goes on learning with weights and activations rounded as the file has them. Every scale but that of the
        last operator's output, which the format fixes at 2^-8 with zero point -128, is a power of two with zero point
        0, so that an accumulator becomes an output by a shift alone. The accuracy called float is that of the rounded
        network. A narrower one of 4 and 20 channels had 0.1 % less on validation and still no room on the
        FRDM-KE02Z40M. {BLIND}""",
    ),
    "tinylock": Facts(
        "a digit classifier of less than 2,140 coefficients for images in which a pixel is ink or not",
        ALL,
        (0.94, "Neuton's touch lock"),
        f"""The form of the network was chosen among five by validation accuracy after twelve epochs and by the arena:
        average pooling at the beginning had 98.4 %, max-pooling in its place 96.7 %, a convolution of 5x5 with stride 3
        98.5 % but twice the arena. An image is made of ink and no ink before it is deformed and again after, so that
        lines keep their breadth; the teacher sees grey. {TAUGHT} {BLIND}""",
    ),
    "lenet": Facts(
        "the LeNet-5 of AN13438's comparison, in the sizes of Caffe's MNIST example",
        ("mimxrt1060_evk",),
        (0.9808, "AN13438"),
        f"""AN13438's LeNet has 1,256,080 parameters, which is what the same layers have when both convolutions are
        padded; Caffe's, without padding, has a third. {LABELLED} There is dropout before both dense layers. {BLIND}""",
    ),
    "mobilenet96": Facts(
        "a depthwise-separable classifier of 96x96 pictures, here of digits scaled up",
        ("mimxrt1060_evk",),
        None,
        f"""{LABELLED} The digits are deformed as 28x28 before they are scaled up; batch normalisation is folded into
        the convolutions. {BLIND}""",
    ),
}
