"""The host TFLite reference, and comparison with it that knows no tolerance."""

from digitrig.reference.comparison import Difference, compare_scores, first_difference
from digitrig.reference.interpreter import Layer, Reference
from digitrig.reference.preprocess import Preprocessing
from digitrig.reference.runtime import runtime_name

__all__ = [
    "Difference",
    "Layer",
    "Preprocessing",
    "Reference",
    "compare_scores",
    "first_difference",
    "runtime_name",
]
