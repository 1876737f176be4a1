"""A board session in one file: firmware, board files, every input with its virtual time, outputs, hashes."""

from digitrig.session.file import Session, load_session
from digitrig.session.recorder import Recorder
from digitrig.session.replay import Replay, replay

__all__ = ["Recorder", "Replay", "Session", "load_session", "replay"]
