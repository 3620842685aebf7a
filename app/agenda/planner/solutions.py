"""A draft as a solution, and a solution back into placements; both judged by the same validation."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from app.agenda.models import AgendaDraft, AgendaSession
from app.agenda.planner.facts import AgendaFacts
from app.agenda.planner.marks import marks_of
from app.platform.errors import Refused
from app.platform.i18n import gettext as _
from scheduler.agenda.problem import AgendaProblem
from scheduler.agenda.score import score, stages_with
from scheduler.agenda.solution import AgendaOutcome, AgendaSolution
from scheduler.agenda.validation import validate
from scheduler.core.outcome import TermScore
from scheduler.core.violation import Violation


@dataclass(frozen=True, kw_only=True)
class Placed:
    """A placement that a solution asks for, in rows' terms."""

    session_id: int
    room_id: int
    starts_at: datetime


def solution_of(facts: AgendaFacts, draft: AgendaDraft) -> AgendaSolution:
    """A draft as a solution, so that validation can judge it."""
    placed = {placement.session_id: placement for placement in draft.placements}
    slugs = {room.id: room.slug for room in facts.rooms}
    return AgendaSolution.model_validate(
        {
            "format": "bridge-agenda-solution/1",
            "placements": tuple(
                {
                    "session": item.slug,
                    "start": facts.grid.tick(placed[item.id].starts_at),
                    "room": slugs[placed[item.id].room_id],
                }
                for item in facts.sessions
                if item.id in placed
            ),
            "unplaced": tuple(item.slug for item in facts.sessions if item.id not in placed),
        }
    )


def stamp_of(draft: AgendaDraft) -> str:
    """A short digest of where everything is in a draft and what is pinned: equal stamps, equal drafts."""
    placed = sorted((one.session_id, one.room_id, one.starts_at.isoformat(), one.pin.value) for one in draft.placements)
    return hashlib.sha256(json.dumps([draft.id, placed]).encode()).hexdigest()[:24]


def outcome_of(facts: AgendaFacts, outcome_json: str | None) -> AgendaSolution:
    """The plan that a run proposes.

    Raises:
        Refused: the run has none, or its plan speaks of sessions or rooms that are there no more.
    """
    if outcome_json is None:
        raise Refused({"run": _("This run has no plan to accept.")})
    solution = AgendaOutcome.model_validate_json(outcome_json).solution
    if solution is None:
        raise Refused({"run": _("This run has no plan to accept.")})
    sessions, rooms = {item.slug for item in facts.sessions}, {room.slug for room in facts.rooms}
    gone = [one for one in solution.placements if one.session not in sessions or one.room not in rooms]
    if gone or sessions != {one.session for one in solution.placements} | set(solution.unplaced):
        raise Refused({"run": _("Sessions or rooms came or went since this run began. Run again.")})
    return solution


def place_of(facts: AgendaFacts, outcome_json: str | None, item: AgendaSession) -> Placed | None:
    """Where the answer about one session puts it, if there is such a place and its room is there still."""
    found = AgendaOutcome.model_validate_json(outcome_json).solution if outcome_json else None
    rooms = {room.slug: room.id for room in facts.rooms}
    for one in found.placements if found else ():
        if one.session == item.slug and one.room in rooms:
            return Placed(session_id=item.id, room_id=rooms[one.room], starts_at=facts.grid.instant(one.start))
    return None


def placements_of(facts: AgendaFacts, solution: AgendaSolution) -> tuple[Placed, ...]:
    """What a solution asks of the draft."""
    sessions = {item.slug: item.id for item in facts.sessions}
    rooms = {room.slug: room.id for room in facts.rooms}
    return tuple(
        Placed(
            session_id=sessions[placement.session],
            room_id=rooms[placement.room],
            starts_at=facts.grid.instant(placement.start),
        )
        for placement in solution.placements
    )


@dataclass(frozen=True)
class Judgement:
    """What validation and score say of a draft."""

    violations: tuple[Violation, ...]
    terms: Mapping[str, TermScore]
    stages: Mapping[str, int]
    marks: tuple[str, ...]
    """A digest for each violation of all that it is about."""


def judge(problem: AgendaProblem, solution: AgendaSolution) -> Judgement:
    """Broken rules and cost, from the same validation that the solver answers to."""
    violations = tuple(validate(problem, solution))
    marks = marks_of(problem, solution, violations)
    terms = score(problem, solution)
    return Judgement(violations, terms, stages_with(problem, solution, terms), marks)
