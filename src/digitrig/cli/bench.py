"""`digitrig bench`: how fast boards are emulated, beside QEMU where it is installed."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from digitrig.cli import options, output
from digitrig.errors import EngineError
from digitrig.protocols import PS_PER_S, Stop, StopReason

if TYPE_CHECKING:
    from digitrig.board import Board

IMAGE = "ink:7"
RESTORES = 50
BEST_OF = 3  # a busy machine slows single measurements down, never speeds them up
LIMIT_PS = 10 * PS_PER_S
SecondsOption = Annotated[float, typer.Option("--seconds", min=0.01, help="Host time to measure for, per board.")]
QemuOption = Annotated[bool, typer.Option("--qemu/--no-qemu", help="Compare with qemu-system-arm if it is installed.")]


def bench(
    boards: options.OptionalBoards = None,
    model: options.ModelOption = "an13438",
    engine: options.EngineOption = None,
    seconds: SecondsOption = 2.0,
    qemu: QemuOption = True,
    as_json: options.JsonOption = False,
) -> None:
    """Measure emulated MIPS of the inference code and of work like CoreMark's, snapshot restore and start, beside QEMU
    where it is installed."""
    from digitrig.cli.workload import measure_workload
    from digitrig.engines.choice import choose_engine
    from digitrig.firmware_build import buildable_boards

    engine = choose_engine(engine)
    rows = [measure(name, model, engine, seconds, qemu) for name in boards or buildable_boards()]
    work = [measure_workload(core, qemu) for core in dict.fromkeys(row["core"] for row in rows)]
    if as_json:
        output.emit({**worst(rows), "model": model, "engine": engine, "boards": rows, "workload": work})
        return
    columns = ["board", ">core", ">MIPS", ">QEMU MIPS", ">ratio", ">restore ms", ">start ms", "QEMU machine"]
    output.table(
        f"emulation speed, inference code of {model}, exact cycles on, by CPU time of the host",
        columns,
        [
            (
                row["board"],
                row["core"],
                f"{row['mips']:.0f}",
                "-" if row["qemu_mips"] is None else f"{row['qemu_mips']:.0f}",
                "-" if row["qemu_ratio"] is None else f"{row['qemu_ratio']:.2f}",
                f"{row['restore_ms']:.3f}",
                f"{row['start_ms']:.1f}",
                row["qemu_machine"] or "-",
            )
            for row in rows
        ],
    )
    output.table(
        "cores alone: list, matrix, state machine and CRC in generic C, exact cycles on",
        [">core", ">MIPS", ">QEMU MIPS", ">ratio", "QEMU machine"],
        [
            (
                row["core"],
                f"{row['mips']:.0f}",
                "-" if row["qemu_mips"] is None else f"{row['qemu_mips']:.0f}",
                "-" if row["qemu_ratio"] is None else f"{row['qemu_ratio']:.2f}",
                row["qemu_machine"] or "-",
            )
            for row in work
        ],
    )


def worst(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """The figures that hold for every board: lowest speeds and ratio, longest times; null where QEMU is absent."""
    found: dict[str, Any] = {}
    for key, choose in (("mips", min), ("qemu_mips", min), ("qemu_ratio", min), ("restore_ms", max), ("start_ms", max)):
        values = [row[key] for row in rows if row[key] is not None]
        found[key] = choose(values) if values else None
    return found


def measure(name: str, model: str, engine: str, seconds: float, with_qemu: bool) -> dict[str, Any]:
    """One board's figures. MIPS: instructions of the model's run function by the host's CPU time spent in them."""
    from digitrig.cli import qemu
    from digitrig.cli.opening import one_image, open_board

    image, _label = one_image(IMAGE)
    start_ms = min(start_time_ms(name, model, engine) for _ in range(BEST_OF))
    with open_board(name, model=model, engine=engine) as board:
        board.start()
        mips = max(inference_mips(board, image, seconds / BEST_OF) for _ in range(BEST_OF))
        restore_ms = restore_time_ms(board)
        prediction = board.predict(image, inject="memory")
        core, instructions = board.spec.core, prediction.instructions or 0
    qemu_mips, machine = None, None
    if with_qemu and qemu.available():
        machine = qemu.TWINS[core].machine
        with tempfile.TemporaryDirectory(prefix="digitrig-bench-") as folder:
            data = qemu.Data(image.tobytes(), prediction.scores)
            per_inference = qemu.seconds_per_inference(name, core, model, data, Path(folder))
        qemu_mips = instructions / per_inference / 1e6
    return {
        "board": name,
        "core": core,
        "mips": mips,
        "qemu_mips": qemu_mips,
        "qemu_ratio": None if qemu_mips is None else mips / qemu_mips,
        "qemu_machine": machine,
        "restore_ms": restore_ms,
        "start_ms": start_ms,
        "instructions": instructions,
    }


def start_time_ms(name: str, model: str, engine: str) -> float:
    """Host time from nothing to the `ready` line of a board, modules loaded."""
    from digitrig.cli.opening import open_board

    begun = time.perf_counter()
    with open_board(name, model=model, engine=engine) as board:
        board.start()
        return (time.perf_counter() - begun) * 1000


def inference_mips(board: Board, image: Any, seconds: float) -> float:
    """Emulated instructions per microsecond of CPU time between entry and return of the model's run function."""
    entry = board.symbol(f"{board.model}_run")[0]
    machine = board.machine
    machine.set_breakpoint(entry)
    spent, executed = 0.0, 0
    while spent < seconds:
        board.write_symbol("digitrig_image", image.tobytes())
        board.write_symbol("digitrig_request", (1).to_bytes(4, "little"))
        at_entry = run_to(board, entry)
        back = at_entry.lr & ~1
        machine.set_breakpoint(back)
        begun = time.process_time()
        at_return = run_to(board, back)
        spent += time.process_time() - begun
        executed += at_return.instructions - at_entry.instructions
        board.run_until_line("Inference time")
    machine.set_breakpoint(entry, False)
    machine.set_breakpoint(back, False)
    return executed / spent / 1e6


def run_to(board: Board, address: int) -> Stop:
    """Run until the core stands at an address that has a breakpoint; EngineError if it gets there no more."""
    board.machine.console.stop_on(None)
    stop = board.machine.run(LIMIT_PS)
    while stop.reason is StopReason.BREAKPOINT and stop.pc != address:
        stop = board.machine.run(LIMIT_PS)
    if stop.reason is not StopReason.BREAKPOINT:
        raise EngineError(
            f"{board.name}: the inference was not reached: {stop.reason.value}\n{board.fault_report(stop)}"
        )
    return stop


def restore_time_ms(board: Board) -> float:
    """Mean host time of going back to a snapshot."""
    snapshot = board.snapshot()
    spent = 0.0
    for _ in range(RESTORES):
        board.run_for(0.1)
        begun = time.perf_counter()
        board.restore(snapshot)
        spent += time.perf_counter() - begun
    return spent / RESTORES * 1000
