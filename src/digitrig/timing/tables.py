"""Cycles by class of instruction.

A class's cycles are those of one instruction of it with operands ready and memory without wait states; the board's wait
states are added by the core per access, fetch and taken branch. `multiple_base` + N x `multiple_register` is what LDM,
STM, PUSH and POP of N registers cost; `pop_pc_extra` and `load_pc_extra` are added when PC is among the loaded.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from digitrig.errors import UnknownNameError
from digitrig.native.core import Core

_PLAIN = ("alu", "branch", "hint")
_FP = ("fp", "fp_mac", "fp_load", "fp_store")
_USES = (
    "alu",
    "early",
    "address",
    "index",
    "shift",
    "multiplicand",
    "accumulator",
    "store",
    "fp",
    "fp_accumulator",
    "fp_store",
)


def _row(*cycles: int) -> dict[str, int]:
    return dict(zip(_USES, cycles, strict=True))


M0PLUS_TRM = "Cortex-M0+ TRM (Arm DDI 0484C), table 3-1"


@dataclass(frozen=True)
class DualIssue:
    """Two instructions a cycle. pairs: slot of the older instruction -> slots that may join it; latencies: where a
    result comes from -> what it is needed for -> cycles from issue to issue; mispredict: cycles lost, and the same when
    the flags had been set settled_flags cycles before.  unaligned_load: cycles more than an aligned one;
    unaligned_store: cycles in the store buffer, which has store_buffer entries; split_multiple: cycles more of storing
    an even number of words at an address that is no multiple of 8. Names as in digitrig.native.core.
    """

    pairs: Mapping[str, tuple[str, ...]]
    latencies: Mapping[str, Mapping[str, int]]
    words_per_cycle: int
    mispredict: int
    mispredict_settled: int
    settled_flags: int
    unaligned_load: int
    unaligned_store: int
    split_multiple: int
    store_buffer: int


@dataclass(frozen=True)
class CostTable:
    """cycles: class name -> core cycles.  error_band_percent: how wrong a total may be, either way.

    not_modelled: what the table leaves out, in words a report prints beside every figure.  issue: None for a core that
    issues one instruction after the other.
    """

    name: str
    title: str
    source: str
    cycles: Mapping[str, int]
    error_band_percent: float
    not_modelled: tuple[str, ...]
    issue: DualIssue | None = None

    def apply(self, core: Core) -> None:
        """Hand the table to a core."""
        for name, cycles in self.cycles.items():
            core.set_cost(name, cycles)
        if self.issue is not None:
            core.set_timing(**vars(self.issue))

    def with_multiplier(self, cycles: int) -> CostTable:
        """The same core synthesised with the other multiplier: MULS takes 1 or 32 cycles."""
        return replace(self, cycles={**self.cycles, "mul": cycles})


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

# Where nothing else is cited, the numbers of the Cortex-M7 come from three descriptions that agree: a scheduling model
# by Arm's engineers (LLVM, ARMScheduleM7.td and ARMLatencyMutations.cpp) [L], measurements on a STM32H743 (jnk0le,
# "pipeline cycle test", cortex_m7.md) [J], and measurements on a STM32H730 (quinapalus.com, cm7cycles.html) [Q].
CORTEX_M7_ISSUE = DualIssue(
    # slot of the older instruction -> slots of the younger ones that may be issued in the same cycle [J]. Arithmetic of
    # the DSP extension and bit fields go into the older slot only; two multiplications, a multiplication and a store,
    # two stores, two shifted operands and two floating-point operations never go together. Two loads do when they are
    # known to be in different banks: the core looks at their addresses.
    pairs={
        "alu": (*_PLAIN, "shifted", "multiply", "load", "store", *_FP),
        "shifted": (*_PLAIN, "multiply", "load", "store", *_FP),
        "dsp": (*_PLAIN, "shifted", "multiply", "load", "store", *_FP),
        "multiply": (*_PLAIN, "shifted", "load", *_FP),
        "load": (*_PLAIN, "shifted", "multiply", "load", "store", "fp", "fp_mac", "fp_store"),
        "store": (*_PLAIN, "shifted", "load", "fp", "fp_mac", "fp_load"),
        "branch": (*_PLAIN, "shifted", "multiply", "load", "store", *_FP),
        "hint": (*_PLAIN, "shifted", "multiply", "load", "store", *_FP),
        "fp": (*_PLAIN, "shifted", "multiply", "load", "store", "fp_load", "fp_store"),
        "fp_mac": (*_PLAIN, "shifted", "multiply", "load", "store"),
        "fp_load": (*_PLAIN, "shifted", "multiply", "store", "fp", "fp_store"),
        "fp_store": (*_PLAIN, "shifted", "load", "fp", "fp_load"),
    },
    # Cycles from the issue of the instruction that makes a value to the issue of the one that needs it. The columns:
    # late ALU; early ALU; base of an address; its index; operand that is shifted; factor; addend of a multiplication;
    # data to be stored; and three of floating point. An operation that both ALUs can do runs in the early one if its
    # operands are there and, but for shifts, if it stands in the older slot; it then hands its result to the younger
    # instruction of the same cycle [J]. A word that was loaded reaches a base register in two cycles and an index
    # register in three [L]; [Q] measured three without saying which.
    latencies={
        "early": _row(0, 1, 1, 1, 1, 1, 0, 0, 1, 1, 0),  # add, subtract, move, shift in the early ALU [J]
        "alu": _row(1, 2, 2, 2, 2, 1, 0, 0, 1, 1, 0),  # [J, L]
        "dsp": _row(1, 2, 2, 2, 2, 1, 0, 0, 1, 1, 0),  # [J]
        "saturate": _row(2, 3, 3, 3, 3, 2, 1, 0, 2, 2, 0),  # [L]
        "load": _row(1, 2, 2, 3, 2, 2, 1, 0, 1, 1, 0),  # [J, L]; base: [L]; index: [L, Q]
        "load_narrow": _row(2, 3, 3, 3, 3, 2, 1, 0, 2, 2, 0),  # [J]; address: [L]
        "multiply": _row(2, 3, 4, 4, 3, 2, 1, 0, 2, 2, 0),  # [J, L, Q]; a chain of accumulations is one a cycle [J]
        "fp": _row(3, 3, 3, 3, 3, 3, 3, 0, 3, 3, 1),  # [J]
        "fp_mac": _row(5, 5, 5, 5, 5, 5, 5, 0, 5, 3, 3),  # [J]; chain: 3
        "fp_load": _row(1, 1, 1, 1, 1, 1, 1, 0, 1, 3, 0),  # [J]
        "fp_move": _row(3, 3, 3, 3, 3, 3, 3, 0, 3, 3, 0),  # core register or FP register to FP register [J]
        "fp_to_core": _row(1, 2, 2, 2, 2, 1, 0, 0, 1, 1, 0),  # [J]
    },
    words_per_cycle=2,  # LDM, STM, PUSH, POP [J]
    mispredict=8,  # [J]; LLVM schedules for 4 and names 6
    mispredict_settled=6,  # flags set three cycles before or earlier [J]
    settled_flags=3,
    unaligned_load=3,  # in the older slot, 4 in the younger [J]
    unaligned_store=4,  # one after the other [J]
    split_multiple=1,  # [J]
    store_buffer=4,  # entries: Cortex-M7 TRM (Arm DDI 0489F), 5.9.2
)

CORTEX_M7 = CostTable(
    name="m7",
    title="Cortex-M7, dual issue, branch prediction, caches, store buffer",
    source="LLVM ARMScheduleM7.td; jnk0le, pipeline cycle test (STM32H743); quinapalus.com, cm7cycles (STM32H730)",
    # Cycles that nothing else is issued in; 1 where nothing is said. A division blocks the machine [L]; a result of
    # floating point follows its last cycle here by the latency above: 14 + 3 - 1 = 16 for VDIV.F32.
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
        "fp_div": 14,
        "fp_sqrt": 12,
        "fp_add_double": 2,
        "fp_mul_double": 4,
        "fp_mac_double": 6,
        "fp_div_double": 28,
        "fp_sqrt_double": 28,
        "exception_entry": 12,
        "exception_return": 10,
        "tail_chain": 6,
        "fp_context": 9,
    },
    error_band_percent=10.0,
    not_modelled=(
        "memories behind the bus but for what the board's file says of them; tightly coupled memory is the rest",
        "bank conflicts between loads from unrelated addresses (every other pair of them counts as one)",
        "a load behind a store to the same word, the store buffer of tightly coupled memory but for unaligned stores",
        "size and history of the branch predictor (counters of two bits); indirect branches are predicted rightly",
    ),
    issue=CORTEX_M7_ISSUE,
)

_TABLES = {table.name: table for table in (CORTEX_M0PLUS, CORTEX_M7)}


def costs_for(model: str, multiplier_cycles: int | None = None) -> CostTable:
    """The table of a timing model by name. Raises UnknownNameError."""
    table = _TABLES.get(model)
    if table is None:
        raise UnknownNameError("timing model", model, list(_TABLES))
    return table if multiplier_cycles is None else table.with_multiplier(multiplier_cycles)
