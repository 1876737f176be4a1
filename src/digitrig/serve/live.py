"""A board that runs at a person's pace: one thread owns it, everybody else asks that thread."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from digitrig.board import Board
from digitrig.errors import DigitrigError, UsageError
from digitrig.protocols import PS_PER_MS, StopReason
from digitrig.session import Recorder

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

SLICE_MS = 4.0  # virtual time between two looks at what is asked
FRAME_S = 1 / 30  # host time between two looks at the picture
BEAT_S = 0.2  # host time after which the page hears of the board though nothing has changed but its clock
BEHIND_S = 0.25  # further behind its pace than that, the board gives up catching up
SPEEDS = (0.1, 0.25, 0.5, 1.0, 2.0, 5.0)
CONSOLE_LINES = 2000  # what a page that is opened late still gets
ENDS = {StopReason.LOCKUP, StopReason.UNDEFINED, StopReason.EXIT}
TOP1 = "Top1 class = "


@dataclass
class Shown:
    """What the page shows. seq: rises with every change.  lines: (number, ms, text).  frame_seq: which picture."""

    seq: int = 0
    ms: float = 0.0
    paused: bool = False
    speed: float = 1.0
    pace: float = 0.0
    ended: str = ""
    lines: list[tuple[int, float, str]] = field(default_factory=list)
    partial: str = ""
    leds: dict[str, bool] = field(default_factory=dict)
    prediction: dict[str, Any] | None = None
    frame_seq: int = 0


class LiveBoard(threading.Thread):
    """Runs a board until `stop`. `do` carries out an action between two slices, in the board's own thread."""

    def __init__(self, board: Board, reference_model: str | None = None) -> None:
        """The board must not have run yet: everything is recorded. reference_model: whose answers stand beside."""
        super().__init__(name=f"digitrig serve {board.name}", daemon=True)
        self.board = board
        self.recorder = Recorder(board)
        self.shown = Shown()
        self.frame: NDArray[np.uint8] | None = None
        self._model = reference_model
        self._asked: queue.SimpleQueue[tuple[Callable[[], Any], Future[Any]] | None] = queue.SimpleQueue()
        self._changed = threading.Condition()
        self._begun_s, self._begun_ps = time.monotonic(), 0
        self._looked_s, self._told_s, self._line, self._stopping = 0.0, 0.0, 0, False

    # ------------------------------------------------------------------ from other threads
    def do(self, action: Callable[[], Any], limit_s: float = 30.0) -> Any:
        """Have the board's thread do something; returns or raises what it does."""
        done: Future[Any] = Future()
        self._asked.put((action, done))
        return done.result(limit_s)

    def stop(self) -> None:
        """End the thread."""
        self._stopping = True
        self._asked.put(None)
        self.join()

    def wait(self, after: int, limit_s: float) -> dict[str, Any]:
        """What has changed since `after`, as soon as something has; at the limit what there is."""
        with self._changed:
            self._changed.wait_for(lambda: self.shown.seq > after or self._stopping, limit_s)
            return self._state(after)

    def _state(self, after: int) -> dict[str, Any]:
        shown = self.shown
        fresh = [[ms, text] for seq, ms, text in shown.lines if seq > after]
        state = {key: value for key, value in vars(shown).items() if key != "lines"}
        return {**state, "leds": dict(shown.leds), "lines": fresh}

    # ------------------------------------------------------------------ the board's thread
    def run(self) -> None:
        self._restart_pace()
        while not self._stopping:
            self._answer(self._patience())
            if self._runs():
                self._slice(SLICE_MS * min(self.shown.speed, 1.0))
            self._look()

    def _runs(self) -> bool:
        return not (self.shown.paused or self.shown.ended or self._stopping)

    def _patience(self) -> float:
        """How long to wait for requests before the next slice, in s of host time."""
        if not self._runs():
            return FRAME_S
        ahead = (self.board.machine.clock.now_ps - self._begun_ps) / 1e12 / self.shown.speed
        left = self._begun_s + ahead - time.monotonic()
        if left < -BEHIND_S:
            self._restart_pace()
        return max(0.0, left)

    def _restart_pace(self) -> None:
        self._begun_s, self._begun_ps = time.monotonic(), self.board.machine.clock.now_ps

    def _answer(self, patience_s: float) -> None:
        """Carry out what is asked; wait for it as long as the board is ahead of its pace."""
        try:
            asked = self._asked.get(timeout=patience_s) if patience_s > 0 else self._asked.get_nowait()
        except queue.Empty:
            return
        while asked is not None:
            action, done = asked
            try:
                done.set_result(action())
            except Exception as error:  # belongs to whoever asked
                done.set_exception(error)
            try:
                asked = self._asked.get_nowait()
            except queue.Empty:
                return

    def _slice(self, ms: float) -> None:
        before_s, before_ps = time.monotonic(), self.board.machine.clock.now_ps
        stop = self.board.run_for(ms)
        took = time.monotonic() - before_s
        gone = (self.board.machine.clock.now_ps - before_ps) / 1e12
        if took > 0:
            self.shown.pace = round(0.9 * self.shown.pace + 0.1 * gone / took, 3)
        if stop.reason in ENDS:
            self.shown.ended = self.board.fault_report(stop)
        elif stop.reason is StopReason.ASLEEP:
            time.sleep(SLICE_MS / 1000)  # nothing can happen until somebody touches it

    # ------------------------------------------------------------------ what is shown
    def _look(self) -> None:
        """Tell those who wait what has changed."""
        lines = self.board.lines()
        leds = {name: self.board.led(name) for name in self.board.spec.leds}
        frame = self._new_frame()
        partial = self.board.console_partial()
        still = len(lines) == self._line and leds == self.shown.leds and frame is None and partial == self.shown.partial
        if still and (not self._runs() or time.monotonic() - self._told_s < BEAT_S):
            return
        self._told_s = time.monotonic()
        with self._changed:
            self.shown.seq += 1
            self.shown.ms = self.board.machine.clock.now_ps / PS_PER_MS
            self.shown.leds, self.shown.partial = leds, partial
            self._show_lines(lines)
            if frame is not None:
                self.frame, self.shown.frame_seq = frame, self.shown.seq
            self._changed.notify_all()

    def _show_lines(self, lines: list[tuple[int, str]]) -> None:
        if len(lines) < self._line:  # a snapshot was restored
            self._line = len(lines)
        for at_ps, text in lines[self._line :]:
            self.shown.lines.append((self.shown.seq, at_ps / PS_PER_MS, text))
            if text.startswith(TOP1):
                self.shown.prediction = self._prediction(text.removeprefix(TOP1), at_ps)
        del self.shown.lines[:-CONSOLE_LINES]
        self._line = len(lines)

    def _new_frame(self) -> NDArray[np.uint8] | None:
        """The picture on the LCD, if it is another one and it is time to look."""
        now = time.monotonic()
        if self.board.machine.display is None or now - self._looked_s < FRAME_S:
            return None
        self._looked_s = now
        frame = self.board.display.frame()
        same = self.frame is not None and bool((frame == self.frame).all())
        return None if same else frame

    def _prediction(self, digit: str, at_ps: int) -> dict[str, Any]:
        """The board's answer and the reference's for the image that the firmware saw."""
        found: dict[str, Any] = {"digit": digit, "ms": at_ps / PS_PER_MS, "reference": None, "image": None}
        if self._model is None:
            return found
        try:
            pixels = self.board.read_symbol("digitrig_image")[:784]
        except DigitrigError:
            return found
        scores = [int(score) for score in self._reference().scores(_image(pixels))]
        return {**found, "reference": scores.index(max(scores)), "scores": scores, "image": pixels.hex()}

    def _reference(self) -> Any:
        from digitrig.codegen.models import load_model

        if not hasattr(self, "_loaded"):
            self._loaded = load_model(str(self._model)).reference()
        return self._loaded

    def _changed_by_hand(self) -> None:
        with self._changed:
            self.shown.seq += 1
            self.shown.ms = self.board.machine.clock.now_ps / PS_PER_MS
            self._changed.notify_all()

    # ------------------------------------------------------------------ actions, for `do`
    def pause(self) -> None:
        self.shown.paused = True
        self._changed_by_hand()

    def resume(self) -> None:
        self.shown.paused = False
        self._restart_pace()
        self._changed_by_hand()

    def step(self, ms: float) -> None:
        """Run a paused board for a while."""
        if not 0 < ms <= 1000:
            raise UsageError(f"a step of {ms:g} ms asked for; expected more than 0 and at most 1000")
        self.shown.paused = True
        self._slice(ms)
        self._changed_by_hand()

    def set_speed(self, speed: float) -> None:
        if speed not in SPEEDS:
            raise UsageError(f"speed {speed:g} asked for; known: {', '.join(f'{s:g}' for s in SPEEDS)}")
        self.shown.speed = speed
        self._restart_pace()
        self._changed_by_hand()

    def reset(self) -> None:
        self.board.reset()
        self.shown.ended = ""
        self._changed_by_hand()

    def draw(self, strokes: list[list[tuple[float, float, int]]]) -> None:
        """Send a digit that was drawn on the page to a board without a touch panel; places are 0..1."""
        from digitrig.digits import Ink, Point

        ink = Ink(tuple(tuple(Point(x, y, t) for x, y, t in stroke) for stroke in strokes))
        self.board.predict(ink.render())

    def save(self, path: Path) -> Mapping[str, Any]:
        """Write the session so far."""
        session = self.recorder.save(path)
        return {"file": str(path), "inputs": len(session.inputs), "console_bytes": len(session.console)}


def _image(pixels: bytes) -> NDArray[np.uint8]:
    import numpy as np

    return np.frombuffer(pixels, np.uint8).reshape(28, 28)
