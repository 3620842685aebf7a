"""How the time is shared between some sessions at a time and the whole, by the size of a problem."""

from dataclasses import dataclass

from scheduler.agenda.bounds import fullness
from scheduler.agenda.problem import AgendaProblem

LARGE, FULL, HOPELESS = 120, 0.7, 400
"""From how many sessions, or from which part of room time in use, some sessions at a time are placed anew before the
whole is looked at; and from how many the whole is not."""

PATIENCE = 150
"""Neighbourhoods without gain after which the whole is looked at, where that has hope."""


@dataclass(frozen=True)
class Turn:
    """Some sessions at a time, then the whole: each until its share of the time limit is over, or it has done.

    ``patience`` is the number of neighbourhoods without gain after which the whole comes; none: the clock alone ends
    them. ``reinserts``: sessions are taken out and put back by the compiled kernel instead, where it can.
    ``needs_plan``: without a plan the whole comes at once, until ``without_plan_until``.
    """

    patience: int | None
    parts_until: float
    whole_until: float = 1.0
    without_plan_until: float = 1.0
    needs_plan: bool = False
    reinserts: bool = False


WHOLE_TURNS = (
    Turn(patience=None, parts_until=0.0, whole_until=0.3, needs_plan=True),
    Turn(patience=PATIENCE, parts_until=0.5, needs_plan=True, reinserts=True),
)
"""Few sessions: the whole is mostly proven within a second. What is not by then, needs a better plan to begin with."""
FULL_TURNS = (
    Turn(patience=40, parts_until=0.15, whole_until=0.3, without_plan_until=0.7, needs_plan=True),
    Turn(patience=PATIENCE, parts_until=0.8, reinserts=True),
)
"""Few sessions in full rooms: from a good plan the whole is mostly soon proven. Where it is not, moves find more."""
LARGE_TURNS = (Turn(patience=PATIENCE, parts_until=0.8),)
PARTS_ALONE = (Turn(patience=None, parts_until=1.0),)


def turns_of(problem: AgendaProblem) -> tuple[Turn, ...]:
    """The turns of a problem, in order."""
    sessions = len(problem.sessions)
    if sessions > HOPELESS:
        return PARTS_ALONE
    if sessions > LARGE:
        return LARGE_TURNS
    return FULL_TURNS if fullness(problem) > FULL else WHOLE_TURNS
