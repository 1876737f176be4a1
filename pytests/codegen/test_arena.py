"""Static planning of activation memory."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from digitrig.codegen.arena import Buffer, plan


def test_buffers_of_different_times_share_memory() -> None:
    result = plan([Buffer("a", 100, 0, 1), Buffer("b", 60, 2, 3)])
    assert result.offsets == {"a": 0, "b": 0}
    assert result.bytes == 100


def test_buffers_of_one_time_lie_side_by_side() -> None:
    result = plan([Buffer("a", 10, 0, 1), Buffer("b", 20, 1, 2)])
    assert result.offsets == {"b": 0, "a": 20}
    assert result.bytes == 32  # 30, to the next multiple of 4


def test_a_buffer_fills_the_gap_that_an_earlier_one_left() -> None:
    """`wide` lies first; `late` ends when `small` begins, so `small` can lie where `late` lay."""
    result = plan([Buffer("wide", 100, 0, 9), Buffer("late", 40, 0, 4), Buffer("small", 8, 5, 9)])
    assert result.offsets == {"wide": 0, "late": 100, "small": 100}
    assert result.bytes == 140


def test_no_buffers_need_no_memory() -> None:
    assert plan([]).bytes == 0


_BUFFERS = st.lists(
    st.tuples(st.integers(1, 300), st.integers(-1, 12), st.integers(0, 6)).map(lambda t: (t[0], t[1], t[1] + t[2])),
    max_size=14,
).map(lambda rows: [Buffer(f"b{i}", *row) for i, row in enumerate(rows)])


@given(_BUFFERS)
def test_nothing_overlaps_in_time_and_space(buffers: list[Buffer]) -> None:
    result = plan(buffers)
    for one in buffers:
        start = result.offsets[one.key]
        assert start % 4 == 0
        assert start + one.bytes <= result.bytes
        for other in buffers:
            if one is not other and one.first <= other.last and other.first <= one.last:
                begin = result.offsets[other.key]
                assert start + one.bytes <= begin or begin + other.bytes <= start


@given(_BUFFERS, st.randoms(use_true_random=False))
def test_plan_does_not_depend_on_the_order_given(buffers: list[Buffer], random: object) -> None:
    shuffled = list(buffers)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert plan(shuffled) == plan(buffers)


@given(_BUFFERS)
def test_arena_is_never_larger_than_all_buffers_side_by_side(buffers: list[Buffer]) -> None:
    assert plan(buffers).bytes <= sum((b.bytes + 3) // 4 * 4 for b in buffers)
