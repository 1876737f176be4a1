"""From operators to kernel calls."""

from __future__ import annotations

from digitrig.codegen import convolutions, operators
from digitrig.codegen.context import LOWERINGS, Context
from digitrig.codegen.graph import Graph
from digitrig.codegen.steps import Step, unsupported
from digitrig.codegen.windows import with_windows

MODULES = (convolutions, operators)  # which fill LOWERINGS


def supported_operators() -> list[str]:
    """Names of the operators that kernels do, sorted."""
    return sorted(LOWERINGS)


def lower(graph: Graph) -> list[Step]:
    """Lower all operators, in order.  Raises UnsupportedModelError, which names operator and tensor."""
    steps = []
    for operator in graph.operators:
        lowering = LOWERINGS.get(operator.kind)
        if lowering is None:
            raise unsupported(graph, operator, "no kernel does this operator", ", ".join(supported_operators()))
        steps.append(lowering(Context(graph, operator)))
    return with_windows(graph, steps)
