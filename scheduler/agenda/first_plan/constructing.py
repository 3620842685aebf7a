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
    most_ejections: int | None = None,
    is_over: Callable[[], bool],
    offer: Callable[[Iterable[Placement]], None],
    is_proven: Callable[[], bool],
) -> list[Attempt]:
    """Attempts without solver, until one is proven to be best.

    Args:
        most_ejections: after which each attempt is given up, if it was not before.
        offer: takes those that are complete.
        is_proven: whether no better one is needed than was offered.
    """
    attempts: list[Attempt] = []
    for wanted in dict.fromkeys((*plans_before(problem, hint), ())):
        if attempts and not wanted and any(attempt.is_complete for attempt in attempts):
            continue
        attempt = first_plan(problem, legal, wanted=wanted, seed=seed, most_ejections=most_ejections, is_over=is_over)
        attempts.append(attempt)
        if attempt.is_complete:
            offer(attempt.placements)
        if is_proven():
            break
    return attempts


def plans_before(
    problem: AgendaProblem, hint: AgendaSolution | None
) -> tuple[tuple[Placement, ...], tuple[Placement, ...]]:
    """What a plan is to be near to, if it can: the hint, and the plan before."""
    before = tuple(
        Placement(session=entry.session, start=entry.start, room=entry.room) for entry in problem.previous or ()
    )
    return (hint.placements if hint else (), before)
