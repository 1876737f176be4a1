"""Firmware that is not ours, through adapters: programs of several shapes, and adapter files that are wrong."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from digitrig.digits import load_dataset, load_source
from digitrig.errors import CheckFailed, FirmwareFault, PlatformError, TimeLimitReached, UnknownNameError, UsageError
from digitrig.evaluation import evaluate
from digitrig.evaluation.adapted_board import AdaptedBoard
from digitrig.evaluation.adapter import Adapter, ImageWay, adapters_dir, load_adapter
from digitrig.evaluation.jobs import Wish, foreign_job
from digitrig.firmware_build import build_program
from digitrig.firmware_files import firmware_path
from digitrig.reference import Reference

HERE = Path(__file__).parent
PROGRAMS = HERE / "programs"
BUGS = HERE.parents[1] / "firmware" / "bugs"
FAULTY = HERE.parents[1] / "pytests" / "firmware" / "programs"
MODEL = "an13438"
TEXT = """
name: text
start: {line: ^waiting}
image:
  how: uart_text
  invert: true
  separator: ","
  terminator: ";"
answer:
  digit: {regex: 'I see a (\\d)\\.'}
  scores: {regex: 'certainty: (-?\\d+)/127'}
  last: ^waiting
"""
FLOATS = """
name: floats
start: {after_ms: 20}
image:
  how: memory
  symbol: input_tensor
  type: float32
  scale: 0.00392156862745098
  request: {symbol: run_flag}
answer:
  digit: {symbol: top_class, type: uint16}
  scores: {symbol: probabilities, type: float32}
  function: inference_done
"""


@pytest.fixture
def written(tmp_path: Path) -> Callable[[str], Adapter]:
    def write(text: str) -> Adapter:
        path = tmp_path / "app.yaml"
        path.write_text(text, encoding="utf-8")
        return load_adapter(path)

    return write


def digits(count: int = 10) -> np.ndarray:
    return load_dataset("ink", limit=count).images


def test_text_over_the_uart_equals_the_reference_in_every_score(written) -> None:
    elf = build_program(PROGRAMS / "text_digits.c", "frdm_ke16z", model=MODEL)
    (result,) = evaluate(["frdm_ke16z"], elf=elf, adapter=written(TEXT), model=MODEL, dataset="ink", limit=4, workers=0)
    assert result.passed
    assert (result.mismatches, result.accuracy, result.inject) == (0, 1.0, "uart_text")
    reference = Reference(adapters_dir().parent / "models" / f"{MODEL}.tflite").scores_many(digits())
    assert result.scores is not None and result.scores.tolist() == reference[:4].tolist()
    assert "reference kernels" in result.reference
    # 784 numbers of at most three digits with a separator each, 10 bits a character at 115200 baud: at least 136 ms.
    assert result.board_us is not None and result.board_us.minimum > 2 * 784 * 10 / 115200 * 1e6


def test_floats_in_memory_and_an_answer_that_is_never_printed(written) -> None:
    elf = build_program(PROGRAMS / "float_digits.c", "mimxrt1060_evk", model=MODEL)
    (result,) = evaluate(["mimxrt1060_evk"], elf=elf, adapter=written(FLOATS), dataset="ink", limit=10, workers=0)
    assert result.passed
    assert (result.mismatches, result.reference, result.accuracy) == (None, "no reference", 1.0)
    reference = Reference(adapters_dir().parent / "models" / f"{MODEL}.tflite").scores_many(digits())
    assert result.scores is not None
    assert result.scores.tolist() == ((reference.astype(float) + 128) / 256).tolist()


def test_the_program_shape_of_an13438() -> None:
    elf = build_program(BUGS / "first_maximum.c", "frdm_ke16z", model=MODEL, defines=["SEARCH_FROM_THE_FIRST"])
    adapter = load_adapter("an13438")
    (result,) = evaluate(["frdm_ke16z"], elf=elf, adapter=adapter, model=MODEL, dataset="ink", limit=10, workers=0)
    assert result.passed
    assert (result.mismatches, result.accuracy, result.scores) == (0, 1.0, None)


@pytest.mark.parametrize("name", ["console", "console_uart"])
def test_our_console_by_its_adapters_is_as_our_console(name: str) -> None:
    data = load_dataset("ink", limit=5)
    (ours,) = evaluate(["frdm_ke16z"], dataset=data, workers=0)
    elf = firmware_path("frdm_ke16z")
    (theirs,) = evaluate(["frdm_ke16z"], elf=elf, adapter=load_adapter(name), model=MODEL, dataset=data, workers=0)
    assert theirs.passed
    assert ours.scores is not None and theirs.scores is not None
    assert ours.scores.tolist() == theirs.scores.tolist()
    if name == "console":  # the same bytes are written at the same time: cycles are equal to the cycle
        assert theirs.image_cycles == ours.image_cycles


@pytest.mark.long
def test_results_of_foreign_firmware_do_not_depend_on_workers(written) -> None:
    elf = build_program(PROGRAMS / "text_digits.c", "frdm_ke16z", model=MODEL)
    found = [
        evaluate(["frdm_ke16z"], elf=elf, adapter=written(TEXT), dataset="ink", limit=6, workers=count)[0]
        for count in (0, 2)
    ]
    assert found[0].scores is not None and found[1].scores is not None
    assert found[0].scores.tolist() == found[1].scores.tolist()
    assert found[0].board_us == found[1].board_us


# ---------------------------------------------------------------- what goes wrong while it runs


def adapted(adapter: Adapter, elf: Path, board: str = "frdm_ke16z") -> AdaptedBoard:
    return AdaptedBoard(foreign_job(board, Wish(elf=elf, adapter=adapter), "embedded", one_answer=True))


def test_a_start_that_does_not_come_is_named_with_the_console(written) -> None:
    elf = build_program(PROGRAMS / "text_digits.c", "frdm_ke16z", model=MODEL)
    board = adapted(written("timeout_ms: 50\n" + TEXT.replace("^waiting}", "^never}")), elf)
    with pytest.raises(TimeLimitReached) as caught:
        board.start()
    board.close()
    text = str(caught.value)
    assert text.startswith("frdm_ke16z: the start of the application did not come within 50 ms: no line with '^never'")
    assert "waiting for image 0" in text and "pc 0x" in text


def test_an_answer_without_scores_is_named(written) -> None:
    elf = build_program(PROGRAMS / "text_digits.c", "frdm_ke16z", model=MODEL)
    board = adapted(written(TEXT.replace("certainty: ", "confidence: ")), elf).start()
    with pytest.raises(CheckFailed) as caught:
        board.predict(load_source("ink:3")[0][0])
    board.close()
    assert "0 of 10 scores found by 'confidence: (-?\\d+)/127' in the answer: I see a 3. | certainty: " in str(
        caught.value
    )


def test_a_digit_that_is_none_is_named(written) -> None:
    elf = build_program(PROGRAMS / "text_digits.c", "frdm_ke16z", model=MODEL)
    board = adapted(written(TEXT.replace("I see a (\\d)\\.", "certainty: (-?\\d+)/127")), elf).start()
    with pytest.raises(CheckFailed, match="the answer's digit is -128, expected 0 to 9"):
        board.predict(load_source("ink:3")[0][0])
    board.close()


def test_a_symbol_that_the_firmware_does_not_have_is_named(written) -> None:
    elf = build_program(PROGRAMS / "float_digits.c", "mimxrt1060_evk", model=MODEL)
    board = adapted(written(FLOATS.replace("symbol: input_tensor", "symbol: input_tenser")), elf, "mimxrt1060_evk")
    with pytest.raises(UsageError, match=r"app\.yaml: .*float_digits\.elf does not have what it names") as caught:
        board.start()
    board.close()
    assert "did you mean 'input_tensor'?" in str(caught.value)


def test_firmware_that_faults_is_a_fault(written) -> None:
    board = adapted(written(TEXT), build_program(FAULTY / "fault.c", "frdm_ke16z"))
    with pytest.raises(FirmwareFault, match="0x30000000"):
        board.start()
    board.close()


def test_a_function_that_is_not_reached_is_named(written) -> None:
    elf = build_program(PROGRAMS / "float_digits.c", "mimxrt1060_evk", model=MODEL)
    text = FLOATS.replace("  request: {symbol: run_flag}\n", "") + "timeout_ms: 5\n"
    board = adapted(written(text), elf, "mimxrt1060_evk").start()
    with pytest.raises(
        TimeLimitReached, match="function 'inference_done', where the answer is complete was not reached"
    ):
        board.predict(load_source("ink:3")[0][0])
    board.close()


def test_a_board_without_a_panel_cannot_be_touched(written) -> None:
    adapter = written("name: t\nimage: {how: touch, area: [0, 0, 100, 100]}\nanswer: {digit: {regex: '(1)'}}\n")
    board = adapted(adapter, firmware_path("frdm_ke16z")).start()
    with pytest.raises(UsageError, match=r"frdm_ke16z has no touch panel; boards .*mimxrt1060_evk"):
        board.predict(load_source("ink:3")[0][0])
    board.close()


def test_a_program_without_a_way_in_takes_no_data_set(written) -> None:
    adapter = written("name: fixed\nimage: {how: none}\nanswer: {digit: {regex: 'Top1 class = (\\d)'}}\n")
    elf = build_program(BUGS / "first_maximum.c", "frdm_ke16z", model=MODEL)
    with pytest.raises(UsageError, match="the adapter 'fixed' says that the image is compiled in"):
        evaluate(["frdm_ke16z"], elf=elf, adapter=adapter, dataset="ink", limit=1)
    board = adapted(adapter, elf).start()
    assert board.predict(np.zeros((28, 28), np.uint8)).digit == 1  # a stroke downwards is compiled in
    board.close()


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ({"elf": Path("a.elf")}, "--elf given without --adapter FILE"),
        ({"adapter": "console"}, "--adapter given without --elf FILE"),
    ],
)
def test_firmware_and_adapter_go_together(given: dict[str, object], text: str) -> None:
    if "adapter" in given:
        given = {"adapter": load_adapter(str(given["adapter"]))}
    with pytest.raises(UsageError, match=text):
        evaluate(["frdm_ke16z"], dataset="ink", limit=1, **given)


# ---------------------------------------------------------------- images as applications want them


def test_pixels_are_scaled_inverted_and_turned() -> None:
    image = np.zeros((28, 28), np.uint8)
    image[0, 1] = 255
    image[27, 0] = 51
    assert ImageWay("memory").numbers(image)[[1, 27 * 28]].tolist() == [255, 51]
    assert ImageWay("memory", invert=True).numbers(image)[[0, 1]].tolist() == [255, 0]
    assert ImageWay("memory", type="int8", offset=-128).numbers(image)[[0, 1]].tolist() == [-128, 127]
    floats = ImageWay("memory", type="float32", scale=1 / 255).numbers(image)
    assert floats.dtype == np.float32 and floats[[1, 27 * 28]].tolist() == pytest.approx([1.0, 0.2])
    turned = ImageWay("memory", transpose=True).numbers(image)
    assert turned[[28, 27]].tolist() == [255, 51]
    assert ImageWay("memory", type="int8", scale=2.0).numbers(image)[1] == 127  # clipped


def test_text_has_one_terminator_and_rows_of_their_own() -> None:
    image = np.zeros((28, 28), np.uint8)
    image[0, 0] = 255
    way = ImageWay("uart_text", format="{:02x}", separator=" ", row_separator="\n", terminator="!\n")
    lines = way.text(image).split("\n")
    assert len(lines) == 29 and lines[0].startswith("ff 00 00") and lines[27].endswith("00!") and lines[28] == ""


# ---------------------------------------------------------------- adapter files that are wrong

GOOD = "name: x\nimage: {how: memory, symbol: a}\nanswer: {digit: {regex: '(\\d)'}}\n"


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("", 1, "the file is empty; supported: a YAML mapping"),
        ("- a\n", 1, "the adapter file is a list; supported: a mapping"),
        ("name: [\n", 2, "not YAML: "),
        ("name: x\n", 1, "the adapter file lacks 'image'; supported: image: how an image gets in"),
        (GOOD + "timeot_ms: 5\n", 4, "key 'timeot_ms' unknown; did you mean 'timeout_ms'?; supported: name, image"),
        (GOOD + "timeout_ms: soon\n", 4, "'timeout_ms' is 'soon'; supported: a number"),
        (GOOD + "timeout_ms: -1\n", 4, "'timeout_ms' is -1; supported: a number above 0"),
        (GOOD.replace("how: memory", "how: usb"), 2, "'image.how' is 'usb'; supported: uart_text, uart_bytes, memory,"),
        (GOOD.replace("how: memory, ", ""), 2, "'image' lacks 'how'; supported: how: uart_text"),
        (GOOD.replace(", symbol: a", ""), 2, "'image' lacks 'symbol'; supported: symbol: the variable"),
        (
            GOOD.replace("symbol: a", "symbol: a, type: int7"),
            2,
            "'image.type' is 'int7'; supported: uint8, int8, float32",
        ),
        (GOOD.replace("symbol: a", "symbol: a, command: b"), 2, "key 'image.command' unknown; supported: how, symbol"),
        (GOOD.replace("symbol: a", "symbol: a, invert: 3"), 2, "'image.invert' is '3'; supported: true or false"),
        (GOOD.replace("symbol: a", "symbol: a, scale: big"), 2, "'image.scale' is 'big'; supported: a number"),
        (GOOD.replace("(\\d)", "(\\d"), 3, "'answer.digit.regex' is '(\\d': missing ), unterminated subpattern"),
        (GOOD.replace("(\\d)", "\\d"), 3, "'answer.digit.regex' is '\\d', without a group; supported: one group"),
        (GOOD.replace("regex: '(\\d)'", ""), 3, "'answer.digit' has none; supported: one of regex: "),
        (
            GOOD.replace("'(\\d)'", "'(\\d)', symbol: b"),
            3,
            "'answer.digit' has 'regex' and 'symbol'; supported: one of",
        ),
        (GOOD.replace("regex: '(\\d)'", "symbol: b"), 3, "'answer' does not say when the answer is complete"),
        (
            GOOD.replace("how: memory, symbol: a", "how: touch"),
            2,
            "'image' lacks 'area'; supported: area: [x, y, width,",
        ),
        (
            GOOD.replace("how: memory, symbol: a", "how: touch, area: [1, 2]"),
            2,
            "'image.area' has 2 numbers; supported: [x",
        ),
        (GOOD + "start: {line: a, after_ms: 3}\n", 4, "'start' has 'line' and 'after_ms'; supported: one of line"),
        (
            "name: x\nimage: {how: uart_text, format: '{:q}'}\nanswer: {digit: {regex: '(1)'}}\n",
            2,
            "'image.format' is '{:q}': Unknown format code 'q' for object of type 'int'; supported: a Python format",
        ),
        (
            "name: x\nimage: {how: uart_text, format: 'x'}\nanswer: {digit: {regex: '(1)'}}\n",
            2,
            "'image.format' is 'x': it shows no number; supported: a Python format of one number",
        ),
        (
            "name: x\nimage: {how: uart_bytes, checksum: md5}\nanswer: {digit: {regex: '(1)'}}\n",
            2,
            "'image.checksum' is 'md5'; supported: none, crc16-ccitt",
        ),
    ],
)
def test_a_wrong_adapter_names_file_line_what_was_found_and_what_is_allowed(
    written, tmp_path: Path, text: str, line: int, message: str
) -> None:
    with pytest.raises(PlatformError) as caught:
        written(text)
    assert str(caught.value).startswith(f"{tmp_path / 'app.yaml'}:{line}")
    assert message in str(caught.value)


def test_an_adapter_that_is_not_there_is_named() -> None:
    with pytest.raises(UnknownNameError, match=r"adapter 'an13439' unknown; known: .*did you mean 'an13438'"):
        load_adapter("an13439")


@pytest.mark.parametrize("path", sorted(adapters_dir().glob("*.yaml")), ids=lambda path: path.stem)
def test_adapters_that_come_with_digitrig_are_right(path: Path) -> None:
    assert load_adapter(path).name == path.stem
