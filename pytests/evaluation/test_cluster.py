"""A dask cluster of two worker processes on this machine gives what worker processes of our own give."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from pathlib import Path

import pytest
from fake_board import BOOTS_FILE, FakeReference, open_fake
from test_evaluate import COUNT, dataset, without_times

from digitrig.digits import load_dataset
from digitrig.errors import MissingToolError, UnknownNameError, UsageError
from digitrig.evaluation import cluster, evaluate

distributed = pytest.importorskip("distributed", reason="dask is not installed: pip install 'digitrig[dask]'")
run = functools.partial(evaluate, factory=open_fake, reference=FakeReference())
pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def switches(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("dask")


@pytest.fixture(scope="module")
def address(switches: Path) -> Iterator[str]:
    """Scheduler of two worker processes, which see what the fake boards need."""
    patch = pytest.MonkeyPatch()
    patch.setenv(BOOTS_FILE, str(switches / "boots"))
    patch.syspath_prepend(str(Path(__file__).parent))
    options = {"n_workers": 2, "threads_per_worker": 1, "processes": True, "dashboard_address": None}
    quick = pytest.importorskip("dask").config.set({"distributed.comm.timeouts.tcp": "15s"})  # by default 30 s
    with quick, distributed.LocalCluster(**options, local_directory=str(switches)) as local:
        yield local.scheduler_address
    patch.undo()


def test_a_cluster_gives_the_same_as_worker_processes(address: str) -> None:
    boards = ["wrong_byte", "faults", "good"]
    ours = run(boards, dataset=dataset(5, 17, 39), workers=2)
    theirs = run(boards, dataset=dataset(5, 17, 39), dask=address)
    assert without_times(ours) == without_times(theirs)
    assert [result.workers for result in theirs] == [2, 2, 2]


def test_real_boards_give_the_same_on_a_cluster(address: str) -> None:
    data = load_dataset("ink", limit=20)
    boards = ["frdm_ke16z", "mimxrt1060_evk"]
    found = [evaluate(boards, dataset=data, workers=count) for count in (1, 2)]
    found.append(evaluate(boards, dataset=data, dask=address))
    assert without_times(found[0]) == without_times(found[1]) == without_times(found[2])
    assert found[2][0].passed


def test_a_killed_dask_worker_loses_nothing(address: str) -> None:
    (result,) = run(["killed_once"], dataset=dataset(17), dask=address)
    assert result.passed
    assert (result.images, result.accuracy) == (COUNT, 1.0)
    assert len(result.incidents) == 1
    assert "was lost; its images were run by others" in result.incidents[0]


def test_an_error_at_boot_comes_through(address: str) -> None:
    with pytest.raises(UnknownNameError, match="board 'unknown' unknown; known: good"):
        run(["unknown"], dataset=dataset(), dask=address)


def test_resume_works_on_a_cluster(address: str, tmp_path: Path) -> None:
    first = run(["good"], dataset=dataset(), dask=address, folder=tmp_path)
    again = run(["good"], dataset=dataset(), dask=address, folder=tmp_path, resume=True)
    assert without_times(first) == without_times(again)


def test_a_scheduler_that_is_not_there_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "CONNECT_S", 1)
    with pytest.raises(UsageError, match="no dask scheduler answers at 'tcp://127"):
        run(["good"], dataset=dataset(), dask="tcp://127.0.0.1:9")


def test_missing_dask_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "distributed", None)
    with pytest.raises(MissingToolError, match=r"run: pip install 'digitrig\[dask\]'"):
        run(["good"], dataset=dataset(), dask="tcp://127.0.0.1:9")
