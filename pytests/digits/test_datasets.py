"""Data sets by name. Tests that need MNIST itself use it where DIGITRIG_MNIST is set, and `ink` or small files where
it is not."""

from __future__ import annotations

import gzip
import os
import shutil
from pathlib import Path

import numpy as np
import pytest

from digitrig.digits import default_dataset, load_dataset
from digitrig.digits.idx import write_idx
from digitrig.digits.mnist import FILES, VARIABLE, cache_dir, find_file, mnist_folder
from digitrig.digits.npfiles import write_npz
from digitrig.errors import FileFormatError, MissingFileError, UnknownNameError, UsageError

MNIST = os.environ.get(VARIABLE)


@pytest.fixture
def without_mnist(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """No MNIST on this machine; returns the cache's parent."""
    monkeypatch.delenv(VARIABLE, raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache"


def small_mnist(folder: Path, split: str = "test") -> None:
    """Three images under MNIST's names, with other sums than the published files."""
    folder.mkdir(parents=True, exist_ok=True)
    images = np.zeros((3, 28, 28), np.uint8)
    images[:, 5, 5] = 1
    write_idx(folder / FILES[split, "images"].name, images, np.array([1, 2, 3]))


def test_ink_begins_with_every_digit() -> None:
    dataset = load_dataset("ink", limit=20)
    assert dataset.labels is not None
    assert dataset.labels.tolist() == [*range(10), *range(10)]
    assert dataset.images.shape == (20, 28, 28)
    assert dataset.name == "ink"


@pytest.mark.long
def test_whole_ink_set_has_as_many_of_each_digit() -> None:
    dataset = load_dataset("ink")
    assert dataset.labels is not None
    assert len(set(np.bincount(dataset.labels).tolist())) == 1
    assert len(dataset) >= 1000
    assert len(np.unique(dataset.images.reshape(len(dataset), -1), axis=0)) == len(dataset)


def test_limit_gives_the_beginning_of_the_whole() -> None:
    assert np.array_equal(load_dataset("ink", limit=12).images, load_dataset("ink", limit=30).images[:12])


def test_mnist_or_its_stand_in() -> None:
    dataset = default_dataset(limit=50)
    assert dataset.images.shape == (50, 28, 28)
    if MNIST:
        assert dataset.name == "mnist"
        assert dataset.labels is not None
        assert dataset.labels[:10].tolist() == [7, 2, 1, 0, 4, 1, 4, 9, 5, 9]  # as in the published label file
        assert len(load_dataset("mnist")) == 10_000
    else:
        assert dataset.name == "ink"
        assert dataset.warnings[0].startswith("using the project's own 'ink' digits: MNIST is not on this machine")


def test_training_images_that_are_not_the_published_ones_give_a_warning(tmp_path: Path) -> None:
    """The strict files are made right by name only where MNIST is there; else the label file is refused first."""
    if MNIST:
        for content in ("images", "labels"):
            source = find_file(Path(MNIST), FILES["train", content])
            assert source is not None
            shutil.copy(source, tmp_path)
        images = find_file(tmp_path, FILES["train", "images"])
        assert images is not None
        raw = gzip.decompress(images.read_bytes()) if images.suffix == ".gz" else images.read_bytes()
        images.unlink()
        (tmp_path / FILES["train", "images"].name).write_bytes(raw[:-1] + b"\x07")
    else:
        small_mnist(tmp_path, "train")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(VARIABLE, str(tmp_path))
        if MNIST:
            dataset = load_dataset("mnist", "train", limit=5)
            assert dataset.warnings[0].endswith("not 6bbc9ace898e44ae57da46a324031adb")
            assert "train-images-idx3-ubyte is not the published file: its MD5 is " in dataset.warnings[0]
        else:
            with pytest.raises(FileFormatError, match="a25bea736e30d166cdddb491f175f624 of the published file"):
                load_dataset("mnist", "train")


def test_test_files_must_be_the_published_ones(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    small_mnist(tmp_path)
    monkeypatch.setenv(VARIABLE, str(tmp_path))
    with pytest.raises(FileFormatError) as caught:
        load_dataset("mnist")
    assert "t10k-images-idx3-ubyte: MD5 " in str(caught.value)
    assert "of 2368 unpacked bytes; expected 2646ac647ad5339dbf082846283269ea of the published" in str(caught.value)


def test_without_mnist_the_error_says_what_to_do(without_mnist: Path) -> None:
    with pytest.raises(UsageError) as caught:
        load_dataset("mnist")
    text = str(caught.value)
    assert f"DIGITRIG_MNIST is not set and {without_mnist / 'digitrig' / 'mnist'} does not hold it" in text
    assert "run: digitrig data fetch, or use the data set 'ink'" in text


def test_without_mnist_the_default_is_ink_and_says_so(without_mnist: Path) -> None:
    dataset = default_dataset(limit=10)
    assert dataset.name == "ink"
    assert "using the project's own 'ink' digits: MNIST is not on this machine" in dataset.warnings[0]


def test_a_wrong_variable_is_an_error_not_a_stand_in(
    without_mnist: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv(VARIABLE, str(tmp_path / "nowhere"))
    with pytest.raises(MissingFileError, match=r"DIGITRIG_MNIST folder '.*nowhere' not found; it should hold the four"):
        default_dataset()
    (tmp_path / "nowhere").mkdir()
    with pytest.raises(
        MissingFileError, match=r"MNIST file '.*t10k-images-idx3-ubyte' not found; DIGITRIG_MNIST should"
    ):
        default_dataset()


def test_cache_serves_where_the_variable_is_not_set(without_mnist: Path) -> None:
    assert cache_dir() == without_mnist / "digitrig" / "mnist"
    small_mnist(cache_dir())
    assert mnist_folder() == cache_dir()


def test_relative_cache_variable_is_ignored(monkeypatch: pytest.MonkeyPatch) -> None:
    """XDG Base Directory Specification: paths must be absolute; relative ones are to be ignored."""
    monkeypatch.setenv("XDG_CACHE_HOME", "relative")
    assert cache_dir() == Path.home() / ".cache" / "digitrig" / "mnist"


@pytest.mark.parametrize("name", ["t10k-images.idx3-ubyte", "t10k-images-idx3-ubyte", "t10k-images-idx3-ubyte.gz"])
def test_file_names_that_go_round(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"")
    assert find_file(tmp_path, FILES["test", "images"]) == tmp_path / name


def test_folder_and_file_are_data_sets_without_sums(tmp_path: Path) -> None:
    small_mnist(tmp_path)
    by_folder = load_dataset(str(tmp_path))
    by_file = load_dataset(str(tmp_path / "t10k-images-idx3-ubyte"), limit=2)
    assert by_folder.labels is not None
    assert by_folder.labels.tolist() == [1, 2, 3]
    assert len(by_file) == 2
    assert by_file.name == "t10k-images-idx3-ubyte"


def test_split_of_an_npz(tmp_path: Path) -> None:
    write_npz(tmp_path / "x.npz", np.zeros((2, 28, 28), np.uint8), None)
    assert load_dataset(str(tmp_path / "x.npz"), "train").labels is None


def test_wrong_arguments(tmp_path: Path) -> None:
    with pytest.raises(
        UnknownNameError, match="data set 'mnits' unknown; known: ink, mnist, or a file of images; did you"
    ):
        load_dataset("mnits")
    with pytest.raises(UnknownNameError, match="split 'valid' unknown; known: test, train"):
        load_dataset("ink", "valid")
    with pytest.raises(UsageError, match="the data set 'ink' has no split 'train'; known: test"):
        load_dataset("ink", "train")
    with pytest.raises(UsageError, match="limit 0 leaves no images; expected 1 or more"):
        load_dataset("ink", limit=0)
    with pytest.raises(MissingFileError, match=r"\.npz file '.*none\.npz' not found"):
        load_dataset(str(tmp_path / "none.npz"))
    with pytest.raises(FileFormatError, match="a folder without t10k-images-idx3-ubyte and without PNG"):
        load_dataset(str(tmp_path))
