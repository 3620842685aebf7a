"""Improve a plan with the compiled kernel: find room for all that is worth it, then tidy everybody's day.

What is found goes through ``Search.offer`` like every plan, so the kernel is never believed. With a budget instead of
seconds the number of moves is counted, and one worker gives the same plan twice.
"""

import math
from collections.abc import Callable, Sequence, Set
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np

from scheduler.core.limits import Progress
from scheduler.meetings.annealing import anneal, insert
from scheduler.meetings.arrays import day_of, facts_of, placed_in
from scheduler.meetings.kernel import Day, Facts, plan_cost
from scheduler.meetings.search import Search
from scheduler.meetings.tables import Placed

MOVES_A_UNIT = 400_000
"""Moves that count as one unit of a budget: less than a core does in a second."""
INSERTIONS, CHAINS = 2_000, 200_000
"""Moves between two looks at the clock."""
CHAINS_A_MOVE = 10
"""So many tries of the annealing, most of which end at the first look at one person's day, count as one move."""
HOTTEST, COLDEST = 0.25, 0.07
"""In units of the dearest idle time: at first a worsening by one is taken once in 50 times, in the end never. A hotter
beginning undoes what insertion left, and leaves less time for the temperatures at which days become tidy.
"""
QUICK = 0.1
"""The part of the time for a first cooling."""
MUST, CHOSEN, POINT = 1 << 50, 8, 16
"""What is worth more goes in first and is not ejected for less: a point of value, and half of one for the choice."""
FIRM = 1 << 30
"""As much more is worth the choice while it is to be held whole."""


@dataclass
class Share:
    """A part of what a solve may still spend, in seconds or in moves."""

    search: Search
    part: float

    def __post_init__(self) -> None:
        self._started = self.search.stopwatch.seconds
        self._seconds = self.part * (self.search.end - self._started)
        left = self.search.work_left
        self._moves = None if left is None else self.part * left * MOVES_A_UNIT
        self._made = 0

    @property
    def used(self) -> float:
        """From 0 to 1."""
        if self._moves is not None:
            return min(1.0, self._made / self._moves) if self._moves > 0 else 1.0
        seconds = self.search.stopwatch.seconds - self._started
        return min(1.0, seconds / self._seconds) if self._seconds > 0 else 1.0

    @property
    def is_over(self) -> bool:
        return self.used >= 1.0 or self.search.control.is_stopped

    def count(self, moves: int) -> None:
        """Moves were made; a budget has fewer left."""
        self._made += moves
        self.search.spend(moves / MOVES_A_UNIT)


def hold_musts(search: Search, placed: Sequence[Placed]) -> None:
    """Find room for the musts that a plan leaves out; where that is not fair, make it so.

    Nothing can be improved before, and no other search finds room for as many: it has nearly all of the time.
    """
    facts = _facts(search)
    day = day_of(search.legal, placed, facts, seed=(search.limits.seed,))
    share = Share(search, 0.9)
    if _insert(search, facts, day, _worth(search, frozenset(), 0), share, search.legal.must_be_held):
        return
    if not search.offer(placed_in(day)):
        _cool(search, share, 0, placed_in(day))


def hold_most(search: Search, chosen: Set[int]) -> None:
    """Raise the value: put in what the choice by numbers holds, then whatever else is worth it.

    Args:
        chosen: the wishes of a choice that takes no account of slots; its value bounds that of every plan.
    """
    if search.best is None or search.is_over() or search.is_known("value"):
        return
    facts = _facts(search)
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


def tidy(search: Search, part: float) -> None:
    """Anneal the cost within a part of what is left: a quick cooling, and a slow one where that leaves something."""
    share = Share(search, part)
    for seed, cooling in ((0, Share(search, QUICK * part)), (1, share)):
        if search.best is not None and not (search.is_over() or search.is_known("cost")):
            _cool(search, cooling, seed, search.best.placed)


def _cool(search: Search, share: Share, seed: int, placed: Sequence[Placed]) -> None:
    """Each worker cools a copy of a plan; the tidiest that is fair is taken."""
    facts = _facts(search)
    weights = search.problem.weights
    dearest = float(max(weights.idle_run, weights.idle_slot, weights.moved))
    held = np.array(sorted(meeting.wish for meeting in placed), np.int32)
    if not len(held):
        return
    workers = max(1, search.limits.workers)
    days = [day_of(search.legal, placed, facts, seed=(search.limits.seed, seed, number)) for number in range(workers)]
    least = search.ranges["cost"].best
    began = share.used
    with ThreadPoolExecutor(max_workers=workers) as pool:
        while not share.is_over:
            temperature = _temperature(dearest, (share.used - began) / (1.0 - began))
            for one in [pool.submit(anneal, facts, day, held, CHAINS, temperature) for day in days]:
                one.result()
            share.count(workers * CHAINS // CHAINS_A_MOVE)
            cost = min(int(plan_cost(facts, day)) for day in days)
            search.control.report(Progress(seconds=search.stopwatch.seconds, stage="cost", incumbent=cost, bound=least))
            if cost == least:
                break
    for day in sorted(days, key=lambda day: int(plan_cost(facts, day))):
        if search.offer(placed_in(day)):
            return


def _temperature(dearest: float, used: float) -> float:
    """One slow cooling, from what takes most worsenings to what takes none."""
    return dearest * HOTTEST * math.pow(COLDEST / HOTTEST, used)


def _facts(search: Search) -> Facts:
    problem = search.problem
    # A move costs more than all idle time where the stage comes before; it is the same in all plans where it is none.
    dearest = max(1, problem.weights.idle_run, problem.weights.idle_slot)
    moved = 100 * dearest + problem.weights.moved if problem.previous else 0
    return facts_of(search.legal, moved=moved, keeps_places=problem.moves_first)


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
