"""`digitrig eval`: a data set through one or more boards, every answer compared with the reference."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from digitrig.cli import options, output
from digitrig.errors import UsageError

if TYPE_CHECKING:
    from digitrig.digits.datasets import Dataset
    from digitrig.evaluation import BoardResult
    from digitrig.evaluation.adapter import Adapter

FAILURES_SHOWN = 3
DEFAULT_RUN = "latest"
DatasetOption = Annotated[
    str | None,
    typer.Option(
        "--dataset", help="mnist, ink, a folder of IDX or PNG files or a file; default: mnist if here, else ink."
    ),
]
ModelOption = Annotated[
    str | None,
    typer.Option("--model", help="Model name, default an13438; with --elf also a .tflite file to compare with."),
]
LimitOption = Annotated[int | None, typer.Option("--limit", min=1, help="How many images; default: all.")]
WorkersOption = Annotated[int | None, typer.Option("--workers", min=1, help="Processes; default: one per CPU.")]
DaskOption = Annotated[
    str | None, typer.Option("--dask", help="Run on the dask cluster with this scheduler, such as tcp://10.0.0.1:8786.")
]
RunOption = Annotated[
    str | None, typer.Option("--run", help="Folder of this run below results/, or a path; default: latest.")
]
ResumeOption = Annotated[bool, typer.Option("--resume", help="Go on with the run that was interrupted.")]
ElfOption = Annotated[Path | None, typer.Option("--elf", help="Firmware that is not ours; needs --adapter.")]
AdapterOption = Annotated[
    str | None,
    typer.Option("--adapter", help="How that firmware takes images and answers: a .yaml file, or an13438, console."),
]
ReportOption = Annotated[
    Path | None, typer.Option("--report", help="Also write a report: this .html file, and .json and .csv beside it.")
]
FloorOption = Annotated[
    float | None, typer.Option("--accuracy", min=0, max=1, help="Code 1 if a board recognises less, such as 0.97.")
]


def evaluate(
    boards: options.BoardsArgument,
    model: ModelOption = None,
    dataset: DatasetOption = None,
    limit: LimitOption = None,
    inject: options.InjectOption = options.Inject.MEMORY,
    workers: WorkersOption = None,
    dask: DaskOption = None,
    engine: options.EngineOption = None,
    weights: options.WeightsOption = options.Weights.FLASH,
    app: options.AppOption = "console",
    runtime: options.RuntimeOption = options.Runtime.BUNDLE,
    elf: ElfOption = None,
    adapter: AdapterOption = None,
    run: RunOption = None,
    resume: ResumeOption = False,
    report: ReportOption = None,
    floor: FloorOption = None,
    as_json: options.JsonOption = False,
) -> None:
    """Run a data set on boards and compare every output byte with the reference; code 1 if one differs or fails."""
    from digitrig.digits.datasets import default_dataset, load_dataset
    from digitrig.engines.choice import choose_engine
    from digitrig.evaluation.report import check_name
    from digitrig.platform import load_board

    engine = choose_engine(engine)
    for name in boards:  # before the images are loaded, which may take longer
        load_board(name)
    found_adapter = _adapter(elf, adapter)
    if report is not None:
        check_name(report)  # before minutes of work
    folder = _folder(run, resume)
    data = default_dataset(limit=limit) if dataset is None else load_dataset(dataset, limit=limit)
    from digitrig.evaluation import evaluate as evaluate_boards
    from digitrig.evaluation import results_json

    try:
        with output.progress("images", quiet=as_json) as advance:
            results = evaluate_boards(
                boards,
                model=model,
                dataset=data,
                inject=inject.value,
                workers=workers,
                dask=dask,
                engine=engine,
                weights=weights.value,
                app=app,
                runtime=runtime.value,
                elf=elf,
                adapter=found_adapter,
                folder=folder,
                resume=resume,
                progress=advance,
            )
    except KeyboardInterrupt:
        if folder is not None:
            output.note(f"interrupted; what was done is kept in {folder}: the same command with --resume goes on")
        raise typer.Exit(130) from None
    for warning in sorted({warning for result in results for warning in (*result.warnings, *result.incidents)}):
        output.note(warning)
    if folder is not None:
        _keep(folder, results, data, elf, floor, report)
    elif report is not None:
        with tempfile.TemporaryDirectory() as passing:
            _keep(Path(passing), results, data, elf, floor, report)
    found = results_json(results)
    if as_json:
        output.emit({key: value for key, value in found.items() if key != "schema_version"})
    else:
        show(found["boards"])
    if any(not result.passed or _below(result, floor) for result in results):
        raise typer.Exit(1)


def _adapter(elf: Path | None, name: str | None) -> Adapter | None:
    from digitrig.cli.opening import existing_file
    from digitrig.evaluation.adapter import load_adapter

    if elf is not None:
        existing_file(elf, "firmware")
    return None if name is None else load_adapter(name)


def _folder(run: str | None, resume: bool) -> Path | None:
    """The run's folder. That the default one cannot be written to costs the journal, nothing else."""
    from digitrig.evaluation.journal import in_use
    from digitrig.evaluation.runs import run_folder

    folder = run_folder(run or DEFAULT_RUN)
    chosen = run is not None or resume
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        if chosen:
            raise UsageError(f"{folder} cannot be made: {error.strerror}; choose another --run") from None
        output.note(
            f"{folder} cannot be made ({error.strerror}): nothing of this run is kept; --run names another place"
        )
        return None
    if not chosen and in_use(folder):
        output.note(
            f"another evaluation is writing to {folder}: nothing of this run is kept; --run names another place"
        )
        return None
    return folder


def _below(result: BoardResult, floor: float | None) -> bool:
    return floor is not None and result.accuracy is not None and result.accuracy < floor


def _keep(
    folder: Path, results: list[BoardResult], data: Dataset, elf: Path | None, floor: float | None, report: Path | None
) -> None:
    from digitrig.evaluation.runs import read_run, write_run
    from digitrig.firmware_files import firmware_path

    files = [elf or firmware_path(one.board, one.app, one.model, one.weights) for one in results]
    write_run(folder, results, data, files, floor)
    if report is not None:
        from digitrig.evaluation.report import write_report

        written = write_report([read_run(folder)], report)
        output.note(f"report: {', '.join(str(path) for path in written)}")


def show(rows: list[dict[str, Any]]) -> None:
    """The results for people."""
    for row in rows:
        for failure in row["failures"][:FAILURES_SHOWN]:
            output.say(f"{row['board']}: image {failure['image']} failed: {failure['error']}: {failure['text']}")
        for one in row["first_mismatches"][:FAILURES_SHOWN]:
            output.say(
                f"{row['board']}: image {one['image']} differs: {one['element']}: expected {one['expected']}, found "
                f"{one['found']}" + (f"; layer {one['why']}; see {one['folder']}" if "folder" in one else "")
            )
    first = rows[0]
    where = f"adapter {first['adapter']}" if first["adapter"] else f"weights in {first['weights']}"
    output.table(
        f"{first['model']}, {where}, images by {first['inject']}, data set {first['dataset']}",
        [
            "board",
            ">images",
            ">accuracy",
            ">mismatches",
            ">failures",
            ">images/s",
            ">per core",
            ">x real time",
            ">workers",
        ],
        [
            (
                row["board"],
                row["images"],
                "-" if row["accuracy"] is None else f"{row['accuracy']:.2%}",
                "-" if row["mismatches"] is None else row["mismatches"],
                len(row["failures"]),
                f"{row['images_per_second']:.0f}",
                "-" if row["images_per_second_per_core"] is None else f"{row['images_per_second_per_core']:.0f}",
                "-" if row["real_time_ratio"] is None else f"{row['real_time_ratio']:.1f}",
                row["workers"],
            )
            for row in rows
        ],
    )
    for reference in sorted({row["reference"] for row in rows}):
        output.say(f"reference: {reference}")
