"""Sessions: what was done to a board in one file, and the same again."""

from __future__ import annotations

from pathlib import Path

from robot.api import logger
from robot.api.deco import keyword

from digitrig.robot.component import Component


class SessionKeywords(Component):
    """Keywords about recorded sessions."""

    @keyword
    def save_session(self, file: str) -> str:
        """Writes the session of the current board so far into a file; `digitrig replay` and `Replay Session` read it.

        The board must have been opened with ``record=True``. Recording goes on. Returns the path.
        """
        recorder = self.current.recorded()
        recorder.save(Path(file))
        return file

    @keyword
    def replay_session(self, file: str) -> None:
        """Runs a recorded session again and fails if one byte, one cycle or the memory at the end is not the same.

        The file brings its own firmware and board files; no board needs to be open.
        """
        from digitrig.session import load_session, replay

        result = replay(load_session(Path(file)))
        result.check()
        logger.info(result.text())
