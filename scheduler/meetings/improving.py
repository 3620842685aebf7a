"""Improve a plan with the compiled kernel: find room for all that is worth it; `cooling.py` then tidies days.

What is found goes through ``Search.offer`` like every plan, so the kernel is never believed. With a budget instead of
seconds the number of moves is counted, and one worker gives the same plan twice.
"""

from collections.abc import Callable, Sequence, Set
from typing import Any

import numpy as np

from scheduler.meetings.annealing import insert
from scheduler.meetings.arrays import day_of, placed_in
from scheduler.meetings.cooling import cool, facts_in
from scheduler.meetings.kernel import Day, Facts
from scheduler.meetings.search import Search
from scheduler.meetings.share import Share
from scheduler.meetings.tables import Placed

INSERTIONS = 2_000
"""Moves between two looks at the clock."""
MUST, CHOSEN, POINT = 1 << 50, 8, 16
"""What is worth more goes in first and is not ejected for less: a point of value, and half of one for the choice."""
FIRM = 1 << 30
"""As much more is worth the choice while it is to be held whole."""


def hold_musts(search: Search, placed: Sequence[Placed]) -> None:
    """Find room for the musts that a plan leaves out; where that is not fair, make it so.

    Nothing can be improved before, and no other search finds room for as many: it has nearly all of the time.
    """
    facts = facts_in(search)
    day = day_of(search.legal, placed, facts, seed=(search.limits.seed,))
    share = Share(search, 0.9)
    if _insert(search, facts, day, _worth(search, frozenset(), 0), share, search.legal.must_be_held):
        return
    if not search.offer(placed_in(day)):
        cool(search, share, 0, placed_in(day))


def hold_most(search: Search, chosen: Set[int]) -> None:
    """Raise the value: put in what the choice by numbers holds, then whatever else is worth it.

    Args:
        chosen: the wishes of a choice that takes no account of slots; its value bounds that of every plan.
    """
    if search.best is None or search.is_over() or search.is_known("value"):
        return
    facts = facts_in(search)
    share = Share(search, 0.3)
    for firmness in (CHOSEN, FIRM, CHOSEN, 0):
        day = day_of(search.legal, search.best.placed, facts, seed=(search.limits.seed,))
        worth = _worth(search, chosen, firmness)
        part = Share(search, 0.1)
        if firmness == FIRM:
            _insert(search, facts, day, worth, part, chosen.__contains__)
        _insert(search, facts, day, worth, part, lambda _: True)
        search.offer(placed_in(day))
        search.report("value")
        if search.is_known("value") or share.is_over:
            return


def _worth(search: Search, chosen: Set[int], firmness: int) -> Any:
    worth = np.zeros(len(search.legal.options), np.int64)
    for number, wish in enumerate(search.problem.wishes):
        worth[number] = POINT * wish.value if wish.level == "want" else MUST
        if number in chosen:
            worth[number] += firmness
        if wish.pin is not None:
            worth[number] += MUST
        if search.problem.moves_first and number in search.legal.previous:
            worth[number] += MUST
    return worth


def _insert(search: Search, facts: Facts, day: Day, worth: Any, share: Share, is_wanted: Callable[[int], bool]) -> int:
    """Put in what is not held; how many wait in the end."""
    options = search.legal.options
    missing = [wish for wish in range(len(options)) if day.slot[wish] < 0 and options[wish] and is_wanted(wish)]
    waiting = np.array([*missing, *([0] * len(options))], np.int32)
    count = len(missing)
    while count and not share.is_over:
        count = int(insert(facts, day, waiting, count, worth, INSERTIONS))
        share.count(INSERTIONS)
    return count
