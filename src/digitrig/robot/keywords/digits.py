"""Images into the board, predictions out of it, and the comparison with the host reference."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from robot.api import logger
from robot.api.deco import keyword

from digitrig.errors import CheckFailed, UsageError
from digitrig.robot.component import Component, milliseconds
from digitrig.robot.reader import LineReader

if TYPE_CHECKING:
    import numpy as np

    from digitrig.reference import Reference


class DigitKeywords(Component):
    """Keywords about digits."""

    @keyword
    def send_digit_image(self, image: Any) -> int:
        """Sends an image over the UART, every byte through the firmware's driver, and waits for the answer.

        ``image`` is a source such as ``ink:7``, ``mnist:0`` or ``seven.png``, or a 28x28 array.
        Returns the predicted digit.
        """
        return self._predict(image, "uart")

    @keyword
    def inject_digit_image(self, image: Any) -> int:
        """Writes an image into the firmware's memory as a debugger would, and waits for the answer.

        Takes the same images as `Send Digit Image` and returns the predicted digit.
        """
        return self._predict(image, "memory")

    @keyword
    def read_prediction(self, timeout: timedelta | None = None) -> int:
        """Reads the next result on the console: of an inference that a tap, a button or a command asked for.

        The image is the one that our firmware keeps in ``digitrig_image``; `Outputs Should Match Reference` compares
        with it. Returns the predicted digit.
        """
        from digitrig.board import LAST_RESULT_LINE, parse_prediction

        opened = self.current
        first = opened.reader.position
        limit = milliseconds(timeout or self.rig.timeout)
        opened.reader.wait_for(re.compile("^" + LAST_RESULT_LINE), "the end of a result", limit)
        lines = tuple(text for _, text in opened.board.lines()[first : opened.reader.position])
        opened.prediction, opened.image = parse_prediction(lines, None, None), self._kept_image()
        logger.info(f"{opened.alias} predicts {opened.prediction.digit}, scores {self._scores()}")
        return int(opened.prediction.digit)

    @keyword
    def classify_kept_image(self) -> int:
        """Returns the digit that the host reference sees in the image that our firmware keeps in ``digitrig_image``.

        For firmware that does not tell its scores, such as a lock.
        """
        return int(self._reference().scores(self._kept_image()).argmax())

    @keyword
    def send_image_frame(
        self, image: Any, *, crc: int | None = None, cut: int | None = None, baud: int | None = None
    ) -> None:
        """Sends the command ``image`` and a frame that may be wrong, and does not wait for the answer.

        A frame is the 784 pixels and their CRC-16. ``crc`` replaces the right one, ``cut`` sends only that many bytes,
        ``baud`` is the sender's own speed. For good frames use `Send Digit Image`.
        """
        from digitrig.board import crc16_ccitt, image_bytes

        opened = self.current
        opened.image, opened.prediction = as_image(image), None
        pixels = image_bytes(opened.image)
        frame = (pixels + (crc16_ccitt(pixels) if crc is None else crc).to_bytes(2, "big"))[:cut]
        reader = LineReader(opened.board).skip()
        opened.board.send("image\n")
        reader.wait_for(re.compile("^ready for"), "the answer to 'image'", milliseconds(self.rig.timeout))
        opened.board.send(frame, baud=baud)

    @keyword
    def get_scores(self) -> tuple[int, ...]:
        """Returns the ten scores of the last prediction, int8, class 0 first."""
        return self._scores()

    @keyword
    def prediction_should_be(self, expected: int) -> int:
        """Fails unless the last prediction is this digit. Returns the digit."""
        found = int(self.current.last_prediction().digit)
        if found != expected:
            scores = " ".join(str(score) for score in self.current.last_prediction().scores)
            raise CheckFailed(f"{self.current.alias} predicts {found}, expected {expected}; scores {scores}")
        return found

    @keyword
    def scores_should_be(self, *expected: int) -> tuple[int, ...]:
        """Fails unless the ten scores of the last prediction (int8, class 0 first) are exactly these. Returns them."""
        if len(expected) != 10:
            raise UsageError(f"ten scores expected, one for each digit; found {len(expected)}")
        found = self._scores()
        self._compare(expected, found, "expected")
        return found

    @keyword
    def outputs_should_match_reference(self, image: Any = None) -> str:
        """Fails unless the scores of the last prediction equal those of the host reference, byte for byte.

        With an ``image`` it is sent over the UART first. Returns the name of the reference.
        """
        if image is not None:
            self._predict(image, "uart")
        reference = self._reference()
        expected = tuple(int(score) for score in reference.scores(self.current.last_image()))
        self._compare(expected, self._scores(), reference.name)
        return str(reference.name)

    @keyword
    def layers_should_match_reference(self, image: Any = None) -> int:
        """Fails unless every layer's output on the board equals the host reference, byte for byte.

        The board stops after each layer and its activations are read; the firmware is unchanged. ``image`` defaults to
        the last one. A difference is told by layer and element. Returns how many layers were compared.
        """
        from digitrig.evaluation.layers import first_layer_difference

        opened = self.current
        if image is not None:
            opened.image, opened.prediction = as_image(image), None
        reference = self._reference()
        difference, count = first_layer_difference(opened.board, reference, opened.last_image())
        if difference is not None:
            raise CheckFailed(f"{opened.alias} differs from {reference.name} in layer {difference}")
        logger.info(f"{count} layers of {opened.alias} equal {reference.name}")
        return count

    @keyword
    def dataset_should_match_reference(
        self, dataset: str | None = None, *, limit: int = 25, inject: str = "memory", accuracy: float | None = None
    ) -> float:
        """Runs images of a data set and fails if one output byte differs from the host reference.

        ``dataset`` is ``mnist``, ``ink`` or a file; default: MNIST where it is on this machine, else the built-in ink
        digits; the log says which. ``inject`` is ``uart`` or ``memory``. With ``accuracy`` it also fails when fewer
        than this share of the images is recognised. Returns the share that is.
        """
        from digitrig.digits import default_dataset, load_dataset

        data = load_dataset(dataset, limit=limit) if dataset else default_dataset(limit=limit)
        for warning in data.warnings:
            logger.info(warning)
        if data.labels is None and accuracy is not None:
            raise UsageError(f"{data.name} has no labels, so that there is no accuracy to compare with {accuracy}")
        reference = self._reference()
        logger.info(f"{len(data.images)} images of {data.name} ({data.source}); reference: {reference.name}")
        wanted = reference.scores_many(data.images)
        right = 0
        for number, image in enumerate(data.images):
            found = self._predict(image, inject, quietly=True)
            right += data.labels is not None and found == int(data.labels[number])
            expected = tuple(int(score) for score in wanted[number])
            self._compare(expected, self._scores(), reference.name, f"image {number} of {data.name}: ")
        share = right / len(data.images)
        logger.info(f"{right} of {len(data.images)} recognised, every output byte equal to the reference")
        if accuracy is not None and share < accuracy:
            raise CheckFailed(
                f"{share:.1%} of {len(data.images)} images of {data.name} recognised, expected {accuracy:.1%}"
            )
        return share

    def _predict(self, image: Any, inject: str, quietly: bool = False) -> int:
        opened = self.current
        opened.image, opened.prediction = as_image(image), None
        opened.prediction = opened.board.predict(opened.image, inject=inject)
        if not quietly:
            logger.info(f"{opened.alias} predicts {opened.prediction.digit}, scores {self._scores()}")
        return int(opened.prediction.digit)

    def _kept_image(self) -> np.ndarray:
        """(28, 28) uint8: what is in the firmware's own buffer."""
        import numpy as np

        from digitrig.board import IMAGE_BYTES

        pixels = np.frombuffer(self.board.read_symbol("digitrig_image")[:IMAGE_BYTES], np.uint8)
        return pixels.reshape(28, 28)

    def _scores(self) -> tuple[int, ...]:
        return tuple(int(score) for score in self.current.last_prediction().scores)

    def _reference(self) -> Reference:
        return self.current.sent_model or self.rig.reference(self.current.options["model"])

    def _compare(self, expected: tuple[int, ...], found: tuple[int, ...], whose: str, which: str = "") -> None:
        differing = [i for i in range(10) if expected[i] != found[i]]
        if differing:
            first = differing[0]
            raise CheckFailed(
                f"{which}{len(differing)} of 10 scores differ; first: class {first} is {found[first]} on "
                f"{self.current.alias}, {expected[first]} by {whose}"
            )


def as_image(image: Any) -> np.ndarray:
    """The image that a source names, or the array itself; UsageError when a source holds several."""
    if not isinstance(image, str):
        return image  # type: ignore[no-any-return]
    from digitrig.digits import load_source

    images, _labels = load_source(image)
    if len(images) != 1:
        raise UsageError(f"{image} holds {len(images)} images; this keyword takes one")
    return images[0]  # type: ignore[no-any-return]
