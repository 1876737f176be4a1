"""From a `.tflite` model to C that runs without an interpreter."""

from digitrig.codegen.generate import Bundle, generate
from digitrig.codegen.graph import describe
from digitrig.codegen.models import ModelInfo, load_model, model_names

__all__ = ["Bundle", "ModelInfo", "describe", "generate", "load_model", "model_names"]
