"""A first plan where a crowd fills the rooms that will do for it: it is placed by counting, then the others are."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set

from scheduler.agenda.crowds.purse import Purse
from scheduler.agenda.crowds.tracks import proposed
from scheduler.agenda.first_plan import Attempt, construct, first_plan, plans_before
from scheduler.agenda.legal import Legal
from scheduler.agenda.legal_starts import legal_of
from scheduler.agenda.problem import AgendaProblem
from scheduler.agenda.restricting import only
from scheduler.agenda.solution import AgendaSolution, Placement

WORK = 0.1
"""Deterministic time for how lengths fill what there is."""
FEW_EJECTIONS, EJECTIONS = 12, 300
"""Ejections after which what counting proposes is given up, and the others beside it."""
LARGE = 600
"""Sessions of a crowd beyond which it is as hard to place as all are."""
FOREMOST = 40
"""Of those that are fought over, the most that are placed by themselves where all of them have no plan."""
MOST_ALIKE = 3
"""Rooms of those fought over most for which it is tried whether all that is bound to them is a crowd."""
HASTY = 200
"""Ejections after which it is first looked for a crowd: most plans that are built at all have come about by then."""


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
    """Every first plan that a solve begins with, as in ``construct``; a crowd goes first where none comes about soon.

    A crowd in whose way all others are keeps a construction going round in circles for seconds, which is soon placed
    once it goes first; so patience comes last.
    """
    near = max(plans_before(problem, hint), key=bool)
    attempts: list[Attempt] = []
    for most_ejections in (HASTY, None):
        attempts += construct(
            problem,
            legal,
            hint,
            seed=seed,
            most_ejections=most_ejections,
            is_over=is_construction_over,
            offer=offer,
            is_proven=is_proven,
        )
        if most_ejections is None and is_construction_over():
            break
        attempts += crowd_first(problem, legal, attempts, near=near, seed=seed, is_over=is_over, offer=offer)
        if is_construction_over() or any(attempt.is_complete for attempt in attempts):
            break
    return attempts


def crowd_first(
    problem: AgendaProblem,
    legal: Mapping[str, Legal],
    attempts: Sequence[Attempt],
    *,
    near: Iterable[Placement] = (),
    seed: int,
    is_over: Callable[[], bool],
    offer: Callable[[Iterable[Placement]], None],
) -> list[Attempt]:
    """A plan around one of a crowd alone, where no attempt came to one; nothing where no crowd is soon placed.

    Sessions that fill a few rooms to the last grain are hardly placed one after the other, among others that take
    their places; by themselves it is counted which lengths go together.

    Args:
        attempts: whose fullest says who is fought over most.
        near: where all others are to be, if they can.
        offer: takes a plan that is complete.
    """
    if any(attempt.is_complete for attempt in attempts):
        return []
    found: list[Attempt] = []
    fought_over = max(attempts, key=lambda one: len(one.placements)).fought_over
    for names in dict.fromkeys(_crowds(problem, legal, fought_over)):
        if is_over():
            break
        plan = _planned(only(problem, names), seed=seed, is_over=is_over)
        if plan is None:
            continue
        whole = first_plan(
            problem,
            legal,
            wanted=(*plan, *near),
            firm=names,
            seed=seed,
            most_ejections=EJECTIONS,
            is_over=is_over,
        )
        found.append(whole)
        if whole.is_complete:
            offer(whole.placements)
            break
    return found


def _crowds(problem: AgendaProblem, legal: Mapping[str, Legal], fought_over: Sequence[str]) -> Iterator[frozenset[str]]:
    """Those that all others may be in the way of, the likeliest first: in the same rooms, or fought over at all."""
    required = {one.id for one in problem.sessions if one.is_required}
    fought = [name for name in fought_over if name in required]
    rooms = [frozenset(legal[name].rooms) for name in fought[:FOREMOST]]
    alike = [_bound_to(problem, legal, some) for some in list(dict.fromkeys(rooms))[:MOST_ALIKE]]
    for names in (*alike, frozenset(fought), frozenset(fought[:FOREMOST])):
        if 0 < len(names) <= LARGE:
            yield names


def _planned(crowd: AgendaProblem, *, seed: int, is_over: Callable[[], bool]) -> tuple[Placement, ...] | None:
    """A plan of a crowd, near what counting proposes or built from nothing; nothing where it has none so soon."""
    legal = legal_of(crowd)
    wanted = proposed(crowd, legal, seconds=WORK, purse=Purse(WORK))
    if wanted is None:
        return None
    attempt = placed_near(crowd, legal, wanted, seed=seed, is_over=is_over)
    if not attempt.is_complete:
        attempt = first_plan(crowd, legal, seed=seed, most_ejections=EJECTIONS, is_over=is_over)
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


def _bound_to(problem: AgendaProblem, legal: Mapping[str, Legal], rooms: Set[str]) -> frozenset[str]:
    """All that must be placed for which no other rooms will do."""
    return frozenset(one.id for one in problem.sessions if one.is_required and legal[one.id].rooms.keys() <= rooms)
