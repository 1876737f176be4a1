"""`Reference`: what the board's scores and layers have to equal, byte for byte."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from digitrig.errors import FileFormatError
from digitrig.reference.preprocess import Preprocessing
from digitrig.reference.runtime import open_interpreter, runtime_name


@dataclass(frozen=True, eq=False)
class Layer:
    """Output of one operator.  name: as in the model file.  index: tensor number.  shape: with the batch dimension.

    data: int8 (or whatever the tensor holds), of that shape.
    """

    name: str
    index: int
    shape: tuple[int, ...]
    data: NDArray[Any]


class Reference:
    """A `.tflite` model under the host's TFLite reference kernels, one thread.

    One object serves one thread at a time; make one per worker.
    preprocess: how a picture becomes the input, a rule of `digitrig.digits.preprocess`; for the models that come with
    digitrig `digitrig.codegen.load_model(name).reference()` knows it.
    Raises MissingFileError, FileFormatError (not a model, unsupported operators, not int8 in and out), MissingToolError
    (no TFLite runtime), UnknownNameError and UsageError (no such rule, or none for this input).
    """

    def __init__(self, model_path: Path | str, preprocess: str = "scale") -> None:
        self.path = Path(model_path)
        self._interpreter = open_interpreter(self.path)
        self._keeping: Any = None
        self._input = self._only(self._interpreter.get_input_details(), "input")
        self._output = self._only(self._interpreter.get_output_details(), "output")
        scale, zero_point = self._input["quantization"]
        if not scale > 0:
            found = f"input tensor '{self._input['name']}' has scale {scale}"
            raise FileFormatError(self.path, found, "a scale above 0")
        self.preprocessing = Preprocessing(preprocess, self.input_shape, float(scale), int(zero_point))

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
        """Scores of one image.  image: (28, 28) uint8, 0 background, 255 ink.  Returns (10,) int8.

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
        interpreter.set_tensor(self._input["index"], self.preprocessing.apply(image))
        interpreter.invoke()
