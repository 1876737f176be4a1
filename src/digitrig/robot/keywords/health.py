"""Time, and whether the firmware lives."""

from __future__ import annotations

import re
from datetime import timedelta

from robot.api import logger
from robot.api.deco import keyword

from digitrig.errors import CheckFailed
from digitrig.robot.component import Component, milliseconds
from digitrig.robot.reader import LineReader


class HealthKeywords(Component):
    """Keywords about virtual time, life and faults."""

    @keyword
    def run_for(self, time: timedelta) -> None:
        """Lets the board run for this much virtual time: ``10 ms``, ``2 s``."""
        self.board.run_for(milliseconds(time))

    @keyword
    def virtual_time(self) -> timedelta:
        """Returns how long the board has been running, in virtual time."""
        return timedelta(microseconds=self.board.machine.clock.now_ps / 1_000_000)

    @keyword
    def board_should_be_alive(self, timeout: timedelta = timedelta(seconds=1)) -> None:
        """Fails unless the console app answers the command ``info`` by ``ready`` in time."""
        reader = LineReader(self.board).skip()
        self.board.send("info\n")
        reader.wait_for(re.compile("^ready$"), "the line 'ready' as answer to 'info'", milliseconds(timeout))

    @keyword
    def should_have_faulted(self, cause: str = "", *, timeout: timedelta = timedelta(seconds=1)) -> str:
        """Lets the board run and fails unless the firmware takes a fault or locks up in time. Returns the report.

        With ``cause`` the report has to contain this text. The report names pc and lr with their functions, the
        access that failed, and the last console lines.
        """
        stop = self.board.run_for(0 if self.board.faults() else milliseconds(timeout))
        report = self.board.fault_report(stop)
        if not self.board.faults():
            raise CheckFailed(f"{self.current.alias} has not faulted within {milliseconds(timeout):g} ms\n{report}")
        if cause not in report:
            raise CheckFailed(f"{self.current.alias} has faulted, but its report does not contain '{cause}'\n{report}")
        logger.info(report)
        return report

    @keyword
    def should_not_have_faulted(self) -> None:
        """Fails if the firmware has taken a fault or locked up since the board was opened."""
        if self.board.faults():
            raise CheckFailed(f"{self.current.alias} has faulted\n{self.board.fault_report()}")
