"""The Robot Framework face: `Library    digitrig.robot.DigitRig`."""

from digitrig.robot.library import DigitRig

__all__ = ["DigitRig"]
