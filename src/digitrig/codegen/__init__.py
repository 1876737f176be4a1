"""From a `.tflite` model to C that runs without an interpreter."""

from digitrig.codegen.generate import Bundle, generate
from digitrig.codegen.graph import describe
from digitrig.codegen.models import ModelInfo, load_model, model_names
from digitrig.codegen.steps import Unsupported

__all__ = ["Bundle", "ModelInfo", "Unsupported", "describe", "generate", "load_model", "model_names"]
