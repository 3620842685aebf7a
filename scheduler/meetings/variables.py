"""The variables of the CP-SAT model in words of the problem."""

from scheduler.meetings.legal import Legal
from scheduler.meetings.literals import Filled, Literal, Literals
from scheduler.meetings.patterns import Patterns

__all__ = ["Filled", "Literal", "Variables"]


class Variables(Literals):
    """The literals of a model, and under ``patterns`` what they make of each person's day."""

    def __init__(self, legal: Legal) -> None:
        super().__init__(legal)
        self.patterns = Patterns(self)
