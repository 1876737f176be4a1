"""Which TFLite runtime this machine has: `ai-edge-litert`, or its predecessor `tflite-runtime`.

They are not the same: since its first releases LiteRT's reference dense layer scales in floating point (one rounding),
its predecessor's in fixed point (two roundings), which shows in about one score byte of a thousand. The bundles follow
LiteRT, checked with 1.4.0 to 2.3.0; against the predecessor they can differ there, and the name tells which it was.
"""

from __future__ import annotations

import importlib
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from digitrig.errors import FileFormatError, MissingFileError, MissingToolError

# distribution -> module that has Interpreter and OpResolverType; the first that imports is used
RUNTIMES = {"ai-edge-litert": "ai_edge_litert.interpreter", "tflite-runtime": "tflite_runtime.interpreter"}


def _load() -> tuple[str, Any]:
    for distribution, module in RUNTIMES.items():
        try:
            return distribution, importlib.import_module(module)
        except ImportError:
            continue
    raise MissingToolError(
        "no TFLite runtime is installed; the reference needs one: pip install ai-edge-litert "
        "(or pip install tflite-runtime where that has no wheel)"
    )


def runtime_name() -> str:
    """What reports call the reference: distribution, version, kernels.  Raises MissingToolError."""
    distribution, _ = _load()
    try:
        number = version(distribution)
    except PackageNotFoundError:
        number = "of unknown version"
    return f"{distribution} {number} reference kernels"


def open_interpreter(path: Path, *, keep_all: bool = False, optimised: bool = False) -> Any:
    """A single-threaded interpreter of a `.tflite` file with its tensors allocated.

    keep_all: every tensor keeps its value after a run, not only the outputs.  optimised: the built-in optimised kernels
    instead of the reference ones, which only a test of their difference wants.
    Raises MissingFileError, MissingToolError, and FileFormatError when the runtime refuses the file.
    """
    if not path.is_file():
        raise MissingFileError(path, "model file", "models that come with digitrig: digitrig boards")
    _, module = _load()
    kinds = module.OpResolverType
    resolver = kinds.BUILTIN_WITHOUT_DEFAULT_DELEGATES if optimised else kinds.BUILTIN_REF
    try:
        interpreter = module.Interpreter(
            model_content=path.read_bytes(),
            experimental_op_resolver_type=resolver,
            experimental_preserve_all_tensors=keep_all,
            num_threads=1,
        )
        interpreter.allocate_tensors()
    except (ValueError, RuntimeError) as error:
        reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        raise FileFormatError(
            path, f"the TFLite runtime refuses it ({reason})", "a .tflite file with built-in operators only"
        ) from error
    return interpreter
