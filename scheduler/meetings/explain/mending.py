"""The cheapest change that gives a plan, or a smallest list of changes that do so together; each proved by solving."""

from collections.abc import Iterator, Sequence
from itertools import combinations

from scheduler.core.explanation import Fix
from scheduler.meetings.explain.blocking import Blocking
from scheduler.meetings.explain.changes import (
    RAISING_A_CAPACITY,
    Change,
    concrete,
    cost,
    neutral_change,
    seat_changes,
)
from scheduler.meetings.explain.facts import Candidate
from scheduler.meetings.problem import MeetingsProblem

Mend = tuple[Fix | None, tuple[Fix, ...] | None]


def mend(problem: MeetingsProblem, blocking: Sequence[Candidate], search: Blocking) -> Mend:
    """One change that is enough, else nothing and a smallest list found within the limits.

    Any single change that is enough changes a fact of every blocking set, so one such set holds all there are.
    """
    for change in _single_changes(problem, blocking, search):
        return change.fix, None
    found = _smallest_list(problem, blocking, search)
    return None, None if found is None else tuple(change.fix for change in found)


def _single_changes(problem: MeetingsProblem, blocking: Sequence[Candidate], search: Blocking) -> Iterator[Change]:
    """The changes that are enough alone, cheapest first; more seats are a matter of capacity."""
    facts = sorted(blocking, key=cost)
    for fact in (fact for fact in facts if cost(fact) <= RAISING_A_CAPACITY):
        yield from _changes(problem, [fact], search) or ()
    for change in seat_changes(problem):
        if search.oracle.plan(search.with_changes([change.entry])) is not None:
            yield change
    for fact in (fact for fact in facts if cost(fact) > RAISING_A_CAPACITY):
        yield from _changes(problem, [fact], search) or ()


def _smallest_list(problem: MeetingsProblem, blocking: Sequence[Candidate], search: Blocking) -> list[Change] | None:
    """A smallest set of facts that meets every blocking set (implicit hitting sets: Davies and Bacchus, 2011)."""
    blocks = [tuple(blocking)]
    while not search.oracle.is_over:
        chosen = _hitting(blocks)
        if chosen is None:
            return None
        if search.oracle.blocks(search.without(chosen)):
            blocks.append(search.smallest(chosen))
            continue
        return _changes(problem, chosen, search)
    return None


def _hitting(blocks: Sequence[Sequence[Candidate]]) -> list[Candidate] | None:
    """As few facts as possible with one in each block, cheap ones first."""
    facts = {fact.fact.path: fact for block in blocks for fact in block}
    paths = sorted(facts, key=lambda path: (cost(facts[path]), path))
    wanted = [{fact.fact.path for fact in block} for block in blocks]
    for size in range(1, len(blocks) + 1):
        for chosen in combinations(paths, size):
            if all(block.intersection(chosen) for block in wanted):
                return [facts[path] for path in chosen]
    return None


def _changes(problem: MeetingsProblem, facts: Sequence[Candidate], search: Blocking) -> list[Change] | None:
    """The smallest values at the paths of these facts that are seen to give a plan; nothing where none does."""
    plan = search.oracle.plan(search.without(facts))
    if plan is None:
        return None
    found = [concrete(problem, fact, plan, search) for fact in facts]
    if search.oracle.plan(search.with_changes(change.entry for change in found)) is not None:
        return found
    return [neutral_change(fact) for fact in facts]
