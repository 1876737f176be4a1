"""`digitrig run`: one prediction beside the reference, or somebody else's firmware with its console."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from digitrig.cli import options, output
from digitrig.errors import UsageError

if TYPE_CHECKING:
    import numpy as np

    from digitrig.board import Board, Prediction
    from digitrig.reference import Reference

ElfOption = Annotated[
    Path | None, typer.Option("--elf", help="Run this firmware (ELF, Intel HEX or raw binary) and show its console.")
]
ImageOption = Annotated[
    str | None,
    typer.Option("--image", help="PNG of any size, mnist:N, ink:D, ink:D:STYLE, .npy, .npz, .csv, IDX, .inc or -."),
]
IndexOption = Annotated[int | None, typer.Option("--index", help="Which image, if the source holds several.")]
AddressOption = Annotated[
    str | None, typer.Option("--address", help="Load address of a raw binary, for instance 0x60000000.")
]
ForOption = Annotated[float, typer.Option("--for-ms", help="With --elf: virtual-time limit in ms.", min=0.001)]
FilesOption = Annotated[
    Path | None, typer.Option("--semihosting-folder", help="With --elf: where the firmware may open files.")
]
UntilOption = Annotated[
    str | None, typer.Option("--until", help="With --elf: end with code 0 at a console line that contains this text.")
]
LayersOption = Annotated[
    bool, typer.Option("--layers", help="Take the inference apart: cycles and instructions of each layer.")
]
AdapterOption = Annotated[
    str | None,
    typer.Option("--adapter", help="With --elf: how it takes an image and answers: a .yaml file, or an13438, console."),
]
TraceOption = Annotated[
    bool, typer.Option("--trace", help="With --adapter: compare every layer with the reference; our firmware only.")
]
ModelOption = Annotated[
    str | None,
    typer.Option(
        "--model",
        help="Model name, default an13438; a .tflite file to be sent to the board with --runtime interpreter, or to "
        "compare with with --adapter.",
    ),
]
PreprocessOption = Annotated[
    str, typer.Option("--preprocess", help="With a .tflite file: scale, halve, binarise or resize96.")
]


def run(
    board: options.BoardArgument,
    image: ImageOption = None,
    app: options.AppOption = "console",
    model: ModelOption = None,
    weights: options.WeightsOption = options.Weights.FLASH,
    runtime: options.RuntimeOption = options.Runtime.BUNDLE,
    preprocess: PreprocessOption = "scale",
    inject: options.InjectOption = options.Inject.UART,
    index: IndexOption = None,
    elf: ElfOption = None,
    address: AddressOption = None,
    for_ms: ForOption = 1000.0,
    until: UntilOption = None,
    files: FilesOption = None,
    layers: LayersOption = False,
    adapter: AdapterOption = None,
    trace: TraceOption = False,
    engine: options.EngineOption = None,
    as_json: options.JsonOption = False,
) -> None:
    """Run one image through a board and compare with the reference, or show the console of any firmware (--elf)."""
    from digitrig.engines.choice import choose_engine

    engine = choose_engine(engine)
    if adapter is None and trace:
        raise UsageError("--trace belongs to --adapter; for our own firmware as it was built use --layers")
    if adapter is not None:
        if elf is None:
            raise UsageError(f"--adapter {adapter} tells how to talk to a firmware file; add --elf FILE")
        from digitrig.cli.adapted import run_adapted

        run_adapted(board, elf, adapter, model, image, index, trace, engine, as_json)
        return
    if elf is not None:
        if image is not None:
            raise UsageError(
                "--elf shows a console and takes no --image; leave out one of the two, or say by --adapter how the "
                "firmware takes images"
            )
        if layers:
            raise UsageError("--layers needs our own firmware, whose layers are known; leave out --elf or --layers")
        from digitrig.cli.foreign import run_foreign

        run_foreign(board, elf, parse_address(address), for_ms, until, engine, as_json, files)
        return
    if image is None:
        raise UsageError(f"nothing to do: give --image SRC (for instance --image ink:7) or --elf FILE to '{board}'")
    if address is not None or until is not None or files is not None:
        raise UsageError(
            "--address, --until and --semihosting-folder belong to --elf; leave them out or add --elf FILE"
        )
    options_of_board = {"app": app, "weights": weights.value, "runtime": runtime.value, "engine": engine}
    chosen = chosen_model(model or "an13438", preprocess, runtime)
    result = predict_once(board, image, index, inject.value, layers, chosen=chosen, **options_of_board)
    if as_json:
        output.emit({key: value for key, value in result.items() if key != "image"})
    else:
        show(result)
    if not result["match"]:
        raise typer.Exit(1)


@dataclass(frozen=True)
class Chosen:
    """A model that comes with digitrig, by name, or a file that is sent to the board."""

    name: str
    file: Path | None = None
    preprocess: str = "scale"

    def reference(self) -> Reference:
        """The host reference of it."""
        from digitrig.codegen.models import load_model
        from digitrig.reference import Reference

        return load_model(self.name).reference() if self.file is None else Reference(self.file, self.preprocess)


def chosen_model(model: str, preprocess: str, runtime: options.Runtime) -> Chosen:
    """What `--model` names. Raises UsageError for a file with the runtime that takes none, and MissingFileError."""
    if not model.endswith(".tflite"):
        return Chosen(model)
    if runtime is not options.Runtime.INTERPRETER:
        raise UsageError(f"a file as model ('{model}') needs --runtime interpreter: bundles exist of known models only")
    from digitrig.cli.opening import existing_file

    return Chosen(Path(model).stem, existing_file(Path(model), "model file"), preprocess)


def parse_address(text: str | None) -> int | None:
    """An address in C notation (0x..., decimal); UsageError if it is none or not in 32 bits."""
    if text is None:
        return None
    try:
        value = int(text, 0)
    except ValueError:
        value = -1
    if not 0 <= value < 1 << 32:
        raise UsageError(f"--address '{text}' is no 32-bit address; write it as 0x60000000")
    return value


def predict_once(
    board: str,
    source: str,
    index: int | None,
    inject: str,
    layers: bool = False,
    *,
    chosen: Chosen,
    **board_options: Any,
) -> dict[str, Any]:
    """What `run --json` prints, and `image`, the (28, 28) uint8 array itself. layers: take the inference apart too."""
    from digitrig.cli.opening import one_image, open_board

    image, label = one_image(source, index)
    reference = chosen.reference()  # before the board is opened: it knows best what is wrong with a file
    model = {"model": chosen.name} if chosen.file is None else {}
    with open_board(board, **model, **board_options) as opened:
        opened.start()
        if chosen.file is not None:
            send_model(opened, chosen, inject)
        prediction, parts = _predict(opened, image, inject, layers)
        console = opened.console_text()
    expected = [int(score) for score in reference.scores(image)]
    scores = [int(score) for score in prediction.scores]
    return {
        "board": board,
        "app": board_options["app"],
        "model": chosen.name,
        "weights": board_options["weights"],
        "runtime": board_options["runtime"],
        "inject": inject,
        "source": source,
        "label": label,
        "digit": int(prediction.digit),
        "scores": scores,
        "reference_digit": expected.index(max(expected)),
        "reference_scores": expected,
        "reference": reference.name,
        "match": scores == expected and int(prediction.digit) == expected.index(max(expected)),
        "cycles": prediction.cycles,
        "instructions": prediction.instructions,
        "inference_us": prediction.inference_us,
        "console": console,
        **parts,
        "image": image,
    }


def _predict(board: Board, image: np.ndarray, inject: str, layers: bool) -> tuple[Prediction, dict[str, Any]]:
    """The prediction, and what `--layers` adds to the result."""
    if not layers:
        return board.predict(image, inject=inject), {}
    from digitrig.evaluation.layer_costs import layer_costs, layers_json

    cost = layer_costs(board, image, inject)
    band = board.spec.timing.error_band_percent
    return cost.prediction, {"layers": layers_json(cost), "error_band_percent": band}


def send_model(board: Board, chosen: Chosen, inject: str) -> None:
    """Give the board a model's file, with a progress bar."""
    with output.progress("sending the model, bytes", quiet=False) as advance:
        board.load_model(
            chosen.file or "",
            lambda done, whole: advance(done, whole, 0.0),
            inject=inject,
            name=chosen.name,
            preprocess=chosen.preprocess,
        )


def show(result: dict[str, Any]) -> None:
    """The prediction for people: the image, the scores side by side, and one line that sums up."""
    output.say(drawing(result["image"]))
    rows = [
        (digit, found, wanted, "" if found == wanted else "differs")
        for digit, (found, wanted) in enumerate(zip(result["scores"], result["reference_scores"], strict=True))
    ]
    title = f"{result['board']}, {result['model']} (weights in {result['weights']}), {result['source']}"
    output.table(title, [">class", ">board", ">reference", ""], rows)
    verdict = "equal to the reference" if result["match"] else "NOT equal to the reference"
    output.say(f"digit {result['digit']}, reference {result['reference_digit']}: {verdict} ({result['reference']})")
    cycles = "" if result["cycles"] is None else f"{result['cycles']:,} cycles, "
    output.say(f"{cycles}{result['instructions']:,} instructions, {result['inference_us']:,} us by the board's timer")
    if "layers" in result:
        show_layers(result)


def show_layers(result: dict[str, Any]) -> None:
    """What each layer took of the inference."""

    def grouped(count: int | None) -> str:
        return "-" if count is None else f"{count:,}"

    rows = [
        (part["layer"], part["op"], grouped(part["cycles"]), grouped(part["instructions"]), f"{part['share']:.1%}")
        for part in result["layers"]
    ]
    whole = ("", "in all", grouped(result["cycles"]), grouped(result["instructions"]), "100.0%")
    title = f"layers; cycles are estimated within {result['error_band_percent']:g} %, instructions are exact"
    output.table(title, ["layer", "op", ">cycles", ">instructions", ">share"], [*rows, whole])


def drawing(image: np.ndarray) -> str:
    """The image in half-block characters: 14 lines of 28 columns."""
    lines = []
    for upper, lower in zip(image[0::2], image[1::2], strict=True):
        cells = (" ▄▀█"[2 * int(top > 96) + int(bottom > 96)] for top, bottom in zip(upper, lower, strict=True))
        lines.append("".join(cells).rstrip())
    return "\n".join(lines).strip("\n")
