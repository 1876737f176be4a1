"""`Reference`: what the board's scores and layers have to equal, byte for byte."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from digitrig.errors import FileFormatError, ShapeError
from digitrig.reference.runtime import open_interpreter, runtime_name

ZERO_POINT = -128  # the input quantisation that the firmware applies: one grey level is one step of 1/255
SCALE = 1.0 / 255.0


@dataclass(frozen=True, eq=False)
class Layer:
    """Output of one operator.  name: as in the model file.  index: tensor number.  shape: with the batch dimension.

    data: int8 (or whatever the tensor holds), of that shape.
    """

    name: str
    index: int
    shape: tuple[int, ...]
    data: NDArray[Any]


def quantise(image: NDArray[np.uint8]) -> NDArray[np.int8]:
    """Turn a grey image into the int8 values that the firmware reads: value - 128, same shape.

    Exact for scale 1/255 and zero point -128, which `Reference` insists on.
    Raises ShapeError when the array is not uint8."""
    if image.dtype != np.uint8:
        raise ShapeError(f"image has type {image.dtype}; expected uint8, 0 is background and 255 is ink")
    return (image ^ 0x80).view(np.int8)


class Reference:
    """A `.tflite` model under the host's TFLite reference kernels, one thread.

    One object serves one thread at a time; make one per worker.
    Raises MissingFileError, FileFormatError (not a model, unsupported operators, not int8 in and out, another input
    quantisation than scale 1/255 and zero point -128) and MissingToolError (no TFLite runtime).
    """

    def __init__(self, model_path: Path | str) -> None:
        self.path = Path(model_path)
        self._interpreter = open_interpreter(self.path)
        self._keeping: Any = None
        self._input = self._only(self._interpreter.get_input_details(), "input")
        self._output = self._only(self._interpreter.get_output_details(), "output")
        scale, zero_point = self._input["quantization"]
        if zero_point != ZERO_POINT or abs(scale - SCALE) > 1e-6:
            raise FileFormatError(
                self.path,
                f"input tensor '{self._input['name']}' has scale {scale:.8g} and zero point {zero_point}",
                "scale 1/255 and zero point -128, so that the firmware need only subtract 128 from a pixel",
            )

    def _only(self, details: list[dict[str, Any]], what: str) -> dict[str, Any]:
        if len(details) != 1:
            raise FileFormatError(self.path, f"{len(details)} {what} tensors", f"one {what} tensor")
        detail = details[0]
        if detail["dtype"] is not np.int8:
            raise FileFormatError(
                self.path, f"{what} tensor '{detail['name']}' is {np.dtype(detail['dtype']).name}", "int8"
            )
        return detail

    @property
    def name(self) -> str:
        """Runtime, version and kernels, for reports."""
        return runtime_name()

    @property
    def input_shape(self) -> tuple[int, ...]:
        """Shape of the input tensor, batch first."""
        return tuple(int(n) for n in self._input["shape"])

    def scores(self, image: NDArray[np.uint8]) -> NDArray[np.int8]:
        """Scores of one image.  image: uint8 with as many elements as the input, such as (28, 28).  Returns (10,) int8.

        Raises ShapeError."""
        self._run(self._interpreter, image)
        scores: NDArray[np.int8] = self._interpreter.get_tensor(self._output["index"]).reshape(-1).copy()
        return scores

    def scores_many(self, images: Iterable[NDArray[np.uint8]]) -> NDArray[np.int8]:
        """Scores of many images, in order.  images: (N, 28, 28) uint8 or (28, 28) each.  Returns (N, 10) int8."""
        rows = [self.scores(image) for image in images]
        width = int(np.prod(self._output["shape"]))
        return np.stack(rows) if rows else np.zeros((0, width), np.int8)

    def layers(self, image: NDArray[np.uint8]) -> list[Layer]:
        """Outputs of all operators, in the order in which they run.  image: as for `scores`.  Raises ShapeError."""
        if self._keeping is None:
            self._keeping = open_interpreter(self.path, keep_all=True)
        self._run(self._keeping, image)
        details = {detail["index"]: detail for detail in self._keeping.get_tensor_details()}
        found = []
        for operator in self._keeping._get_ops_details():
            for index in (int(n) for n in operator["outputs"]):
                data = self._keeping.get_tensor(index).copy()
                found.append(Layer(str(details[index]["name"]), index, tuple(int(n) for n in data.shape), data))
        return found

    def _run(self, interpreter: Any, image: NDArray[np.uint8]) -> None:
        shape = self.input_shape
        if not isinstance(image, np.ndarray) or image.size != int(np.prod(shape)):
            found = image.shape if isinstance(image, np.ndarray) else type(image).__name__
            raise ShapeError(f"image has shape {found}; {self.path.name} takes {shape}")
        interpreter.set_tensor(self._input["index"], quantise(image).reshape(shape))
        interpreter.invoke()
