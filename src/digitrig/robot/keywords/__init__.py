"""The keywords, one component per subject. A component holds no state of its own: that is the rig's."""

from digitrig.robot.keywords.adapters import AdapterKeywords
from digitrig.robot.keywords.boards import BoardKeywords
from digitrig.robot.keywords.budgets import BudgetKeywords
from digitrig.robot.keywords.console import ConsoleKeywords
from digitrig.robot.keywords.digits import DigitKeywords
from digitrig.robot.keywords.glass import GlassKeywords
from digitrig.robot.keywords.guards import GuardKeywords
from digitrig.robot.keywords.health import HealthKeywords
from digitrig.robot.keywords.memory import MemoryKeywords
from digitrig.robot.keywords.pins import PinKeywords
from digitrig.robot.keywords.sessions import SessionKeywords

COMPONENTS = (
    BoardKeywords,
    ConsoleKeywords,
    DigitKeywords,
    BudgetKeywords,
    MemoryKeywords,
    GuardKeywords,
    AdapterKeywords,
    PinKeywords,
    GlassKeywords,
    HealthKeywords,
    SessionKeywords,
)

__all__ = ["COMPONENTS"]
