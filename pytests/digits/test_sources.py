"""`SRC` words, formats by name and content, and conversion between them."""

from __future__ import annotations

import io
import os
from pathlib import Path

import numpy as np
import pytest

from digitrig.digits import convert, ink, load_ink, load_source, style_names
from digitrig.digits.csvfile import write_csv
from digitrig.digits.formats import decode, format_of
from digitrig.digits.idx import write_idx
from digitrig.digits.npfiles import write_npz
from digitrig.digits.strokes import write_strokes
from digitrig.errors import FileFormatError, MissingFileError, UnknownNameError, UsageError

IMAGES = np.stack([ink(digit).render() for digit in (3, 1, 4)])
LABELS = np.array([3, 1, 4])


def labels_of(src: str | Path) -> list[int] | None:
    labels = load_source(str(src))[1]
    return None if labels is None else labels.tolist()


@pytest.mark.parametrize(
    ("src", "drawn"),
    [
        ("ink:7", ink(7)),
        ("ink:7:2", ink(7, 2)),
        ("ink:7:crossed", ink(7, "crossed")),
        ("ink:0:wide:5", ink(0, "wide", 5)),
    ],
)
def test_ink_words(src: str, drawn: object) -> None:
    images, labels = load_source(src)
    assert np.array_equal(images[0], load_ink(src).render())
    assert load_ink(src) == drawn
    assert labels is not None
    assert labels.tolist() == [int(src[4])]


def test_mnist_words() -> None:
    if os.environ.get("DIGITRIG_MNIST"):
        images, labels = load_source("mnist:0")
        assert images.shape == (1, 28, 28)
        assert labels is not None
        assert labels.tolist() == [7]
        assert labels_of("mnist:9999") == [6]
        with pytest.raises(UsageError, match=r"'mnist:10000' is past the end; the test images are 0\.\.9999"):
            load_source("mnist:10000")
    with pytest.raises(UsageError, match="'mnist:x' names no image; expected mnist:N or mnist:train:N with N from 0"):
        load_source("mnist:x")


@pytest.mark.parametrize(
    ("src", "kind", "text"),
    [
        ("ink:", UsageError, "ink '' is not D, D:STYLE or D:STYLE:VARIATION; expected such as 7, 7:crossed or 7:1:4"),
        ("ink:seven", UsageError, "ink 'seven' is not D"),
        ("ink:7:0:x", UsageError, "ink '7:0:x' is not D"),
        ("ink:7:0:1:2", UsageError, "ink '7:0:1:2' is not D"),
        ("ink:12", UnknownNameError, "ink digit '12' unknown"),
        ("ink:7:none", UnknownNameError, "ink style of digit 7 'none' unknown"),
        ("ink", UsageError, "image 'ink' names a whole data set; expected one image of it, such as ink:7"),
        ("mnist", UsageError, "image 'mnist' names a whole data set"),
        ("none.png", MissingFileError, "PNG file 'none.png' not found"),
        ("none.csv", MissingFileError, "CSV file 'none.csv' not found"),
        ("none.inc", MissingFileError, "C array 'none.inc' not found"),
        ("none.json", MissingFileError, "stroke file 'none.json' not found"),
        ("none", MissingFileError, "image file 'none' not found"),
    ],
)
def test_words_that_name_nothing(src: str, kind: type[UsageError], text: str) -> None:
    with pytest.raises(kind) as caught:
        load_source(src)
    assert text in str(caught.value)
    assert caught.value.exit_code == 2


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("a.PNG", "png"),
        ("a.idx.gz", "idx"),
        ("t10k-images-idx3-ubyte", "idx"),
        ("t10k-images.idx3-ubyte.gz", "idx"),
        ("a.csv.gz", "csv"),
        ("a.h", "inc"),
        ("a.json", "json"),
        ("a", None),
        ("a.jpeg", None),
    ],
)
def test_format_by_name(name: str, kind: str | None) -> None:
    assert format_of(Path(name)) == kind


@pytest.mark.parametrize("suffix", ["idx", "idx.gz", "npz", "csv", "csv.gz"])
@pytest.mark.parametrize("source", ["idx", "npz", "csv"])
def test_formats_of_many_keep_images_and_labels(tmp_path: Path, source: str, suffix: str) -> None:
    {"idx": write_idx, "npz": write_npz, "csv": write_csv}[source](tmp_path / f"a.{source}", IMAGES, LABELS)
    convert(str(tmp_path / f"a.{source}"), str(tmp_path / f"b.{suffix}"))
    images, labels = load_source(str(tmp_path / f"b.{suffix}"))
    assert np.array_equal(images, IMAGES)
    assert labels is not None
    assert labels.tolist() == [3, 1, 4]


@pytest.mark.parametrize("suffix", ["png", "npy", "inc"])
def test_formats_of_one_keep_the_image(tmp_path: Path, suffix: str) -> None:
    written = convert("ink:7", str(tmp_path / f"seven.{suffix}"))
    assert written == [tmp_path / f"seven.{suffix}"]
    images, labels = load_source(str(written[0]))
    assert np.array_equal(images[0], ink(7).render())
    assert labels is None


@pytest.mark.parametrize("suffix", ["png", "inc"])
def test_many_images_become_numbered_files(tmp_path: Path, suffix: str) -> None:
    write_npz(tmp_path / "a.npz", IMAGES, LABELS)
    written = convert(str(tmp_path / "a.npz"), str(tmp_path / f"d.{suffix}"))
    assert [path.name for path in written] == [f"d-0000.{suffix}", f"d-0001.{suffix}", f"d-0002.{suffix}"]
    assert np.array_equal(load_source(str(written[2]))[0][0], IMAGES[2])


def test_idx_names_its_label_file(tmp_path: Path) -> None:
    assert [path.name for path in convert("ink:7", str(tmp_path / "a.idx"))] == ["a.idx", "a-labels.idx"]


def test_strokes_become_pictures_and_pictures_are_traced(tmp_path: Path) -> None:
    convert("ink:5:hat", str(tmp_path / "five.json"))
    assert load_ink(str(tmp_path / "five.json")) == ink(5, "hat")
    assert labels_of(tmp_path / "five.json") == [5]
    convert("ink:1:plain", str(tmp_path / "one.png"))
    convert(str(tmp_path / "one.png"), str(tmp_path / "traced.json"))
    assert load_ink(str(tmp_path / "traced.json")).style == "traced"


@pytest.mark.parametrize("name", ["a.jpeg", "a", "a.npz.gz", "a.png.gz"])
def test_names_that_cannot_be_written(tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError, match=r"cannot write '.*': its name ends in no known format; known: \.png, \.idx"):
        convert("ink:7", str(tmp_path / name))


def test_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"cannot write '.*x\.npy': No such file or directory"):
        convert("ink:7", str(tmp_path / "none" / "x.npy"))


def test_folder_in_place_of_a_file(tmp_path: Path) -> None:
    (tmp_path / "x.png").mkdir()
    with pytest.raises(UsageError, match=r"PNG file '.*x\.png' cannot be read: Is a directory"):
        load_source(str(tmp_path / "x.png"))
    with pytest.raises(UsageError, match=r"cannot write '.*x\.png': Is a directory"):
        convert("ink:7", str(tmp_path / "x.png"))
    assert [path.name for path in tmp_path.iterdir()] == ["x.png"]


def test_content_tells_the_format_of_standard_input(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("a.png", "a.npy", "a.npz", "a.idx", "a.idx.gz", "a.csv", "a.inc", "a.json"):
        convert("ink:7", str(tmp_path / name))
        data = (tmp_path / name).read_bytes()
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(data)))
        assert np.array_equal(load_source("-")[0][0], ink(7).render()), name
        (tmp_path / "plain").write_bytes(data)
        assert np.array_equal(load_source(str(tmp_path / "plain"))[0][0], ink(7).render()), name


def test_784_bytes_are_one_raw_image() -> None:
    image = ink(7).render()
    assert np.array_equal(decode(image.tobytes(), "x")[0][0], image)


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"", "x: 0 bytes without content; expected an image"),
        (b"\xff\xd8\xff\xe0\0\0\0\0\0", "x: 9 bytes beginning 0xffd8ffe000000000; expected PNG, IDX, .npy, .npz, CSV"),
        (b"\0" * 783, "x: 783 bytes beginning 0x0000000000000000; expected PNG, IDX"),
        (b"hello", "x: line 1: 'hello'; expected grey values"),
    ],
)
def test_content_that_is_no_image(data: bytes, text: str) -> None:
    with pytest.raises(FileFormatError) as caught:
        decode(data, "x")
    assert text in str(caught.value)


def test_stroke_file_by_hand(tmp_path: Path) -> None:
    write_strokes(tmp_path / "x.json", ink(8, "snowman"))
    images, labels = load_source(str(tmp_path / "x.json"))
    assert np.array_equal(images[0], ink(8, "snowman").render())
    assert labels is not None
    assert style_names(8)[1] == "snowman"
