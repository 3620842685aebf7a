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
    them. ``needs_plan``: without a plan the whole comes at once.
    """

    patience: int | None
    parts_until: float
    whole_until: float = 1.0
    needs_plan: bool = False


WHOLE_ALONE = (Turn(patience=None, parts_until=0.0, needs_plan=True),)
FULL_TURNS = (
    Turn(patience=40, parts_until=0.15, whole_until=0.7, needs_plan=True),
    Turn(patience=PATIENCE, parts_until=0.9),
)
"""Few sessions in full rooms: from a good plan the whole is mostly soon proven. Where it is not, parts find more."""
LARGE_TURNS = (Turn(patience=PATIENCE, parts_until=0.8),)
PARTS_ALONE = (Turn(patience=None, parts_until=1.0),)


def turns_of(problem: AgendaProblem) -> tuple[Turn, ...]:
    """The turns of a problem, in order."""
    sessions = len(problem.sessions)
    if sessions > HOPELESS:
        return PARTS_ALONE
    if sessions > LARGE:
        return LARGE_TURNS
    return FULL_TURNS if fullness(problem) > FULL else WHOLE_ALONE
