"""What instructions cost on each core: readable tables, handed to the C core by name."""

from digitrig.timing.tables import CORTEX_M0PLUS, CORTEX_M7, CostTable, DualIssue, costs_for

__all__ = ["CORTEX_M0PLUS", "CORTEX_M7", "CostTable", "DualIssue", "costs_for"]
