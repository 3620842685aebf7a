"""An agenda as a frozen value: where and when each session is, and which are left out."""

from typing import Literal

from scheduler.agenda.problem import AgendaProblem
from scheduler.core.answers import read_answer
from scheduler.core.outcome import Outcome
from scheduler.core.refusal import Complaints
from scheduler.core.values import Grain, Id, Value


class Placement(Value):
    """A session given a start (in grains) and a room."""

    session: Id
    start: Grain
    room: Id


class AgendaSolution(Value):
    """A plan; every session of the problem stands in ``placements`` or in ``unplaced``."""

    format: Literal["bridge-agenda-solution/1"] = "bridge-agenda-solution/1"
    placements: tuple[Placement, ...] = ()
    unplaced: tuple[Id, ...] = ()


class AgendaOutcome(Outcome[AgendaSolution]):
    """What a solve of an agenda problem gives back."""


def read_solution(text: str | bytes, problem: AgendaProblem) -> AgendaSolution:
    """Parse a solution, or an outcome and take its solution.

    Raises:
        Refused: not JSON, wrong types, an outcome without solution, or references that the problem does not know.
    """
    return read_answer(
        text,
        solution=AgendaSolution,
        outcome=AgendaOutcome,
        refuse_unknown=lambda found, start: _refuse_unknown(found, problem, path=start),
    )


def _refuse_unknown(solution: AgendaSolution, problem: AgendaProblem, *, path: str) -> None:
    sessions = {session.id for session in problem.sessions}
    rooms = {room.id for room in problem.rooms}
    complaints = Complaints()
    for index, placement in enumerate(solution.placements):
        complaints.require_known(f"{path}placements[{index}].session", "session", placement.session, sessions)
        complaints.require_known(f"{path}placements[{index}].room", "room", placement.room, rooms)
    for index, left_out in enumerate(solution.unplaced):
        complaints.require_known(f"{path}unplaced[{index}]", "session", left_out, sessions)
    complaints.raise_if_any()
