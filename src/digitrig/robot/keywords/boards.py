"""Opening and closing boards, their firmware, reset and snapshots."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from robot.api.deco import keyword

from digitrig.errors import UnknownNameError
from digitrig.robot.component import Component


class BoardKeywords(Component):
    """Keywords about whole boards."""

    @keyword
    def open_board(
        self,
        name: str,
        *,
        app: str = "console",
        model: str = "an13438",
        weights: str = "flash",
        runtime: str = "bundle",
        elf: str | None = None,
        address: int | None = None,
        alias: str | None = None,
        record: bool = False,
    ) -> str:
        """Makes an emulated board, loads its firmware and lets it start.

        Our own firmware is named by ``app``, ``model`` and ``weights`` (``flash`` or ``ram``) and runs until it is
        ready; with ``runtime=interpreter`` it reads the model's file and takes others (`Load Model`). Any other
        firmware is named by ``elf``: an ELF file, Intel HEX, or a raw binary with its load ``address``.
        Returns the ``alias``, which is the board's name unless given. With ``record=True`` `Save Session` can write
        down everything that is done to the board.
        """
        options: dict[str, Any] = {"app": app, "model": model, "weights": weights}
        if runtime != "bundle":
            options["runtime"] = runtime
        if elf is not None:
            options.update(elf=elf, address=address)
        opened = self.rig.open(name, alias or name, options)
        if record:
            opened.record()
        opened.board.start()
        return opened.alias

    @keyword
    def board_names(self, wanted: str = "all") -> list[str]:
        """Returns names of boards: ``all`` that there is firmware for, or those in a list separated by commas."""
        from digitrig.firmware_build import buildable_boards

        known = buildable_boards()
        if wanted.strip().lower() == "all":
            return known
        names = [name.strip() for name in wanted.split(",") if name.strip()]
        for name in names:
            if name not in known:
                raise UnknownNameError("board", name, known)
        return names

    @keyword
    def build_program(self, source: str, board: str, *defines: str, model: str | None = None) -> str:
        """Builds a small C program for a board, on top of our start-up code and drivers. Returns the ELF file.

        ``source`` is a C file that defines ``main``, ``defines`` are macros for it (``NAME`` or ``NAME=value``),
        ``model`` names a model whose generated C is linked to it. Nothing is built twice.
        """
        from digitrig.firmware_build import build_program

        return str(build_program(Path(source), board, model=model, defines=defines))

    @keyword
    def choose_board(self, alias: str) -> str | None:
        """Makes another open board the one that keywords work on. Returns the alias of the one before."""
        return self.rig.choose(alias)

    @keyword
    def close_board(self, alias: str | None = None) -> None:
        """Closes a board: the current one, or the one with this ``alias``. Without an open board it does nothing."""
        if alias is not None or self.rig.has_board:
            self.rig.close(alias)

    @keyword
    def load_firmware(
        self,
        elf: str | None = None,
        *,
        address: int | None = None,
        app: str | None = None,
        model: str | None = None,
        weights: str | None = None,
    ) -> None:
        """Puts other firmware on the current board and starts it, as after flashing: memory and time begin anew.

        Give a firmware file (ELF, Intel HEX, or raw binary with its load ``address``), or what to change of our own
        firmware: ``app``, ``model``, ``weights``.
        """
        opened = self.current
        options = dict(opened.options)
        options.pop("elf", None)
        options.pop("address", None)
        given = {"app": app, "model": model, "weights": weights, "elf": elf, "address": address}
        options.update({key: value for key, value in given.items() if value is not None})
        self.rig.close(opened.alias)
        replaced = self.rig.open(opened.name, opened.alias, options)
        replaced.in_test = opened.in_test
        replaced.board.start()

    @keyword
    def load_model(
        self, path: str, *, inject: str = "uart", name: str | None = None, preprocess: str = "scale"
    ) -> None:
        """Sends a ``.tflite`` file to a board with ``runtime=interpreter``, which uses it until its next reset.

        ``inject``: ``uart`` sends it frame by frame, ``memory`` writes it at once. ``name`` is what the board calls it;
        default the file's. ``preprocess``: how an image becomes the input: ``scale``, ``halve``, ``binarise`` or
        ``resize96``. From now on `Outputs Should Match Reference` compares with this file. Fails with the board's own
        words if it refuses the model.
        """
        from digitrig.reference import Reference

        self.board.load_model(path, inject=inject, name=name, preprocess=preprocess)
        self.current.sent_model = Reference(path, preprocess)
        self.current.prediction = None

    @keyword
    def reset_board(self) -> None:
        """Presses the reset button of the current board and lets our firmware start again. Time goes on."""
        self.board.reset()
        self.board.start()
        self.current.prediction = None
        self.current.sent_model = None

    @keyword
    def save_snapshot(self, name: str = "snapshot") -> None:
        """Keeps the whole state of the current board under a name: memory, registers, devices, time."""
        opened = self.current
        opened.snapshots[name] = (self.board.snapshot(), opened.reader.position, opened.sent_model)

    @keyword
    def restore_snapshot(self, name: str = "snapshot") -> None:
        """Takes the current board back to a state that `Save Snapshot` kept."""
        if name not in self.current.snapshots:
            raise UnknownNameError("snapshot", name, self.current.snapshots)
        snapshot, self.current.reader.position, self.current.sent_model = self.current.snapshots[name]
        self.board.restore(snapshot)
        self.current.prediction = None
