"""An agenda as a frozen value: where and when each session is, and which are left out."""

import json
from typing import Any, Literal

from scheduler.agenda.problem import AgendaProblem
from scheduler.core.outcome import Outcome
from scheduler.core.refusal import Complaint, Complaints, Refused, read
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
    if not _is_outcome(text):
        solution = read(AgendaSolution, text)
        _refuse_unknown(solution, problem, path="")
        return solution
    found = read(AgendaOutcome, text).solution
    if found is None:
        raise Refused([Complaint("solution", "the outcome holds no solution")])
    _refuse_unknown(found, problem, path="solution.")
    return found


def _is_outcome(text: str | bytes) -> bool:
    try:
        raw: Any = json.loads(text)
    except (ValueError, RecursionError):
        return False
    return isinstance(raw, dict) and raw.get("format") == "bridge-outcome/1"


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
