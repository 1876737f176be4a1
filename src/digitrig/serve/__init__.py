"""`digitrig serve`: a local page that shows a board live."""

from digitrig.serve.live import LiveBoard
from digitrig.serve.server import PageServer

__all__ = ["LiveBoard", "PageServer"]
