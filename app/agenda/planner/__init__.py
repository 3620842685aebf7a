"""Rows into an agenda problem, and a solution back into placements."""

from app.agenda.planner.asking import problem_about, problem_for
from app.agenda.planner.costs import CostLine, cost_lines
from app.agenda.planner.facts import AgendaFacts, read_facts
from app.agenda.planner.ground import DRAFT_ALONE, Ground, ground_of
from app.agenda.planner.mending import Mend, WhyNot, Windows, why_not
from app.agenda.planner.places import FreePlace, places_for
from app.agenda.planner.problems import build_problem, person_key, problem_against, problem_of, with_draft
from app.agenda.planner.sentences import names_of, say
from app.agenda.planner.solutions import (
    Judgement,
    Placed,
    judge,
    outcome_of,
    place_of,
    placements_of,
    solution_of,
    stamp_of,
)
from app.agenda.planner.weighing import BrokenRule, weigh

__all__ = [
    "DRAFT_ALONE",
    "AgendaFacts",
    "BrokenRule",
    "CostLine",
    "FreePlace",
    "Ground",
    "Judgement",
    "Mend",
    "Placed",
    "WhyNot",
    "Windows",
    "build_problem",
    "cost_lines",
    "ground_of",
    "judge",
    "names_of",
    "outcome_of",
    "person_key",
    "place_of",
    "placements_of",
    "places_for",
    "problem_about",
    "problem_against",
    "problem_for",
    "problem_of",
    "read_facts",
    "say",
    "solution_of",
    "stamp_of",
    "weigh",
    "why_not",
    "with_draft",
]
