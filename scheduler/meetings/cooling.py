"""Tidy everybody's day: anneal the idle time of a plan with the compiled kernel, a copy for each worker."""

import math
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from scheduler.core.limits import Progress
from scheduler.meetings.annealing import anneal
from scheduler.meetings.arrays import day_of, facts_of, fits_paths, paths_of, placed_in
from scheduler.meetings.kernel import Facts, plan_cost
from scheduler.meetings.paths import anneal_paths, runs_in
from scheduler.meetings.search import Search
from scheduler.meetings.share import Share
from scheduler.meetings.tables import Placed

CHAINS = 200_000
"""Moves between two looks at the clock."""
CHAINS_A_MOVE = 10
"""So many tries of the annealing, most of which end at the first look at one person's day, count as one move."""
EXCHANGE = 10
"""After so many stretches between two looks the less tidy copies go on from the tidiest."""
QUICK = 0.1
"""The part of the time for a first cooling."""


def tidy(search: Search, part: float) -> None:
    """Anneal the cost within a part of what is left: a quick cooling, and a slow one where that leaves something."""
    share = Share(search, part)
    for seed, cooling in ((0, Share(search, QUICK * part)), (1, share)):
        if search.best is not None and not (search.is_over() or search.is_known("cost")):
            cool(search, cooling, seed, search.best.placed)


def cool(search: Search, share: Share, seed: int, placed: Sequence[Placed]) -> None:
    """Each worker cools a copy of a plan until the share is spent; the tidiest that is fair is taken."""
    if not placed:
        return
    facts = facts_in(search)
    kind = _Paths if fits_paths(search.legal, placed) else _Chains
    workers = max(1, search.limits.workers)
    copies = [kind(search, placed, facts, (search.limits.seed, seed, number)) for number in range(workers)]
    least = search.ranges["cost"].best
    began, stretches = share.used, 0
    with ThreadPoolExecutor(max_workers=workers) as pool:
        while not share.is_over:
            used = (share.used - began) / (1.0 - began)
            for one in [pool.submit(copy.stretch, used) for copy in copies]:
                one.result()
            share.count(workers * CHAINS // CHAINS_A_MOVE)
            stretches += 1
            tidiest = min(copies, key=lambda copy: copy.cost())
            if stretches % EXCHANGE == 0:
                for copy in copies:
                    copy.follow(tidiest)
            cost = tidiest.cost()
            search.control.report(Progress(seconds=search.stopwatch.seconds, stage="cost", incumbent=cost, bound=least))
            if cost == least:
                break
    for copy in sorted(copies, key=lambda copy: copy.cost()):
        if search.offer(placed_in(copy.day)):
            return


class _Chains:
    """A copy that any rule may bind; cooled in units of the dearest idle time."""

    hottest, coldest = 0.25, 0.07
    """At first a worsening by one is taken once in 50 times, in the end never. A hotter beginning undoes what insertion
    left, and leaves less time for the temperatures at which days become tidy.
    """

    def __init__(self, search: Search, placed: Sequence[Placed], facts: Facts, seed: tuple[int, ...]) -> None:
        weights = search.problem.weights
        self._dearest = float(max(weights.idle_run, weights.idle_slot, weights.moved))
        self._held = np.array(sorted(meeting.wish for meeting in placed), np.int32)
        self._facts = facts
        self.day = day_of(search.legal, placed, facts, seed=seed)

    def stretch(self, used: float) -> None:
        temperature = self._dearest * _temperature(self.hottest, self.coldest, used)
        anneal(self._facts, self.day, self._held, CHAINS, temperature)

    def cost(self) -> int:
        return int(plan_cost(self._facts, self.day))

    def follow(self, other: "_Chains | _Paths") -> None:
        """Each goes its own way: the tidiest may yet be refused for what this kernel does not see."""


class _Paths:
    """A copy of a plan of meetings of two at tables that are alike; cooled in idle runs."""

    hottest, coldest = 0.28, 0.13
    """Warmer than chains: where the first end cannot bear a move it is not begun, so that worsenings are rarer."""

    def __init__(self, search: Search, placed: Sequence[Placed], facts: Facts, seed: tuple[int, ...]) -> None:
        self._weight = search.problem.weights.idle_run
        self._facts = facts
        self._paths = paths_of(search.legal, placed)
        self.day = day_of(search.legal, placed, facts, seed=seed)

    def stretch(self, used: float) -> None:
        anneal_paths(self._facts, self.day, self._paths, CHAINS, _temperature(self.hottest, self.coldest, used))

    def cost(self) -> int:
        return int(self._weight * runs_in(self._paths))

    def follow(self, other: "_Chains | _Paths") -> None:
        """Go on from the other's plan, with random numbers of its own."""
        assert isinstance(other, _Paths)
        for name in ("slot", "place", "who", "used"):
            np.copyto(getattr(self.day, name), getattr(other.day, name))
        for name in ("partner", "filled"):
            np.copyto(getattr(self._paths, name), getattr(other._paths, name))


def facts_in(search: Search) -> Facts:
    """What the kernel needs to know of the problem."""
    problem = search.problem
    # A move costs more than all idle time where the stage comes before; it is the same in all plans where it is none.
    dearest = max(1, problem.weights.idle_run, problem.weights.idle_slot)
    moved = 100 * dearest + problem.weights.moved if problem.previous else 0
    return facts_of(search.legal, moved=moved, keeps_places=problem.moves_first)


def _temperature(hottest: float, coldest: float, used: float) -> float:
    """One slow cooling, from what takes most worsenings to what takes none."""
    return hottest * math.pow(coldest / hottest, used)
