"""Every instruction form with random operands, flags, memory and modes: our core against Unicorn's.

DIGITRIG_DIFF_ROUNDS multiplies how many encodings are drawn. Same seed, same encodings, same operands.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from dual import CODE_BASE, ROUNDS, Bench, Difference, Encoding, Ours
from forms import Form, parse_forms
from forms_fpu import FPU
from forms_thumb import THUMB16, THUMB16_V7M, THUMB32_V6M
from forms_v7m import FLOAT_LOAD_STORE, THUMB32_V7M

Record = Callable[[str, object], None]
# Forms that an IT block of several may hold: registers only, every register value allowed.
UNFIT_FOR_BLOCKS = ("LDR", "STR", "PUSH", "POP", "VLDR", "PLD", "PLI", "MSR", "VMSR", "MRS", "MOV.high", "ADD.high")


def _v7m_forms() -> list[Form]:
    return [
        *parse_forms(THUMB16),
        *parse_forms(THUMB16_V7M),
        *parse_forms(THUMB32_V6M),
        *parse_forms(THUMB32_V7M),
        *parse_forms(FLOAT_LOAD_STORE, "float"),
        *parse_forms(FPU, "float"),
    ]


def _draw(bench: Bench, forms: Sequence[Form], count: int) -> list[Encoding]:
    """`count` encodings of each form; every third inside an IT block where that is allowed."""
    return [
        bench.encoding(form, not bench.v6m and i % 3 == 2 and "noit" not in form.options and len(form.patterns) == 1)
        for form in forms
        for i in range(count)
    ]


def _report(differences: Sequence[Difference]) -> str:
    return f"{len(differences)} differences, the first:\n" + "\n".join(str(d) for d in differences[:5])


def test_every_form_of_the_cortex_m7_leaves_the_same_state(record_property: Record) -> None:
    bench, forms, rounds = Bench(v6m=False, seed=7), _v7m_forms(), 250
    encodings = _draw(bench, forms, 24 * ROUNDS)
    differences = bench.run(encodings, rounds)
    record_property(
        "summary",
        f"Armv7E-M: {len(forms)} instruction forms, {len(encodings)} encodings, "
        f"{len(encodings) * rounds} operand sets, {len(differences)} differences",
    )
    assert not differences, _report(differences)


def test_every_form_of_the_cortex_m0plus_leaves_the_same_state(record_property: Record) -> None:
    bench, rounds = Bench(v6m=True, seed=6), 250
    forms = [*parse_forms(THUMB16), *parse_forms(THUMB32_V6M)]
    encodings = _draw(bench, forms, 60 * ROUNDS)
    differences = bench.run(encodings, rounds)
    record_property(
        "summary",
        f"Armv6-M: {len(forms)} instruction forms, {len(encodings)} encodings, {len(encodings) * rounds} operand sets, "
        f"{len(differences)} differences",
    )
    assert not differences, _report(differences)


def test_it_blocks_of_random_instructions_leave_the_same_state(record_property: Record) -> None:
    bench, rounds = Bench(v6m=False, seed=8), 100
    fit = [
        form
        for form in _v7m_forms()
        if not form.options & {"alone", "noit"}
        and len(form.patterns) == 1
        and not form.name.startswith(UNFIT_FOR_BLOCKS)
        and not set(form.settings) - {"any"}
        and ".sp" not in form.name
    ]
    blocks = [bench.block(fit) for _ in range(6000 * ROUNDS)]
    differences = bench.run(blocks, rounds)
    record_property(
        "summary",
        f"IT blocks: {len(blocks)} of two to four of {len(fit)} forms, {len(blocks) * rounds} operand sets, "
        f"{len(differences)} differences",
    )
    assert not differences, _report(differences)


def test_smlad_sets_q_by_the_exact_sum_of_all_three() -> None:
    """Where driver.c does not compare Q. 2 * (-32768)^2 = 2^31; with -1 it fits, with 0 it does not."""
    core = Ours(v6m=False).core
    core.write(CODE_BASE, b"\x21\xfb\x02\x30")  # SMLAD R0, R1, R2, R3
    for accumulator, result, q in ((0xFFFF_FFFF, 0x7FFF_FFFF, 0), (0, 0x8000_0000, 1)):
        for name, value in (("r1", 0x8000_8000), ("r2", 0x8000_8000), ("r3", accumulator), ("xpsr", 0x0100_0000)):
            core.set_cpu(name, value)
        core.set_cpu("pc", CODE_BASE)
        core.run(10**12, 1)
        assert (core.get_cpu("r0"), core.get_cpu("xpsr") >> 27 & 1) == (result, q)
