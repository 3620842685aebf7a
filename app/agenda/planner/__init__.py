"""Rows into an agenda problem, and a solution back into placements."""

from app.agenda.planner.facts import AgendaFacts, read_facts
from app.agenda.planner.problems import build_problem, person_key, problem_of
from app.agenda.planner.solutions import Judgement, Placed, judge, outcome_of, placements_of, solution_of

__all__ = [
    "AgendaFacts",
    "Judgement",
    "Placed",
    "build_problem",
    "judge",
    "outcome_of",
    "person_key",
    "placements_of",
    "problem_of",
    "read_facts",
    "solution_of",
]
