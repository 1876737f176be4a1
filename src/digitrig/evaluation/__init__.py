"""Many images on many boards, compared with the reference."""

from digitrig.evaluation.evaluate import evaluate
from digitrig.evaluation.metrics import accuracy, accuracy_by_class, confusion_matrix
from digitrig.evaluation.results import BoardResult, Failure, Mismatch, results_json

__all__ = [
    "BoardResult",
    "Failure",
    "Mismatch",
    "accuracy",
    "accuracy_by_class",
    "confusion_matrix",
    "evaluate",
    "results_json",
]
