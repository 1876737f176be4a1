"""Snapshots at any instruction, several boards in threads, boards after fork: the same state, always."""

from __future__ import annotations

import hashlib
import os
import random
import threading

import numpy as np
import pytest

from digitrig.board import Board
from digitrig.digits import load_source
from digitrig.protocols import Machine, StopReason

MS = 10**9


def digest(machine: Machine, board: Board) -> str:
    """Everything a continued run can depend on, and what it has done so far."""
    state = hashlib.sha256(repr(sorted(machine.registers().items())).encode())
    state.update(f"{machine.clock.cycles} {machine.clock.instructions} {machine.clock.now_ps}".encode())
    for area in board.spec.ram[:3]:
        state.update(machine.memory.read(area.base, area.size))
    return state.hexdigest()


def ink(digit: int) -> np.ndarray:
    return load_source(f"ink:{digit}:1")[0][0]


def begin_inference(board: Board) -> None:
    """Everything at once: a frame coming in, a line going out, SysTick, and soon an inference."""
    board.send(b"info\n")
    board.write_symbol("digitrig_image", ink(3).tobytes())
    board.write_symbol("digitrig_request", (1).to_bytes(4, "little"))
    board.send(b"image\n" + ink(5).tobytes())


def steps(machine: Machine, count: int) -> None:
    machine.console.stop_on(None)
    machine.stop_on_fault(False)
    stop = machine.run(10_000 * MS, count)
    assert stop.reason is StopReason.INSTRUCTIONS


def test_a_snapshot_at_any_instruction_continues_as_the_run_that_was_not_stopped(board: Board) -> None:
    machine = board.machine
    begin_inference(board)
    start = machine.snapshot()
    total = 60_000
    steps(machine, total)
    expected = digest(machine, board)
    rng = random.Random(20)
    for cut in sorted(rng.sample(range(1, total), 25)):
        machine.restore(start)
        steps(machine, cut)
        middle = machine.snapshot()
        before = digest(machine, board)
        steps(machine, total - cut)
        assert digest(machine, board) == expected, f"stopped after {cut} instructions"
        machine.restore(middle)
        assert digest(machine, board) == before, f"restored after {cut} instructions"
        steps(machine, total - cut)
        assert digest(machine, board) == expected, f"continued from a snapshot after {cut} instructions"


def test_a_run_in_slices_of_time_equals_one_run(board: Board) -> None:
    machine = board.machine
    begin_inference(board)
    start = machine.snapshot()
    machine.stop_on_fault(False)
    machine.console.stop_on(None)
    machine.run(40 * MS)
    expected = digest(machine, board)
    for slice_ps in (MS // 7, 12_345_678, 3 * MS):
        machine.restore(start)
        end = machine.clock.now_ps + 40 * MS
        while machine.clock.now_ps < end:
            machine.run(min(slice_ps, end - machine.clock.now_ps))
        assert digest(machine, board) == expected, f"slices of {slice_ps} ps"


def test_a_snapshot_of_one_board_can_be_continued_on_another_one_built_alike(name: str, board: Board) -> None:
    begin_inference(board)
    steps(board.machine, 12_345)
    snapshot = board.machine.snapshot()
    with Board(name) as other:
        other.machine.restore(snapshot)
        for each in (board, other):
            steps(each.machine, 30_000)
        assert digest(other.machine, other) == digest(board.machine, board)


def predictions(name: str) -> list[object]:
    with Board(name) as board:
        board.start()
        return [board.predict(ink(digit), "memory") for digit in range(10)]


def test_boards_in_threads_do_not_disturb_each_other(name: str) -> None:
    expected = predictions(name)
    found: dict[int, list[object]] = {}
    threads = [threading.Thread(target=lambda i=i: found.update({i: predictions(name)})) for i in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [found[i] for i in range(3)] == [expected] * 3


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
def test_a_board_goes_on_after_fork_in_parent_and_child_alike(board: Board) -> None:
    board.write_symbol("digitrig_image", ink(8).tobytes())
    board.write_symbol("digitrig_request", (1).to_bytes(4, "little"))
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        code = 1
        try:
            steps(board.machine, 50_000)
            os.write(write, digest(board.machine, board).encode())
            code = 0
        finally:
            os._exit(code)
    steps(board.machine, 50_000)
    expected = digest(board.machine, board)
    _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) == 0
    assert os.read(read, 64).decode() == expected
    os.close(read)
    os.close(write)
