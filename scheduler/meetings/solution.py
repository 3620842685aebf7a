"""A meeting plan as a frozen value: what is held where, and why the rest is not."""

from typing import Literal

from scheduler.core.answers import read_answer
from scheduler.core.outcome import Outcome
from scheduler.core.refusal import Complaints
from scheduler.core.values import Id, Value
from scheduler.meetings.problem import MeetingsProblem


class Meeting(Value):
    """A wish with a slot and a table."""

    wish: Id
    slot: Id
    table: Id


class Unheld(Value):
    """A wish that is not held; ``reason`` starts with the name of the rule that binds."""

    wish: Id
    reason: str = ""


class MeetingsSolution(Value):
    """A plan; every wish of the problem stands in ``meetings`` or in ``unheld``."""

    format: Literal["bridge-meetings-solution/1"] = "bridge-meetings-solution/1"
    meetings: tuple[Meeting, ...] = ()
    unheld: tuple[Unheld, ...] = ()


class MeetingsOutcome(Outcome[MeetingsSolution]):
    """What a solve of a meetings problem gives back."""


def read_solution(text: str | bytes, problem: MeetingsProblem) -> MeetingsSolution:
    """Parse a solution, or an outcome and take its solution.

    Raises:
        Refused: not JSON, wrong types, an outcome without solution, or references that the problem does not know.
    """
    return read_answer(
        text,
        solution=MeetingsSolution,
        outcome=MeetingsOutcome,
        refuse_unknown=lambda found, start: _refuse_unknown(found, problem, path=start),
    )


def _refuse_unknown(solution: MeetingsSolution, problem: MeetingsProblem, *, path: str) -> None:
    wishes = {wish.id for wish in problem.wishes}
    slots = {slot.id for slot in problem.slots}
    tables = {table.id for table in problem.tables}
    complaints = Complaints()
    for index, meeting in enumerate(solution.meetings):
        complaints.require_known(f"{path}meetings[{index}].wish", "wish", meeting.wish, wishes)
        complaints.require_known(f"{path}meetings[{index}].slot", "slot", meeting.slot, slots)
        complaints.require_known(f"{path}meetings[{index}].table", "table", meeting.table, tables)
    for index, left in enumerate(solution.unheld):
        complaints.require_known(f"{path}unheld[{index}].wish", "wish", left.wish, wishes)
    complaints.raise_if_any()
