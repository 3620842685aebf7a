"""The cheapest change that makes a problem solvable, with a concrete value, proved by solving."""

from bisect import bisect_left
from collections.abc import Callable, Sequence, Set
from dataclasses import dataclass, replace
from functools import partial
from math import ceil
from typing import Any

from scheduler.agenda.explain.alike import kinds
from scheduler.agenda.explain.changing import Change, fixed_value, is_number, relaxation
from scheduler.agenda.explain.effort import GUESS, LONGER, MANY, MOST_LEFT, SMALL, SOON, WHOLE
from scheduler.agenda.explain.facts import Steps, field_of
from scheduler.agenda.explain.found import Found
from scheduler.agenda.explain.oracle import Oracle
from scheduler.agenda.explain.raising import raised_for
from scheduler.agenda.explain.relaxing import NOTHING, Changes, ProblemFile, neutral
from scheduler.agenda.explain.widening import HOURS, widened, widened_for
from scheduler.agenda.legal import hours_of_days
from scheduler.agenda.problem import AgendaProblem
from scheduler.agenda.solution import Placement

LARGER = 3
"""How many larger numbers are tried, ever further away, where it is hard to say whether the least one is enough."""

ALIKE = 4
"""Sessions of a kind, on average, among many for a plan of them to be proposed."""


@dataclass(frozen=True)
class Proposal:
    """A change with a value for which some sessions have a plan."""

    change: Change
    value: Any
    placements: Sequence[Placement]


def mended(problem: AgendaProblem, change: Change, others: Changes, oracle: Oracle, *, work: float = LONGER) -> Any:
    """The value nearest to what the file says that leaves a plan, given other changes; ``NOTHING`` if none is found."""
    few = oracle.against(problem)
    while few is not None and not oracle.is_over:
        proposal = proposed(problem, change, others, few, oracle)
        if proposal is None:
            return NOTHING
        found = proved(problem, proposal, others, oracle, brief=len(problem.sessions) > SMALL)
        if found.status == "feasible":
            return proposal.value
        few = few | found.against if found.against is not None and not found.against <= few else None
    file = ProblemFile(problem)
    free = file.changed({**others, **relaxation(change)})
    plan = oracle.find(free, work=work).placements
    if plan is None:
        return NOTHING
    if is_number(change):
        return raised(problem, change, others, plan, oracle).value
    whole = _proposed(problem, change, lambda changes: file.changed({**others, **changes}), oracle)
    if whole is not None and proved(problem, whole, others, oracle).status == "feasible":
        return whole.value
    # Hours that are widened for a plan need no other proof than that plan.
    return widened_for(problem, free, change.steps, plan) if field_of(change.steps) in HOURS else NOTHING


def raised(
    problem: AgendaProblem, change: Change, others: Changes, plan: Sequence[Placement], oracle: Oracle
) -> Proposal:
    """A number that is enough, as small as is soon found.

    Args:
        plan: one with the number as large as it may be.
    """
    values, file = _values(problem, change.steps), ProblemFile(problem)

    def changed(index: int) -> AgendaProblem:
        return file.changed({**others, change.steps: values[index]})

    low = _first(len(values), lambda index: not oracle.sees_against(changed(index)))
    enough, plan = raised_for(len(values), changed, plan, oracle, low=low, work=GUESS)
    return Proposal(change, values[enough], plan)


def proposed(problem: AgendaProblem, change: Change, others: Changes, few: Set[str], oracle: Oracle) -> Proposal | None:
    """The least value that lets a few sessions be placed, were there no others; no smaller one helps all of them."""
    file = ProblemFile(problem)

    def whole(changes: Changes) -> AgendaProblem:
        return file.changed({**others, **changes})

    if is_number(change):
        return _least_enough(problem, change, whole, few, oracle)
    return _proposed(problem, change, lambda changes: oracle.only(whole(changes), few), oracle)


def proved(
    problem: AgendaProblem,
    proposal: Proposal,
    others: Changes,
    oracle: Oracle,
    *,
    brief: bool = False,
    may_be_larger: bool = False,
) -> Found:
    """Whether there is a plan of the whole file with the value that is proposed.

    Args:
        brief: give up soon where there is no answer.
        may_be_larger: a number that is larger is tried next; of that it is told sooner.
    """
    changed = ProblemFile(problem).changed({**others, proposal.change.steps: proposal.value})
    is_guess = may_be_larger and is_number(proposal.change) and len(problem.sessions) <= WHOLE
    return oracle.find(changed, wanted=proposal.placements, brief=brief, work=GUESS if is_guess else LONGER)


def eased(problem: AgendaProblem, proposal: Proposal, left: Set[str], oracle: Oracle) -> Proposal | None:
    """The same change taken further than the least, where there is soon a plan of the whole file with it.

    Args:
        left: sessions that could not be placed with the least.
    """
    steps, file = proposal.change.steps, ProblemFile(problem)
    if field_of(steps) in HOURS:
        is_brief = len(problem.sessions) > WHOLE
        few = {one.session for one in proposal.placements}
        if is_brief and (MANY if len(few) <= SMALL else MOST_LEFT) * len(left) > len(problem.sessions):
            return None
        free = file.changed(neutral([steps]))
        afresh = oracle.afresh(free, few)
        if afresh is not None:
            return replace(proposal, value=widened_for(problem, free, steps, afresh))
        # What may be at any time finds its place where it is least in the way.
        wanted = () if is_brief or steps[0] == "sessions" else proposal.placements
        plan = oracle.find(free, wanted=wanted, firm=few, brief=is_brief, work=SOON).placements
        # Hours that are widened for a plan need no other proof than that plan.
        return None if plan is None else replace(proposal, value=widened_for(problem, free, steps, plan))
    if not is_number(proposal.change):
        return None
    values = [value for value in _values(problem, steps) if value > proposal.value]
    # With fewer there is no time for those that were left.
    first = max(1, _units_for(problem, steps, left))
    for index in [first - 1 + (1 << turn) for turn in range(LARGER)]:
        if index > len(values) or oracle.is_over:
            break
        larger = replace(proposal, value=values[index - 1])
        if proved(problem, larger, {}, oracle, brief=True).status == "feasible":
            return larger
    return None


def _proposed(
    problem: AgendaProblem, change: Change, changed: Callable[[Changes], AgendaProblem], oracle: Oracle
) -> Proposal | None:
    field = field_of(change.steps)
    if field in HOURS:
        value, placements = widened(problem, changed, change.steps, oracle)
        return None if value is NOTHING else Proposal(change, value, placements)
    if is_number(change):
        return _least_enough(problem, change, changed, {one.id for one in problem.sessions}, oracle)
    value = fixed_value(change)
    found = oracle.find(changed({change.steps: value}))
    return None if found.placements is None else Proposal(change, value, found.placements)


def _least_enough(
    problem: AgendaProblem, change: Change, whole: Callable[[Changes], AgendaProblem], few: Set[str], oracle: Oracle
) -> Proposal | None:
    """The smallest number that leaves a few sessions a plan, by halving: more never hurts.

    Numbers that are seen to leave none, the few or all, are passed over; that which is then the smallest is mostly
    enough.
    """
    values = _values(problem, change.steps)

    def changed(index: int) -> AgendaProblem:
        return whole({change.steps: values[index]})

    def is_enough(names: Set[str], index: int) -> bool:
        return not oracle.sees_against(oracle.only(changed(index), names))

    if len(few) > WHOLE:
        # Of many it is counted only.
        enough = _first(len(values), lambda index: not oracle.sees_against(changed(index)))
        if enough == len(values):
            return None
        some = oracle.only(changed(enough), few)
        # Where few are alike nothing is proposed by counting either.
        is_counted = ALIKE * len(set(kinds(some).values())) <= len(few)
        return Proposal(change, values[enough], (is_counted and oracle.glance(some)) or ())
    low = _first(len(values), partial(is_enough, few))
    proposal: Proposal | None = None
    # The smallest is asked first, then the largest: what that cannot mend none can.
    tried, high = iter((low, len(values) - 1)), len(values)
    while low < high:
        middle = next(tried, (low + high) // 2)
        found = oracle.find(oracle.only(changed(middle), few))
        if found.placements is not None:
            proposal, high = Proposal(change, values[middle], found.placements), middle
        elif middle == len(values) - 1:
            return None
        else:
            low = middle + 1
    # Those that are seen to have no plan among all are few again; with more the first few have the plan that they had.
    while proposal is not None and (seen := oracle.seen_against(changed(high))) is not None:
        high = _first(len(values), partial(is_enough, seen), low=high + 1)
        proposal = None if high == len(values) else replace(proposal, value=values[high])
    return proposal


def _first(count: int, is_enough: Callable[[int], bool], *, low: int = 0) -> int:
    """The first of so many numbers that is enough, as are all after it; ``count`` where none is. It is mostly near."""
    step, high = 1, low
    while high < count and not is_enough(high):
        low, high, step = high + 1, high + step, 2 * step
    return bisect_left(range(min(high, count)), 1, lo=low, key=lambda index: int(is_enough(index)))


def _values(problem: AgendaProblem, steps: Steps) -> Sequence[int]:
    """The numbers above what the file says at which something changes, ascending, to one that is enough if any is."""
    if steps[0] == "max_parallel":
        return range((problem.max_parallel or 0) + 1, len(problem.sessions) + 1)
    index = steps[1]
    assert isinstance(index, int)
    if steps[0] == "resources":
        resource = problem.resources[index]
        wanted = sum(session.uses.get(resource.id, 0) for session in problem.sessions)
        return range(resource.capacity + 1, wanted + sum(units for _, _, units in resource.taken) + 1)
    room = problem.rooms[index]
    asked = {session.audience if steps[-1] == "capacity" else session.booths for session in problem.sessions}
    return sorted(one for one in asked if one > (room.capacity if steps[-1] == "capacity" else room.booths))


def _units_for(problem: AgendaProblem, steps: Steps, names: Set[str]) -> int:
    """How many more at once some sessions take, were all of their time used; of rooms that is not known."""
    hours = sum(end - start for start, end in hours_of_days(problem.days))
    if steps[0] == "rooms" or not hours:
        return 0
    index = steps[-1] if len(steps) == 1 else steps[1]
    shared = problem.resources[index].id if isinstance(index, int) else None
    sessions = [one for one in problem.sessions if one.id in names]
    return ceil(sum(one.duration * (1 if shared is None else one.uses.get(shared, 0)) for one in sessions) / hours)
