"""A solution as rows know it, the present plan as a solution, and what validation says of either."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.events.models import Event
from app.meetings.planner.facts import MeetingFacts, read_facts
from app.meetings.planner.problem import build_problem, previous_of, slot_key, table_key, wish_key
from app.platform.errors import Refused
from app.platform.i18n import gettext as _
from scheduler.core.outcome import TermScore
from scheduler.core.violation import Violation
from scheduler.meetings.problem import MeetingsProblem
from scheduler.meetings.score import score, stage_values
from scheduler.meetings.solution import MeetingsOutcome, MeetingsSolution
from scheduler.meetings.validation import validate


def problem_of(session: Session, event_id: int) -> MeetingsProblem:
    """The meetings problem of an edition as its rows are now, with the present plan as the previous one."""
    return build_problem(read_facts(session, session.get_one(Event, event_id)))


def solution_of(facts: MeetingFacts) -> MeetingsSolution:
    """The present plan as a solution, so that validation can judge it and a run can start from it."""
    held = {meeting.wish_id: meeting for meeting in facts.meetings}
    return MeetingsSolution.model_validate(
        {
            "meetings": tuple(previous_of(facts)),
            "unheld": tuple({"wish": wish_key(wish.id), "reason": ""} for wish in facts.wishes if wish.id not in held),
        }
    )


def stamp_of(facts: MeetingFacts) -> str:
    """A digest of the meetings that stand; another one where any of them came, went or moved."""
    stands = sorted((one.wish_id, one.slot_id, one.table_id) for one in facts.meetings)
    return hashlib.sha256(repr(stands).encode()).hexdigest()[:32]


@dataclass(frozen=True, kw_only=True)
class PlannedMeeting:
    """What a solution asks for one wish, in rows' terms."""

    wish_id: int
    slot_id: int
    table_id: int


def planned_of(facts: MeetingFacts, solution: MeetingsSolution) -> tuple[PlannedMeeting, ...]:
    """The meetings that a solution holds."""
    tables = {table_key(table): table.id for table in facts.tables}
    return tuple(
        PlannedMeeting(
            wish_id=int(meeting.wish.removeprefix("w")),
            slot_id=int(meeting.slot.removeprefix("s")),
            table_id=tables[meeting.table],
        )
        for meeting in solution.meetings
    )


def outcome_of(facts: MeetingFacts, outcome_json: str | None) -> MeetingsSolution:
    """The plan that a run proposes, as it reads today: a wish that ended since is left out, and one that came since
    keeps the meeting that it has.

    Raises:
        Refused: the run has no plan, or slots or tables of it are gone.
    """
    solution = MeetingsOutcome.model_validate_json(outcome_json).solution if outcome_json else None
    if solution is None:
        raise Refused({"run": _("This run has no plan to accept.")})
    tables, slots = {table_key(one) for one in facts.tables}, {slot_key(one.id) for one in facts.slots}
    if not all(meeting.table in tables and meeting.slot in slots for meeting in solution.meetings):
        raise Refused({"run": _("Slots or tables went since this run began. Run again.")})
    wishes = {wish_key(wish.id): wish for wish in facts.wishes}
    named = {meeting.wish for meeting in solution.meetings} | {one.wish for one in solution.unheld}
    stands = {str(one["wish"]): one for one in previous_of(facts) if one["wish"] not in named}
    return MeetingsSolution.model_validate(
        {
            "meetings": (
                *(one.model_dump() for one in solution.meetings if one.wish in wishes),
                *stands.values(),
            ),
            "unheld": (
                *(one.model_dump() for one in solution.unheld if one.wish in wishes),
                *(
                    {"wish": key, "reason": wish.unheld_reason or ""}
                    for key, wish in wishes.items()
                    if key not in named and key not in stands
                ),
            ),
        }
    )


@dataclass(frozen=True)
class Judgement:
    """What validation and score say of a meeting plan."""

    violations: tuple[Violation, ...]
    terms: Mapping[str, TermScore]
    stages: Mapping[str, int]


def judge(problem: MeetingsProblem, solution: MeetingsSolution) -> Judgement:
    """Broken rules, cost by term and the value of each stage."""
    return Judgement(tuple(validate(problem, solution)), score(problem, solution), stage_values(problem, solution))
