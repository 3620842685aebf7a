"""Every first plan that a solve begins with: around the hint, around the plan before, and from nothing."""

from collections.abc import Callable, Iterable, Mapping

from scheduler.agenda.first_plan.greedy import Attempt, first_plan
from scheduler.agenda.legal import Legal
from scheduler.agenda.problem import AgendaProblem
from scheduler.agenda.solution import AgendaSolution, Placement


def construct(
    problem: AgendaProblem,
    legal: Mapping[str, Legal],
    hint: AgendaSolution | None,
    *,
    seed: int,
    is_over: Callable[[], bool],
    offer: Callable[[Iterable[Placement]], None],
    is_proven: Callable[[], bool],
) -> list[Attempt]:
    """Attempts without solver, until one is proven to be best.

    Args:
        offer: takes those that are complete.
        is_proven: whether no better one is needed than was offered.
    """
    before = [Placement(session=entry.session, start=entry.start, room=entry.room) for entry in problem.previous or ()]
    attempts: list[Attempt] = []
    for wanted in (hint.placements if hint else (), before, ()):
        if attempts and not wanted and any(attempt.is_complete for attempt in attempts):
            continue
        attempt = first_plan(problem, legal, wanted=wanted, seed=seed, is_over=is_over)
        attempts.append(attempt)
        if attempt.is_complete:
            offer(attempt.placements)
        if is_proven():
            break
    return attempts
