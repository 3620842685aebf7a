"""A first plan where a crowd fills the rooms that will do for it: it is placed by counting, then the others are."""

from collections.abc import Callable, Iterable, Mapping, Sequence

from scheduler.agenda.crowds.purse import Purse
from scheduler.agenda.crowds.tracks import proposed
from scheduler.agenda.first_plan import Attempt, construct, first_plan
from scheduler.agenda.legal import Legal
from scheduler.agenda.legal_starts import legal_of
from scheduler.agenda.problem import AgendaProblem
from scheduler.agenda.restricting import only
from scheduler.agenda.solution import AgendaSolution, Placement

WORK = 0.1
"""Deterministic time for how lengths fill what there is."""
FEW_EJECTIONS, EJECTIONS = 12, 1_000
"""Ejections after which what counting proposes is given up, and the others beside it."""
LARGE = 150
"""Sessions of a crowd beyond which counting takes too long."""


def begin(
    problem: AgendaProblem,
    legal: Mapping[str, Legal],
    hint: AgendaSolution | None,
    *,
    seed: int,
    is_construction_over: Callable[[], bool],
    is_over: Callable[[], bool],
    offer: Callable[[Iterable[Placement]], None],
    is_proven: Callable[[], bool],
) -> list[Attempt]:
    """Every first plan that a solve begins with, as in ``construct``; a crowd goes first where none came about."""
    attempts = construct(
        problem, legal, hint, seed=seed, is_over=is_construction_over, offer=offer, is_proven=is_proven
    )
    return attempts + crowd_first(problem, legal, attempts, seed=seed, is_over=is_over, offer=offer)


def crowd_first(
    problem: AgendaProblem,
    legal: Mapping[str, Legal],
    attempts: Sequence[Attempt],
    *,
    seed: int,
    is_over: Callable[[], bool],
    offer: Callable[[Iterable[Placement]], None],
) -> list[Attempt]:
    """A plan around one of the crowd alone, where no attempt came to one; nothing where the crowd is not soon placed.

    Sessions that fill a few rooms to the last grain are hardly placed one after the other, among others that take
    their places; by themselves it is counted which lengths go together.

    Args:
        attempts: whose fullest says who is fought over most.
        offer: takes a plan that is complete.
    """
    if is_over() or any(attempt.is_complete for attempt in attempts):
        return []
    names = _bound_alike(problem, legal, max(attempts, key=lambda one: len(one.placements)).fought_over)
    if not names or len(names) > LARGE:
        return []
    crowd = only(problem, names)
    plan = _counted(crowd, seed=seed, is_over=is_over)
    if plan is None:
        return []
    whole = first_plan(problem, legal, wanted=plan, firm=names, seed=seed, most_ejections=EJECTIONS, is_over=is_over)
    if whole.is_complete:
        offer(whole.placements)
    return [whole]


def _counted(crowd: AgendaProblem, *, seed: int, is_over: Callable[[], bool]) -> tuple[Placement, ...] | None:
    """A plan of a crowd near what counting proposes."""
    legal = legal_of(crowd)
    wanted = proposed(crowd, legal, seconds=WORK, purse=Purse(WORK))
    if wanted is None:
        return None
    attempt = placed_near(crowd, legal, wanted, seed=seed, is_over=is_over)
    return attempt.placements if attempt.is_complete else None


def placed_near(
    problem: AgendaProblem,
    legal: Mapping[str, Legal],
    wanted: Iterable[Placement],
    *,
    seed: int,
    is_over: Callable[[], bool],
) -> Attempt:
    """A plan hardly away from what is wanted, which comes about soon or not at all."""
    return first_plan(
        problem, legal, wanted=wanted, seed=seed, patience=1, most_ejections=FEW_EJECTIONS, is_over=is_over
    )


def _bound_alike(problem: AgendaProblem, legal: Mapping[str, Legal], fought_over: Sequence[str]) -> frozenset[str]:
    """The session fought over most with all that no other rooms will do for."""
    if not fought_over:
        return frozenset()
    rooms = legal[fought_over[0]].rooms.keys()
    return frozenset(one.id for one in problem.sessions if one.is_required and legal[one.id].rooms.keys() <= rooms)
