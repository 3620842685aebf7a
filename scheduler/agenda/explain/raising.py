"""A number that is raised to what a plan needs."""

from bisect import bisect_left
from collections.abc import Callable, Sequence

from scheduler.agenda.explain.oracle import Oracle
from scheduler.agenda.model import solution_of
from scheduler.agenda.problem import AgendaProblem
from scheduler.agenda.solution import Placement
from scheduler.agenda.validation import validate

MOST_OPEN = 2
"""Smaller numbers of which it stays open whether they are enough, before the one at hand is."""


def raised_for(
    count: int,
    changed: Callable[[int], AgendaProblem],
    plan: Sequence[Placement],
    oracle: Oracle,
    *,
    low: int,
    work: float,
) -> tuple[int, Sequence[Placement]]:
    """The least of so many ascending numbers that is found to be enough, with a plan that keeps every rule with it.

    A number that is raised for a plan needs no other proof than that plan. Smaller ones are tried from the smallest.

    Args:
        changed: the problem with the number at a position; it has a plan from that position on that has one.
        plan: one with the largest number.
        low: the first position that is not seen to be too small.
        work: deterministic time after which a smaller one is given up.
    """
    high, is_open = _needed(count, changed, plan), 0
    tried = iter((low,))
    while low < high and is_open < MOST_OPEN and not oracle.is_over:
        middle = next(tried, (low + high) // 2)
        found = oracle.find(changed(middle), wanted=plan, brief=True, work=work)
        if found.placements is None:
            low, is_open = middle + 1, is_open + (found.status == "unknown")
            continue
        plan, high = found.placements, _needed(middle + 1, changed, found.placements)
    return high, plan


def _needed(count: int, changed: Callable[[int], AgendaProblem], plan: Sequence[Placement]) -> int:
    """The first of so many numbers with which a plan keeps every rule; it does with the last."""

    def is_right(position: int) -> bool:
        problem = changed(position)
        return not validate(problem, solution_of(problem, plan))

    return bisect_left(range(count - 1), 1, key=lambda position: int(is_right(position)))
