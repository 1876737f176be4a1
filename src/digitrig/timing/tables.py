"""Cycles by class of instruction.

A class's cycles are those of one instruction of it with operands ready and memory without wait states; the board's wait
states are added by the core per access, fetch and taken branch. `multiple_base` + N x `multiple_register` is what LDM,
STM, PUSH and POP of N registers cost; `pop_pc_extra` and `load_pc_extra` are added when PC is among the loaded.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from digitrig.errors import UnknownNameError

M0PLUS_TRM = "Cortex-M0+ TRM (Arm DDI 0484C), table 3-1"


@dataclass(frozen=True)
class CostTable:
    """cycles: class name -> core cycles.  error_band_percent: how wrong a total may be, either way.

    not_modelled: what the table leaves out, in words a report prints beside every figure.
    """

    name: str
    title: str
    source: str
    cycles: Mapping[str, int]
    error_band_percent: float
    not_modelled: tuple[str, ...]

    def with_multiplier(self, cycles: int) -> CostTable:
        """The same core synthesised with the other multiplier: MULS takes 1 or 32 cycles."""
        return CostTable(
            self.name,
            self.title,
            self.source,
            {**self.cycles, "mul": cycles},
            self.error_band_percent,
            self.not_modelled,
        )


CORTEX_M0PLUS = CostTable(
    name="m0plus",
    title="Cortex-M0+, two-stage pipeline, one AHB-Lite port",
    source=M0PLUS_TRM,
    cycles={
        "alu": 1,
        "mul": 1,  # or 32: a synthesis option, see with_multiplier
        "load": 2,
        "load_byte": 2,
        "store": 2,
        "multiple_base": 1,
        "multiple_register": 1,
        "pop_pc_extra": 2,  # POP with PC: 3 + N
        "branch": 2,
        "branch_not_taken": 1,
        "branch_link": 3,
        "branch_register": 2,
        "alu_pc": 2,  # MOV PC, ADD PC
        "nop": 1,
        "wait": 2,  # WFI, WFE: plus the time asleep
        "barrier": 3,
        "special_register": 3,  # MRS, MSR
        "change_state": 1,  # CPSID, CPSIE
        "supervisor": 1,  # not given in the table; the exception entry is added
        "exception_entry": 15,  # DDI 0484C 3.6.1: worst case at zero wait states
        "exception_return": 13,  # not published: 8-word unstacking and refill
        "tail_chain": 11,  # not published: refill and vector fetch without stacking
    },
    error_band_percent=5.0,
    not_modelled=("flash buffer and cache hits and misses beyond the board's fixed wait states", "bus contention"),
)

# One issue slot a cycle; multi-cycle units at their latency. Dual issue, branch prediction and caches are left out, so
# a total is an upper estimate for code in TCM and says nothing of cache misses.
CORTEX_M7 = CostTable(
    name="m7-simple",
    title="Cortex-M7, single issue, no caches",
    source="LLVM ARMScheduleM7.td for the multi-cycle units; one cycle otherwise",
    cycles={
        "div": 7,
        "load_double": 1,
        "store_double": 1,
        "multiple_base": 0,
        "multiple_register": 1,
        "pop_pc_extra": 1,
        "table_branch": 2,
        "barrier": 3,
        "wait": 2,
        "fp_add": 1,
        "fp_mul": 1,
        "fp_mac": 1,
        "fp_div": 16,
        "fp_sqrt": 14,
        "fp_add_double": 2,
        "fp_mul_double": 4,
        "fp_mac_double": 6,
        "fp_div_double": 30,
        "fp_sqrt_double": 30,
        "exception_entry": 12,
        "exception_return": 10,
        "tail_chain": 6,
        "fp_context": 9,
    },
    error_band_percent=50.0,
    not_modelled=("dual issue", "operand latencies", "branch prediction", "caches and flash line fills"),
)

_TABLES = {table.name: table for table in (CORTEX_M0PLUS, CORTEX_M7)}
_ALIASES = {"m7": "m7-simple"}


def costs_for(model: str, multiplier_cycles: int | None = None) -> CostTable:
    """The table of a timing model by name. Raises UnknownNameError."""
    table = _TABLES.get(_ALIASES.get(model, model))
    if table is None:
        raise UnknownNameError("timing model", model, [*_TABLES, *_ALIASES])
    return table if multiplier_cycles is None else table.with_multiplier(multiplier_cycles)
