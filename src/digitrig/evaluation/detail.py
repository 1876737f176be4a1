"""What a report says of a board beside the predictions: memory, cycles by layer, the images worth looking at."""

from __future__ import annotations

import base64
import io
import platform
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import numpy as np

from digitrig import __version__
from digitrig.digits.arrays import GreyImage
from digitrig.digits.datasets import Dataset
from digitrig.errors import DigitrigError
from digitrig.evaluation.results import BoardResult

WRONG_SHOWN = 30
NARROW_SHOWN = 10
STACK_IMAGES = 3
PACKAGES = ("numpy", "ai-edge-litert", "tflite-runtime", "ziglang", "cmake", "ninja", "lark", "pyelftools", "PyYAML")


def environment() -> dict[str, Any]:
    """Versions of everything that takes part in an evaluation on this machine."""
    found: dict[str, Any] = {"digitrig": __version__, "python": platform.python_version()}
    found["machine"] = f"{platform.system()} {platform.machine()}"
    for name in PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def detail(result: BoardResult, data: Dataset, firmware: Path | None) -> dict[str, Any]:
    """memory, layers and images of one board's result; None for what this firmware or engine does not tell."""
    return {
        "memory": memory(result, data, firmware),
        "layers": layers(result, data),
        "error_band_percent": _band(result.board),
        "worst": worst(result, data),
    }


def _band(board: str) -> float | None:
    from digitrig.platform import board_names, load_board

    return load_board(board).timing.error_band_percent if board in board_names() else None


def memory(result: BoardResult, data: Dataset, firmware: Path | None) -> dict[str, Any] | None:
    """flash_bytes and ram_bytes of the file; stack_bytes: the highest use over a few images, for our firmware."""
    if firmware is None:
        return None
    from digitrig.firmware_build import memory_use

    flash, ram = memory_use(firmware)
    found: dict[str, Any] = {"flash_bytes": flash, "ram_bytes": ram, "stack_bytes": None}
    if result.runtime == "bundle" and result.app == "console":
        from digitrig.evaluation.budget import stack_use

        images = list(data.images[:STACK_IMAGES])
        stack, reserved = stack_use(result.board, result.model, result.weights, images)
        found |= {"ram_bytes": ram - reserved + stack, "stack_bytes": stack}
    return found


def layers(result: BoardResult, data: Dataset) -> list[dict[str, Any]] | None:
    """Cycles and instructions by layer of the first image, by memory injection."""
    if result.runtime == "foreign" or result.app not in ("console", "interpreter"):
        return None
    from digitrig.board import Board
    from digitrig.evaluation.layer_costs import layer_costs, layers_json

    kind: dict[str, Any] = {"model": result.model, "weights": result.weights, "runtime": result.runtime}
    try:
        with Board(result.board, engine=result.engine, **kind) as board:
            board.start()
            return layers_json(layer_costs(board, data.images[0]))
    except DigitrigError:
        return None


def worst(result: BoardResult, data: Dataset) -> list[dict[str, Any]]:
    """Images to look at: those that were not recognised, the surest first, then right ones with the lowest margin."""
    labels, scores = data.labels, result.scores
    answered = result.digits >= 0
    margins = _margins(scores) if scores is not None else np.zeros(len(result.digits))
    wrong = np.flatnonzero(answered & (labels != result.digits)) if labels is not None else np.zeros(0, np.int64)
    right = np.flatnonzero(answered & (labels == result.digits)) if labels is not None else np.flatnonzero(answered)
    chosen = list(wrong[np.argsort(-margins[wrong], kind="stable")][:WRONG_SHOWN])
    if scores is not None:
        chosen += list(right[np.argsort(margins[right], kind="stable")][:NARROW_SHOWN])
    return [
        {
            "image": int(index),
            "class": None if labels is None else int(labels[index]),
            "digit": int(result.digits[index]),
            "margin": float(margins[index]) if scores is not None else None,
            "scores": None if scores is None else scores[index].tolist(),
            "png": picture(data.images[index]),
        }
        for index in chosen
    ]


def _margins(scores: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Best score minus second best, (N,)."""
    ordered = np.sort(scores.astype(np.float64), axis=1)
    return ordered[:, -1] - ordered[:, -2]


def picture(image: GreyImage) -> str:
    """The image as a PNG in base64, dark on light as ink on paper."""
    from PIL import Image as pillow

    stream = io.BytesIO()
    pillow.fromarray(255 - image).save(stream, "PNG", optimize=True)
    return base64.b64encode(stream.getvalue()).decode()


def titled(facts: Mapping[str, Any]) -> str:
    """How a report calls a result: `frdm_ke16z an13438 flash`, with the app, runtime or adapter where it is special."""
    parts = [facts["board"], facts["model"]]
    if facts.get("adapter"):
        parts.append(f"{facts['app']} by {facts['adapter']}")
    else:
        parts.append(f"weights in {facts['weights']}")
        parts += [facts["app"]] if facts.get("app", "console") != "console" else []
        parts += [facts["runtime"]] if facts.get("runtime", "bundle") != "bundle" else []
    return ", ".join(parts)
