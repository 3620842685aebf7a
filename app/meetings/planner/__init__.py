"""Rows into a meetings problem, and a solution back into slots and tables."""

from app.meetings.planner.facts import MeetingFacts, absent_in, is_there, read_facts
from app.meetings.planner.plan import (
    Judgement,
    PlannedMeeting,
    judge,
    outcome_of,
    planned_of,
    problem_of,
    solution_of,
    stamp_of,
)
from app.meetings.planner.problem import build_problem, person_key, slot_key, table_key, wish_key

__all__ = [
    "Judgement",
    "MeetingFacts",
    "PlannedMeeting",
    "absent_in",
    "build_problem",
    "is_there",
    "judge",
    "outcome_of",
    "person_key",
    "planned_of",
    "problem_of",
    "read_facts",
    "slot_key",
    "solution_of",
    "stamp_of",
    "table_key",
    "wish_key",
]
