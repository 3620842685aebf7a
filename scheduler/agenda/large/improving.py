"""The loop: draw a neighbourhood, solve it, keep what is no worse; a thread a core, since CP-SAT leaves Python free."""

import threading
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from random import Random

from scheduler.agenda.first_plan.board import Board, Place
from scheduler.agenda.first_plan.ground import Grounds
from scheduler.agenda.first_plan.placing import place_of, placements_of
from scheduler.agenda.large.choosing import Chooser
from scheduler.agenda.large.part import Part, part_of
from scheduler.agenda.legal import Legal
from scheduler.agenda.model import AgendaModel, solution_of
from scheduler.agenda.problem import AgendaProblem
from scheduler.agenda.score import stage_values
from scheduler.agenda.solution import Placement
from scheduler.core.cpsat import Solved, objective_at, run
from scheduler.core.limits import Control, Limits, Stopwatch

PARAMETERS: Mapping[str, object] = {
    "cp_model_probing_level": 0,
    "symmetry_level": 0,
    "linearization_level": 0,
    "max_presolve_iterations": 1,
}
SCALES = ((30, 4), (32, 6), (40, 8), (50, 10), (60, 14), (75, 20))
"""Sessions placed anew together and rooms to choose from; what brings nothing is tried on a larger scale."""
PATIENCE = 14
"""Neighbourhoods without gain before the next scale."""
WORK = 0.2
"""Deterministic time for one neighbourhood."""
SIDEWAYS = 0.25
"""How often an equal plan is looked for that is different."""

Rank = tuple[int, ...]
Places = dict[int, Place]


@dataclass(frozen=True)
class Task:
    """A neighbourhood on its way: the sessions with where they were, and the problem that they make."""

    kind: int
    old: dict[int, Place | None]
    part: Part


def improve(
    problem: AgendaProblem,
    legal: Mapping[str, Legal],
    placements: Iterable[Placement],
    *,
    limits: Limits,
    control: Control,
    is_over: Callable[[], bool],
    offer: Callable[[list[Placement]], None],
    patience: int | None = None,
) -> float:
    """Make a right plan better until it is over.

    Args:
        is_over: asked before each neighbourhood.
        offer: takes each plan that is better than all before it; called by one thread at a time.
        patience: give up after so many neighbourhoods without gain.

    Returns:
        The deterministic time spent. With one worker, a seed gives the same plans in the same order.
    """
    grounds = Grounds(problem, legal)
    if grounds.is_too_long:
        return 0.0
    shared = _Shared(problem, legal, grounds, placements, offer)
    with ThreadPoolExecutor(limits.workers, thread_name_prefix="large") as pool:
        workers = [_Worker(shared, limits, control, is_over, patience, number) for number in range(limits.workers)]
        for done in [pool.submit(worker.work) for worker in workers]:
            done.result()
    return sum(worker.spent for worker in workers)


class _Shared:
    """The best plan on a board; whoever looks at it or changes it holds the lock."""

    def __init__(
        self,
        problem: AgendaProblem,
        legal: Mapping[str, Legal],
        grounds: Grounds,
        placements: Iterable[Placement],
        offer: Callable[[list[Placement]], None],
    ) -> None:
        self.lock = threading.Lock()
        self.problem, self.legal = problem, legal
        self.grounds = grounds
        self.board = Board(self.grounds)
        self._offer = offer
        self._under_way: set[int] = set()
        self._even = [1] * len(self.grounds.sessions)
        self.fruitless = 0
        for placement in placements:
            self.board.put(*place_of(self.grounds, placement))
        self._rank = self._rank_now()

    def take_task(self, chooser: Chooser, scale: tuple[int, int], random: Random) -> Task | None:
        sessions, rooms = scale
        kind, free = chooser.draw(sessions)
        free -= self._under_way
        if not free:
            return None
        self._under_way |= free
        old = {number: self.board.places.get(number) for number in sorted(free)}
        self._lift(old)
        part = part_of(self.board, self.legal, old, choices=rooms, random=random)
        self._put(old)
        return Task(kind, old, part)

    def finish(self, task: Task, new: Iterable[Placement] | None) -> bool:
        """Put what was found in place of what was there, unless it is worse or another thread got in the way."""
        self._under_way -= set(task.old)
        found = None if new is None else dict(place_of(self.grounds, placement) for placement in new)
        is_gain = found is not None and found != task.old and self._exchange(task.old, found)
        self.fruitless = 0 if is_gain else self.fruitless + 1
        return is_gain

    def places_of(self, old: Mapping[int, Place | None]) -> list[Placement]:
        return placements_of(self.grounds, {number: place for number, place in old.items() if place is not None})

    def _exchange(self, old: Mapping[int, Place | None], new: Places) -> bool:
        self._lift(old)
        put: dict[int, Place | None] = {}
        for number, place in new.items():
            if self.board.in_the_way(number, place, self._even):
                break
            self.board.put(number, place)
            put[number] = place
        rank = self._rank_now() if len(put) == len(new) else None
        if rank is None or rank > self._rank:
            self._lift(put)
            self._put(old)
            return False
        is_gain, self._rank = rank < self._rank, rank
        if is_gain:
            self._offer(self.places_of(self.board.places))
        return is_gain

    def _lift(self, old: Mapping[int, Place | None]) -> None:
        for number, place in old.items():
            if place is not None:
                self.board.take_off(number)

    def _put(self, old: Mapping[int, Place | None]) -> None:
        for number, place in old.items():
            if place is not None:
                self.board.put(number, place)

    def _rank_now(self) -> Rank:
        return tuple(stage_values(self.problem, solution_of(self.problem, self.places_of(self.board.places))).values())


class _Worker:
    """One thread of the loop, with a scale and a seed of its own."""

    def __init__(
        self,
        shared: _Shared,
        limits: Limits,
        control: Control,
        is_over: Callable[[], bool],
        patience: int | None,
        number: int,
    ) -> None:
        self._shared, self._limits, self._is_over, self._patience = shared, limits, is_over, patience
        self._control = control.quiet()
        self._random = Random(limits.seed * 1000 + number)  # noqa: S311 - no secret, only a choice
        self._chooser = Chooser(shared.board, self._random)
        self._scale, self._misses = 0, 0
        self.spent = 0.0

    def work(self) -> None:
        while not self._is_done():
            with self._shared.lock:
                task = self._shared.take_task(self._chooser, SCALES[self._scale], self._random)
            if task is None:
                continue
            if task.part.is_too_large:
                return
            model = task.part.model()
            solved = self._solve(model, model.hint(self._shared.places_of(task.old)))
            self.spent += solved.deterministic_time
            new = None if solved.values is None else model.decode(solved).placements
            with self._shared.lock:
                is_gain = self._shared.finish(task, new)
                self._chooser.learn(task.kind, is_gain=is_gain)
            self._adapt(is_gain=is_gain)

    def _is_done(self) -> bool:
        if self._patience is not None and self._shared.fruitless >= self._patience:
            return True
        if self._limits.budget is not None and self.spent >= self._limits.budget:
            return True
        return self._is_over()

    def _solve(self, model: AgendaModel, hint: dict[int, int]) -> Solved:
        if self._random.random() < SIDEWAYS and self._scale > 0:
            # Without a hint some other plan is found that costs as much, from which there may be a way on.
            model.cp.proto.objective.domain.extend([-(2**50), objective_at(model.cp, hint)])
            hint = {}
        return run(
            model.cp,
            stage="cost",
            sense="min",
            limits=replace(self._limits, workers=1, seed=self._random.randrange(1000)),
            seconds=0.0,
            control=self._control,
            stopwatch=Stopwatch(),
            hint=hint,
            deterministic_time=WORK,
            parameters=PARAMETERS,
        )

    def _adapt(self, *, is_gain: bool) -> None:
        self._misses = 0 if is_gain else self._misses + 1
        if is_gain and self._scale > 0:
            self._scale -= 1
        elif self._misses >= PATIENCE and self._scale + 1 < len(SCALES):
            self._scale, self._misses = self._scale + 1, 0
