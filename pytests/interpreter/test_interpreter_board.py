"""The interpreter app on the emulated RT1060: exactness, and models that are sent to it."""

from __future__ import annotations

import binascii
import hashlib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import numpy as np
import pytest
import tiny_models as tiny
from ai_edge_litert import schema_py_generated as schema
from hostile_models import damaged
from tiny_models import Quantised

from digitrig.board import Board
from digitrig.codegen import load_model
from digitrig.codegen.flatbuffer import read_graph
from digitrig.digits import load_source
from digitrig.errors import CheckFailed, MissingFileError, UnknownNameError, UsageError
from digitrig.evaluation import evaluate
from digitrig.evaluation.layer_costs import layer_costs
from digitrig.evaluation.layers import first_layer_difference, trace_layers
from digitrig.firmware_files import firmware_path
from digitrig.model_upload import frame
from digitrig.platform import load_board
from digitrig.reference import Reference

NAME = "mimxrt1060_evk"
IMAGES = 220  # ink digits through the smallest model
MODELS = load_board(NAME).models


@cache
def _styles(digit: int) -> np.ndarray:
    return load_source(f"ink:{digit}")[0]


def ink(number: int) -> np.ndarray:
    """Digits in all styles, one after the other."""
    styles = _styles(number % 10)
    return styles[number // 10 % len(styles)]


@pytest.fixture(scope="module")
def started() -> Iterator[tuple[Board, object]]:
    with Board(NAME, runtime="interpreter") as board:
        board.start()
        yield board, board.snapshot()


@pytest.fixture
def board(started: tuple[Board, object]) -> Board:
    """The board at `ready` with the model in flash."""
    opened, snapshot = started
    opened.restore(snapshot)  # type: ignore[arg-type]
    return opened


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """A model of some 1,500 bytes: two full frames and a rest."""
    random = np.random.default_rng(5)
    return tiny.fully_connected(
        tmp_path / "small-model.tflite",
        weights=random.integers(-127, 128, (1, 784)).astype(np.int8),
        bias=None,
        source=Quantised(np.float32(1 / 255), -128),
        kernel_scales=np.array([0.001], np.float32),
        target=Quantised(np.float32(0.02), 0),
    )


def lines(board: Board, since: int = 0) -> list[str]:
    return [text for _, text in board.lines()[since:]]


def errors(board: Board, since: int = 0) -> list[str]:
    return [text for text in lines(board, since) if text.startswith("error:")]


def still_lives(board: Board) -> None:
    """The board predicts with the model in flash, exactly."""
    expected = Reference(load_model("an13438").path).scores(ink(3))
    assert board.predict(ink(3)).scores == tuple(int(score) for score in expected)


def command(data: bytes, words: str = "") -> str:
    return f"model {len(data)} {binascii.crc32(data):08x} {words}".rstrip() + "\n"


def answer(board: Board, sent: str | bytes) -> str:
    """Send something and return the next line about models."""
    board.send(sent)
    return board.run_until_line(r"^(ready for|received|no model|error:)", 1000.0, regex=True).text


# ------------------------------------------------------------------ exactness


def test_the_banner_names_runtime_and_the_hash_of_the_model_in_flash(board: Board) -> None:
    found = lines(board)
    assert found[0].startswith("digitrig interpreter ")
    assert f"model = an13438 {load_model('an13438').sha256[:8]}" in found
    assert "runtime = interpreter" in found
    assert board.runtime == "interpreter"


def test_many_images_equal_the_reference_in_every_byte(board: Board) -> None:
    reference = load_model("an13438").reference()
    for number in range(IMAGES):
        image = np.roll(ink(number), (number // 10 % 3 - 1, number // 7 % 3 - 1), (0, 1))
        expected = tuple(int(score) for score in reference.scores(image))
        assert board.predict(image, "memory").scores == expected, f"image {number}"


@pytest.mark.parametrize("name", MODELS)
def test_every_layer_of_every_model_equals_the_reference(name: str) -> None:
    reference = load_model(name).reference()
    with Board(NAME, runtime="interpreter", model=name) as opened:
        opened.start()
        assert f"model = {name} {load_model(name).sha256[:8]}" in lines(opened)
        operators = len(reference.layers(ink(0)))
        for number in (3, 8) if operators < 15 else (3,):
            difference, compared = first_layer_difference(opened, reference, ink(number))
            assert difference is None, str(difference)
            assert compared == operators
            expected = tuple(int(score) for score in reference.scores(ink(number)))
            assert opened.predict(ink(number), "memory").scores == expected


def test_tracing_changes_nothing(board: Board) -> None:
    before = board.predict(ink(4), "memory")
    trace_layers(board, ink(4))
    after = board.predict(ink(4), "memory")
    assert after.scores == before.scores
    assert abs((after.instructions or 0) - (before.instructions or 0)) < 100  # a tick of SysTick may fall into one


# ------------------------------------------------------------------ models that are sent


@pytest.mark.parametrize("inject", ["uart", "memory"])
def test_a_model_is_sent_and_used_until_the_next_reset(board: Board, inject: str) -> None:
    info = load_model("tinylock")
    seen: list[tuple[int, int]] = []
    board.load_model(info.path, lambda done, whole: seen.append((done, whole)), inject=inject, preprocess="binarise")
    size = info.path.stat().st_size
    assert seen == sorted(seen) and seen[-1] == (size, size)
    assert f"model = tinylock {hashlib.sha256(info.path.read_bytes()).hexdigest()[:8]}" in lines(board)
    expected = tuple(int(score) for score in info.reference().scores(ink(6)))
    assert board.predict(ink(6)).scores == expected
    assert board.predict(ink(6)).cycles is not None
    board.reset()
    board.run_until_line("ready", exact=True)
    still_lives(board)
    assert errors(board) == []


def test_one_model_after_another(board: Board) -> None:
    for name in ("lenet", "tinylock", "lenet"):
        info = load_model(name)
        board.load_model(info.path, inject="memory", preprocess=info.preprocess)
        expected = tuple(int(score) for score in info.reference().scores(ink(1)))
        assert board.predict(ink(1), "memory").scores == expected
    board.send("model builtin\n")
    board.run_until_line("ready", exact=True)
    still_lives(board)


def test_a_damaged_frame_is_sent_again_from_where_the_board_says(board: Board, model: Path) -> None:
    data = model.read_bytes()
    assert answer(board, command(data, "part")) == f"ready for the model from 0 of {len(data)}"
    assert answer(board, frame(0, data[:512])) == f"received 512 of {len(data)}"
    broken = bytearray(frame(1, data[512:1024]))
    broken[100] ^= 0x10
    body = bytes(broken[:-2])
    expected = f"error: crc 0x{int.from_bytes(broken[-2:], 'big'):04x}, expected 0x{binascii.crc_hqx(body, 0xFFFF):04x}"
    assert answer(board, bytes(broken)) == expected
    board.settle()
    assert answer(board, "model status\n") == f"received 512 of {len(data)}"
    seen: list[int] = []
    board.load_model(model, lambda done, _whole: seen.append(done), name="part")
    assert seen[0] == 1024
    assert f"model = part {hashlib.sha256(data).hexdigest()[:8]}" in lines(board)
    assert errors(board) == [expected]


def test_a_lost_frame_and_a_host_that_starts_anew(board: Board, model: Path) -> None:
    """Half a frame and then silence: the board gives up that frame, not the model."""
    data = model.read_bytes()
    answer(board, command(data, "again"))
    assert answer(board, frame(0, data[:512])) == f"received 512 of {len(data)}"
    board.send(frame(1, data[512:1024])[:300])
    assert board.run_until_line("error:", 1000.0).text == "error: short frame, 300 of 516 bytes"
    board.run_for(2000.0)
    board.load_model(model, name="again")
    assert f"model = again {hashlib.sha256(data).hexdigest()[:8]}" in lines(board)
    assert len(errors(board)) == 1


def test_a_host_that_finds_the_board_in_a_frame_recovers(board: Board, model: Path) -> None:
    """The board waits for a frame; what a new host sends is taken for its beginning, once."""
    data = model.read_bytes()
    answer(board, command(data, "twice"))
    answer(board, frame(0, data[:512]))
    board.load_model(model, name="twice")
    assert f"model = twice {hashlib.sha256(data).hexdigest()[:8]}" in lines(board)
    assert len(errors(board)) == 1 and errors(board)[0].startswith("error: short frame, ")


def test_another_model_begins_from_the_start(board: Board, model: Path) -> None:
    data = model.read_bytes()
    answer(board, command(data))
    answer(board, frame(0, data[:512]))
    board.send(b"x")
    board.run_until_line("error: short frame", 1000.0)
    board.settle()
    assert answer(board, command(data + b"y")) == f"ready for the model from 0 of {len(data) + 1}"


def test_a_frame_with_another_number_is_named(board: Board, model: Path) -> None:
    data = model.read_bytes()
    answer(board, command(data))
    assert answer(board, frame(2, data[:512])) == "error: frame 2 came, frame 0 expected"
    board.settle()
    still_lives(board)


def test_a_model_with_another_crc_is_refused(board: Board, model: Path) -> None:
    data = model.read_bytes()
    answer(board, f"model {len(data)} 12345678\n")
    for start in range(0, len(data), 512):
        answer(board, frame(start // 512, data[start : start + 512]))
    text = board.run_until_line("error:", 1000.0).text
    assert text == f"error: model crc 0x{binascii.crc32(data):08x}, expected 0x12345678"
    board.settle()
    assert answer(board, "model status\n") == "no model is being received"
    still_lives(board)


BAD_COMMANDS = {
    "model\n": "error: expected model LENGTH CRC32 [NAME [RULE]], model status or model builtin",
    "model 12\n": "error: expected model LENGTH CRC32 [NAME [RULE]], model status or model builtin",
    "model twelve 00000000\n": "error: expected model LENGTH CRC32 [NAME [RULE]], model status or model builtin",
    "model 12 xyz\n": "error: expected model LENGTH CRC32 [NAME [RULE]], model status or model builtin",
    "model 99999999999 0\n": "error: expected model LENGTH CRC32 [NAME [RULE]], model status or model builtin",
    "model 0 00000000\n": "error: a model of 0 bytes, expected 1 to 4194304",
    "model 4194305 00000000\n": "error: a model of 4194305 bytes, expected 1 to 4194304",
}


@pytest.mark.parametrize("sent", BAD_COMMANDS)
def test_a_bad_command_gives_one_line(board: Board, sent: str) -> None:
    assert answer(board, sent) == BAD_COMMANDS[sent]
    board.settle()
    still_lives(board)
    assert len(errors(board)) == 1


@pytest.mark.parametrize("inject", ["uart", "memory"])
def test_a_hostile_model_gives_one_line_and_the_board_lives(board: Board, tmp_path: Path, inject: str) -> None:
    good = load_model("an13438").path.read_bytes()
    cases = {
        b"\0" * 600: "error: not a .tflite model: the identifier TFL3 is missing",
        good[:2000]: "error: damaged model: ",
        good[:4] + b"TFL3" + b"\xff" * 3000: "error: damaged model: ",
    }
    for number, (data, text) in enumerate(cases.items()):
        path = tmp_path / f"{number}.tflite"
        path.write_bytes(data)
        since = len(board.lines())
        with pytest.raises(CheckFailed, match=rf"{NAME} refuses the model: {text}"):
            board.load_model(path, inject=inject)
        assert len(errors(board, since)) == 1
        still_lives(board)


@pytest.mark.long
def test_the_board_outlives_many_damaged_models(board: Board, tmp_path: Path) -> None:
    good, path = load_model("tinylock").path.read_bytes(), tmp_path / "damaged.tflite"
    refused = 0
    for seed in range(300):
        path.write_bytes(damaged(np.random.default_rng([9, seed]), good))
        since = len(board.lines())
        try:
            board.load_model(path, inject="memory")
            board.predict(ink(seed), "memory")
        except CheckFailed:
            refused += 1
            assert len(errors(board, since)) == 1
        board.settle()
    assert refused > 50 and not board.faults()
    board.send("model builtin\n")
    board.run_until_line("ready", exact=True)
    still_lives(board)


def test_a_model_that_needs_a_larger_arena_is_refused_with_both_sizes(board: Board, tmp_path: Path) -> None:
    path = tiny.pool(
        tmp_path / "large.tflite",
        image=(400, 400, 3),
        window=(2, 2),
        stride=(1, 1),
        quantised=Quantised(np.float32(1 / 255), -128),
    )
    with pytest.raises(CheckFailed, match=r"error: the model needs \d+ bytes of arena, there are 737280"):
        board.load_model(path, inject="memory")
    still_lives(board)


def test_a_model_that_only_the_sdram_holds_is_exact(board: Board, tmp_path: Path) -> None:
    """1.2 million weights, as many as the largest LeNet that the rig is for."""
    random, build, path = np.random.default_rng(8), tiny.ModelBuilder(), tmp_path / "wide.tflite"
    middle, scores = Quantised(np.float32(0.05), -20), Quantised(np.float32(0.2), 3)
    ends = [build.tensor("in", (1, 784), Quantised(np.float32(1 / 255), -128))]
    for name, size, target in (("hidden", (1500, 784), middle), ("out", (10, 1500), scores)):
        weights = random.integers(-127, 128, size).astype(np.int8)
        constant = build.tensor(f"{name}.weights", size, Quantised(np.full(size[0], 0.002, np.float32)), weights)
        ends.append(build.tensor(name, (1, size[0]), target))
        build.operator("FULLY_CONNECTED", [ends[-2], constant], [ends[-1]], schema.FullyConnectedOptionsT())
    build.write(path, ends[:1], ends[-1:])
    assert path.stat().st_size > 1_190_000
    board.load_model(path, inject="memory")
    reference = Reference(path)
    for number in (1, 2):
        expected = tuple(int(score) for score in reference.scores(ink(number)))
        assert board.predict(ink(number), "memory").scores == expected
        assert first_layer_difference(board, reference, ink(number)) == (None, 2)


def test_nothing_unmodelled_is_touched_on_the_way(board: Board) -> None:
    board.load_model(load_model("tinylock").path, preprocess="binarise")
    board.predict(ink(3))
    assert [board.describe(entry) for entry in board.log() if entry.kind != "reset"] == []


def test_without_sdram_the_model_in_flash_runs_and_others_are_refused(board: Board) -> None:
    board.write_symbol("area_is_there", b"\0")
    assert answer(board, "model 12 00000000\n") == "error: no memory for models, the SDRAM does not start"
    with pytest.raises(CheckFailed, match="error: no memory for models, the SDRAM does not start"):
        board.load_model(load_model("an13438").path, inject="memory")
    board.settle()
    still_lives(board)


def test_models_that_take_no_picture_or_give_no_scores_are_refused(board: Board, tmp_path: Path) -> None:
    source = Quantised(np.float32(1 / 255), -128)
    small = tiny.softmax(tmp_path / "small.tflite", count=20, source=source)
    with pytest.raises(CheckFailed, match="error: the rule makes no input of the model's size"):
        board.load_model(small, inject="memory")
    wide = tiny.softmax(tmp_path / "wide.tflite", count=784, source=source)
    with pytest.raises(CheckFailed, match="error: the model has more than 64 outputs"):
        board.load_model(wide, inject="memory")
    with pytest.raises(CheckFailed, match="error: rule unknown; known: scale, halve, binarise, resize96"):
        board.load_model(load_model("tinylock").path, inject="memory", preprocess="sharpen")
    still_lives(board)


# ------------------------------------------------------------------ the host's own errors


def test_the_host_names_what_is_wrong_before_anything_is_sent(board: Board, tmp_path: Path) -> None:
    large = tmp_path / "large.tflite"
    large.write_bytes(bytes(4194305))
    with pytest.raises(UsageError, match=r"large\.tflite has 4194305 bytes; the board takes models of 1 to 4194304"):
        board.load_model(large)
    with pytest.raises(MissingFileError, match="model file"):
        board.load_model(tmp_path / "none.tflite")
    with pytest.raises(UnknownNameError, match="injection 'telepathy' unknown; known: memory, uart"):
        board.load_model(load_model("an13438").path, inject="telepathy")


def test_boards_and_apps_without_an_interpreter_say_so() -> None:
    with pytest.raises(UnknownNameError, match="runtime of frdm_ke16z 'interpreter' unknown; known: bundle"):
        Board("frdm_ke16z", runtime="interpreter")
    with pytest.raises(UsageError, match="app 'rtos' has no runtime 'interpreter'"):
        Board(NAME, app="rtos", runtime="interpreter")
    with pytest.raises(UsageError, match="leave out weights 'ram'"):
        Board(NAME, weights="ram", runtime="interpreter")
    with Board("frdm_ke16z") as opened, pytest.raises(UsageError, match="takes no models; open the board with runtime"):
        opened.load_model(load_model("an13438").path)


class DeafBoard:
    """A board that answers every command with an error."""

    name = "deaf"

    def __init__(self) -> None:
        self.sent: list[bytes | str] = []

    def send(self, data: bytes | str) -> None:
        self.sent.append(data)

    def run_until_line(self, pattern: str, timeout_ms: float | None = None, *, regex: bool = False) -> DeafBoard:
        return self

    text = "error: framing, check the baud rate"

    def settle(self) -> None: ...

    def symbol(self, name: str) -> tuple[int, int]:
        return 0, 0

    def write_symbol(self, name: str, data: bytes) -> None: ...


def test_a_line_that_takes_nothing_ends_after_eight_tries() -> None:
    from digitrig.model_upload import send_model

    deaf = DeafBoard()
    with pytest.raises(CheckFailed, match=r"deaf: 8 tries brought the model no further than 0 of 4 bytes.*framing"):
        send_model(deaf, b"abcd", "x", "", "uart")
    assert deaf.sent == [f"model 4 {binascii.crc32(b'abcd'):08x} x\n"] * 8


# ------------------------------------------------------------------ costs and evaluation


def test_the_costs_of_the_layers_add_up(board: Board) -> None:
    cost = layer_costs(board, ink(2))
    assert [part.op for part in cost.layers] == [op.kind for op in read_graph(load_model("an13438").path).operators]
    assert sum(part.instructions for part in (*cost.layers, cost.glue)) == cost.instructions
    assert sum(part.cycles or 0 for part in (*cost.layers, cost.glue)) == cost.cycles
    assert 0 <= cost.glue.instructions < 200
    assert cost.layers[1].macs == 14 * 14 * 4 * 9  # 3x3 windows of one channel for four channels


def test_an_evaluation_with_the_interpreter_has_no_mismatch() -> None:
    (result,) = evaluate([NAME], model="tinylock", dataset="ink", limit=30, runtime="interpreter", workers=1)
    assert (result.runtime, result.images, result.mismatches, len(result.failures)) == ("interpreter", 30, 0, 0)
    built = hashlib.sha256(firmware_path(NAME, "interpreter", "tinylock").read_bytes()).hexdigest()
    assert built in result.hashes.values()
