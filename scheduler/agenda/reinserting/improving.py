"""The loop around the kernel: warm to cold, again from the best plan of all threads, until the time is over."""

import threading
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor

from scheduler.agenda.first_plan.board import Place
from scheduler.agenda.first_plan.ground import Grounds
from scheduler.agenda.first_plan.placing import place_of, placements_of
from scheduler.agenda.legal import Legal
from scheduler.agenda.problem import AgendaProblem
from scheduler.agenda.reinserting.annealing import anneal, unit_of
from scheduler.agenda.reinserting.arrays import facts_of, places_in, plan_of, refill, starts_to_keep
from scheduler.agenda.solution import Placement
from scheduler.core.limits import Limits, Stopwatch

WARM, COLD = 0.8, 0.15
"""Temperatures at which a round begins and ends, in what a clash costs on average."""
MOST = 14
"""Sessions of one move, at most."""
MOVES = 200
"""Moves at one temperature, before somebody asks whether it is over."""
MOVES_A_UNIT = 100_000
"""Moves that count as one unit of deterministic time."""
MOST_STARTS = 50_000_000
"""Legal starts, a byte each, beyond which an event is too long for this."""
ROUND_SECONDS, ROUND_UNITS = 4.0, 4.0
"""What a round takes at least where there is more."""

Places = dict[int, Place]


def reinsert(
    problem: AgendaProblem,
    legal: Mapping[str, Legal],
    placements: Iterable[Placement],
    *,
    limits: Limits,
    seconds: float,
    is_over: Callable[[], bool],
    offer: Callable[[list[Placement]], None],
) -> float:
    """Make a right plan better; what it leaves out stays out.

    Args:
        limits: with a budget, that bounds the search, in units of deterministic time, and ``seconds`` does not.
        seconds: how long it may take.
        is_over: asked all the time.
        offer: takes each plan that is better than all before it; called by one thread at a time.

    Returns:
        The deterministic time spent. With one worker and a budget, a seed gives the same plans in the same order.
    """
    grounds = Grounds(problem, legal)
    if grounds.is_too_long or starts_to_keep(grounds) > MOST_STARTS:
        return 0.0
    shared = _Shared(grounds, placements, offer)
    if not shared.can_move:
        return 0.0
    with ThreadPoolExecutor(limits.workers, thread_name_prefix="reinserting") as pool:
        workers = [_Worker(shared, limits, seconds, is_over, number) for number in range(limits.workers)]
        for done in [pool.submit(worker.work) for worker in workers]:
            done.result()
    return sum(worker.spent for worker in workers)


class _Shared:
    """The best plan of all threads; whoever looks at it or changes it holds the lock."""

    def __init__(
        self, grounds: Grounds, placements: Iterable[Placement], offer: Callable[[list[Placement]], None]
    ) -> None:
        self.grounds, self._offer = grounds, offer
        self.lock = threading.Lock()
        self.best = dict(place_of(grounds, one) for one in placements)
        self.facts = facts_of(grounds)
        self.unit = unit_of(self.facts)
        first = plan_of(grounds, self.facts, self.best, seed=1)
        self.cost = int(first.cost[1])
        self.can_move = first.movable.size > 0 and self.cost > 0

    def tell(self, cost: int, places: Places) -> None:
        """Take a plan if it is better than the best."""
        with self.lock:
            if cost >= self.cost:
                return
            self.cost, self.best = cost, places
            self._offer(placements_of(self.grounds, places))


class _Worker:
    """One thread with a plan of its own."""

    def __init__(
        self, shared: _Shared, limits: Limits, seconds: float, is_over: Callable[[], bool], number: int
    ) -> None:
        self._shared, self._is_over = shared, is_over
        self._budget, self._seconds = limits.budget, seconds
        allowed, least = (seconds, ROUND_SECONDS) if limits.budget is None else (limits.budget, ROUND_UNITS)
        self._rounds = max(1, int(allowed / least))
        self._seed = limits.seed * 1000 + number
        self.spent = 0.0

    def work(self) -> None:
        shared, stopwatch = self._shared, Stopwatch()
        plan = plan_of(shared.grounds, shared.facts, shared.best, seed=self._seed)
        known, round_ = int(plan.cost[1]), 0
        while not self._is_over():
            done = stopwatch.seconds / self._seconds if self._budget is None else self.spent / self._budget
            if done >= 1:
                return
            if int(done * self._rounds) > round_:
                round_ = int(done * self._rounds)
                with shared.lock:
                    refill(shared.facts, plan, shared.best)
                    known = int(plan.cost[1])
            share = done * self._rounds - round_
            anneal(shared.facts, plan, MOVES, MOST, shared.unit * WARM * (COLD / WARM) ** share)
            self.spent += MOVES / MOVES_A_UNIT
            if plan.cost[1] < known:
                known = int(plan.cost[1])
                shared.tell(known, places_in(plan))
