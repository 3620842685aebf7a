"""What costs something in a draft, line by line, in the terms of rows."""

from collections.abc import Iterator
from dataclasses import dataclass

from app.agenda.models import AgendaSession
from app.agenda.planner.facts import AgendaFacts
from scheduler.agenda.problem import AgendaProblem
from scheduler.agenda.score import TERMS
from scheduler.agenda.solution import AgendaSolution


@dataclass(frozen=True, kw_only=True)
class CostLine:
    """Why a draft costs something: ``cost = units * weight`` of one soft term, and whom it is about."""

    term: str
    sessions: tuple[AgendaSession, ...]
    units: int
    weight: int

    @property
    def cost(self) -> int:
        return self.units * self.weight


def cost_lines(facts: AgendaFacts, problem: AgendaProblem, solution: AgendaSolution) -> tuple[CostLine, ...]:
    """Everything that costs, the dearest first; the lines of a term add up to its cost."""
    return tuple(sorted(_lines(facts, problem, solution), key=lambda line: -line.cost))


def _lines(facts: AgendaFacts, problem: AgendaProblem, solution: AgendaSolution) -> Iterator[CostLine]:
    sessions = {item.slug: item for item in facts.sessions}
    weights = problem.weights.model_dump()
    for term, shares in TERMS.items():
        if not weights[term]:
            continue
        for subjects, units in shares(problem, solution):
            line = CostLine(
                term=term,
                sessions=tuple(sessions[one] for one in subjects),
                units=units,
                weight=weights[term],
            )
            if line.cost:
                yield line
