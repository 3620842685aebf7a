"""Contradictions that show without search, of whatever kind."""

from collections.abc import Mapping

from scheduler.agenda.explain.counting import too_many
from scheduler.agenda.explain.houses import overfull_houses
from scheduler.agenda.explain.narrow import too_tight
from scheduler.agenda.legal import Legal
from scheduler.agenda.problem import AgendaProblem


def contradiction(problem: AgendaProblem, legal: Mapping[str, Legal]) -> frozenset[str] | None:
    """Required sessions that are seen without search not to have a plan, the fewest of those found."""
    for session in problem.sessions:
        if session.is_required and not legal[session.id].rooms:
            return frozenset([session.id])
    counted = too_many(problem, legal)
    found = [*too_tight(problem, legal), *overfull_houses(problem, legal), *([] if counted is None else [counted])]
    return min(found, key=len, default=None)
