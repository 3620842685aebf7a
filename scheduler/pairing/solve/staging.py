"""The stages one after the other, each fixed before the next; what is proven without search is not searched for."""

from dataclasses import dataclass, field

import numpy as np

from scheduler.core.limits import Progress
from scheduler.core.outcome import StageResult
from scheduler.pairing.catalogue import Catalogue, Numbers
from scheduler.pairing.score import Pool, stages_of
from scheduler.pairing.solve import attempts
from scheduler.pairing.solve.attempts import (
    Nearness,
    attempt,
    closest,
    first_columns,
    floored,
    meets,
    nearness,
    plan_of,
    search,
    slack,
    tried,
    without_lowest,
)
from scheduler.pairing.solve.by_size import relax_by_size
from scheduler.pairing.solve.ceilings import ceiling_of
from scheduler.pairing.solve.master import Master
from scheduler.pairing.solve.mip import branch, is_exact
from scheduler.pairing.solve.opening import LARGE, opening
from scheduler.pairing.solve.plans import Plan, better_of
from scheduler.pairing.solve.proof import Relaxed
from scheduler.pairing.solve.rows import Goal
from scheduler.pairing.solve.search import Found, Wanted, look
from scheduler.pairing.solve.spending import Part, Spending

OPENING = 0.3
"""The opening of a large pool takes at most this part of the time twice: for a plan, and to raise its lowest value."""

_WIDER = 4
_MOST_TRIED = 10_000

_MOST_AT_ONCE = 100_000
_PER_SECOND = 4_000
"""So many candidates at most go into one model, and for each second left: to write it down takes time as well."""


@dataclass
class Staging:
    """The best plan so far, the stages fixed, and the candidates that a plan as good in them may hold."""

    pool: Pool
    catalogue: Catalogue
    spending: Spending
    best: Plan | None
    is_infeasible: bool = False
    fixed: dict[str, int] = field(default_factory=dict)
    results: dict[str, StageResult] = field(default_factory=dict)

    def run(self) -> None:
        """Optimise every stage; a stage that runs out of its time is fixed at what it reached."""
        if self.best is None:
            found = attempt(self.catalogue, {}, self.spending.part(1.0), known=None)
            self.best, self.is_infeasible = found.plan, found.status == "infeasible"
        self._open()
        senses = stages_of(self.pool.problem)
        for position, (stage, sense) in enumerate(senses.items()):
            if self.best is None:
                return
            before = self.spending.stopwatch.seconds
            # Half of the time left, so that a hard stage leaves as much to those that follow.
            part = self.spending.part(0.5 if position < len(senses) - 1 else 1.0)
            bound = self._optimise(stage, part)
            value = self.fixed[stage] = self.best.values[stage]
            seconds = round(self.spending.stopwatch.seconds - before, 4)
            self.results[stage] = StageResult(name=stage, sense=sense, value=value, bound=bound, seconds=seconds)
            self._report(stage, bound)
            if self.spending.control.is_stopped:
                return

    def _open(self) -> None:
        """Begin a large pool with a plan found among few candidates, in all stages but ``changes``."""
        is_small = len(self.catalogue) < LARGE
        if self.best is None or is_small or self.pool.problem.changes_first or self.spending.is_over:
            return
        opened = opening(self.catalogue, self.spending.part(OPENING), known=self.best)
        if opened is None:
            return
        self._keep(opened.plan, "reached", None)
        fixed = {stage: self.best.values[stage] for stage in ("reached", "paired")}
        few = Staging(self.pool, opened.few, self.spending, self.best, fixed=fixed)
        few._raise_lowest(ceiling_of(opened.few, "lowest", fixed) or 0, self.spending.part(OPENING))
        self._keep(few.best, "lowest", None)

    def _optimise(self, stage: str, part: Part) -> int | None:
        """Improve the best plan in one stage; returns a bound that holds for all plans as good in the stages before."""
        bound = ceiling_of(self.catalogue, stage, self.fixed)
        if self._value(stage) == bound or part.is_over:
            return bound
        if stage == "lowest":
            assert bound is not None
            return self._raise_lowest(bound, part)
        if stage in ("reached", "paired"):
            return self._raise_count(stage, bound, part)
        return self._optimise_sum(stage, bound, part)

    def _raise_count(self, stage: str, bound: int | None, part: Part) -> int | None:
        """A plan at the bound if a few candidates make one; else the most that more and more of them allow."""
        master, relaxed = self._relaxed(stage, part)
        if relaxed is None:
            return bound
        bound = relaxed.bound if bound is None else min(bound, relaxed.bound)
        near = nearness(self.catalogue, {**self.fixed, stage: bound}, part)
        while near is attempts.NO_PLAN and bound > self._value(stage) + 1:
            bound -= 1
            near = nearness(self.catalogue, {**self.fixed, stage: bound}, part)
        if near is attempts.NO_PLAN:
            bound = self._value(stage)
        if isinstance(near, Nearness):
            bound = self._widen(master, relaxed, near, stage, bound, part)
        self._drop(relaxed, self._value(stage))
        return bound

    def _widen(self, master: Master, relaxed: Relaxed, near: Nearness, stage: str, bound: int, part: Part) -> int:
        assert self.best is not None
        values = {**self.fixed, stage: bound}
        size = attempts.CORE
        while self._value(stage) < bound and not part.is_over:
            close = closest(near, size, self.best.groups)
            found = search(near.master, close, values, part, hint=self.best.groups)
            self._keep(found.plan, stage, bound)
            if self._value(stage) >= bound:
                break
            allowed = relaxed.allowed(self._value(stage) + 1)
            is_all = size >= np.count_nonzero(allowed)
            numbers = np.flatnonzero(allowed) if is_all else np.union1d(near.origin[close], self._numbers_of(self.best))
            found = self._most(master, numbers, stage, part, share=0.5)
            self._keep(found.plan, stage, bound)
            if is_all:
                if found.status == "infeasible":
                    return self._value(stage)
                return bound if found.bound is None else max(self._value(stage), min(bound, found.bound))
            size *= _WIDER
        return bound

    def _raise_lowest(self, most: int, part: Part) -> int:
        """The largest floor that the relaxation allows, and a plan that stands on it or the next one below."""
        bound = self._largest_floor(most, part)
        step = 1
        asked = bound
        while (value := self._value("lowest")) < bound and not part.is_over:
            found = attempt(self.catalogue, self._standing_on(asked), part, known=self.best)
            self._keep(found.plan, "lowest", bound)
            if found.status == "infeasible":
                bound = asked - 1
                step *= 2
            elif found.plan is None:
                # Not known: a floor half-way down may still raise the plan; the bound stays.
                step = max(step, (asked - value) // 2)
                if asked <= value + 1:
                    break
            asked = max(self._value("lowest") + 1, min(bound, asked - step + 1 if found.plan is None else bound))
            if found.plan is not None:
                step = 1
        return bound

    def _standing_on(self, floor: int) -> dict[str, int]:
        """Where nobody has a partnership the lowest value is 0, so a floor asks for somebody who has one."""
        return {**self.fixed, "paired": max(1, self.fixed["paired"]), "lowest": floor}

    def _largest_floor(self, most: int, part: Part) -> int:
        """The largest floor that the relaxation allows; asked from the plan upwards, which mostly stands near it."""
        low, high, step = self._value("lowest"), most, 1
        while low < high and not part.is_over:
            asked = min(high, low + step)
            if not self._is_missed(asked, part):
                low, step = asked, step * 2
                continue
            high = asked - 1
            step = max(1, min(step // 2, high - low))
        return high

    def _is_missed(self, floor: int, part: Part) -> bool:
        missed = slack(floored(self.catalogue, floor), self._standing_on(floor), part)
        return missed is not None and missed.reach < 0

    def _optimise_sum(self, stage: str, bound: int | None, part: Part) -> int | None:
        """Plans near the bound first: they hold few candidates, and if there is none the bound comes down.

        Within, ``changes`` counts below 0, so that more is better for both stages.
        """
        self.catalogue = floored(self.catalogue, self.fixed.get("lowest", 0))
        master, relaxed = self._relaxed(stage, part)
        if relaxed is None:
            return self._without_prices(stage, bound, part)
        sign = -1 if stage == "changes" else 1
        top = relaxed.bound if bound is None else min(relaxed.bound, sign * bound)
        gap = _first_gap(relaxed, top)
        size = attempts.CORE
        while self._is_open(relaxed, stage, sign, top, size) and size <= _MOST_TRIED and not part.is_over:
            self._try_closest(master, relaxed, stage, size, part)
            size *= _WIDER
        while (value := sign * self._value(stage)) < top and not part.is_over:
            least = value + 1
            if np.count_nonzero(relaxed.allowed(least)) > 2 * attempts.CORE:
                least = max(least, top - gap)
            found = self._most(master, np.flatnonzero(relaxed.allowed(least)), stage, part)
            self._keep(found.plan, stage, sign * top)
            if found.bound is not None:
                # What is left out comes to less than ``least``.
                top = min(top, max(sign * found.bound, least - 1))
            elif found.status == "infeasible":
                top = least - 1
            if found.status in ("feasible", "unknown"):
                break
            gap *= _WIDER
        self._drop(relaxed, sign * self._value(stage))
        return sign * top

    def _without_prices(self, stage: str, bound: int | None, part: Part) -> int | None:
        """Where numbers are too large for the relaxation: search a pool that is small enough for it as a whole."""
        if part.is_over or len(self.catalogue) > _MOST_TRIED:
            return bound
        assert self.best is not None
        found = look(self.catalogue, Wanted(self.fixed, stage), part, hint=self.best.groups)
        self._keep(found.plan, stage, found.bound)
        return bound if found.bound is None else found.bound

    def _most(self, master: Master, numbers: Numbers, stage: str, part: Part, *, share: float = 0.7) -> Found:
        """The best plan among some candidates; ``bound`` in the sense of the stage. Of too many nothing is known."""
        assert self.best is not None
        if len(numbers) > _most_at_once(part):
            return Found("unknown", None, None)
        if not is_exact(master):
            close = np.union1d(numbers, self._numbers_of(self.best))
            return look(master.catalogue.only(close), Wanted(self.fixed, stage), part, hint=self.best.groups)
        sign = -1 if stage == "changes" else 1
        answer = branch(master, numbers, part, share=share)
        plan = None if answer.numbers is None else plan_of(master.catalogue, answer.numbers)
        if plan is not None and not meets(plan, self.fixed):
            plan = None
        if answer.status == "unknown" or (plan is None and answer.numbers is not None):
            close = np.union1d(numbers, self._numbers_of(self.best))
            return look(master.catalogue.only(close), Wanted(self.fixed, stage), part, hint=self.best.groups)
        return Found(answer.status, plan, None if answer.bound is None else sign * answer.bound)

    def _is_open(self, relaxed: Relaxed, stage: str, sign: int, top: int, size: int) -> bool:
        """Whether the bound is not met and too many candidates may still make a better plan to search them all."""
        value = sign * self._value(stage)
        return value < top and int(np.count_nonzero(relaxed.allowed(value + 1))) > 2 * size

    def _try_closest(self, master: Master, relaxed: Relaxed, stage: str, size: int, part: Part) -> None:
        """Make the plan at hand better among what the relaxation forms and what costs it least; proves nothing."""
        assert self.best is not None
        close = np.union1d(tried(self.catalogue, relaxed, size), self._numbers_of(self.best))
        self._keep(self._most(master, close, stage, part, share=0.3).plan, stage, None)

    def _relaxed(self, stage: str, part: Part) -> tuple[Master, Relaxed | None]:
        assert self.best is not None
        goal = Goal(stage, without_lowest(self.fixed), self.fixed.get("lowest", 0))
        start = np.union1d(self._numbers_of(self.best), first_columns(self.catalogue))
        master = Master(self.catalogue, goal)
        sign = -1 if stage == "changes" else 1
        return master, relax_by_size(master, start, above=sign * self._value(stage), seconds=part.clock())

    def _numbers_of(self, plan: Plan) -> Numbers:
        return np.array(sorted(self.catalogue.numbers_of(plan.groups).values()), dtype=np.int64)

    def _keep(self, plan: Plan | None, stage: str, bound: int | None) -> None:
        if plan is not None:
            self.best = better_of([plan] if self.best is None else [self.best, plan])
            self._report(stage, bound)

    def _report(self, stage: str, bound: int | None) -> None:
        seconds, value = self.spending.stopwatch.seconds, self._value(stage)
        self.spending.control.report(Progress(seconds=seconds, stage=stage, incumbent=value, bound=bound))

    def _drop(self, relaxed: Relaxed, value: int) -> None:
        """Leave out what no plan holds that is as good as the best one."""
        assert self.best is not None
        kept = relaxed.allowed(value)
        kept[self._numbers_of(self.best)] = True
        self.catalogue = self.catalogue.only(kept)

    def _value(self, stage: str) -> int:
        assert self.best is not None
        return self.best.values[stage]


def _most_at_once(part: Part) -> int:
    return _MOST_AT_ONCE if part.has_budget else min(_MOST_AT_ONCE, int(max(0.0, part.seconds) * _PER_SECOND))


def _first_gap(relaxed: Relaxed, top: int) -> int:
    """How far below the bound to look first: where some hundred candidates come together."""
    if len(relaxed.losses) <= attempts.CORE:
        return max(1, top)
    loss = int(np.partition(relaxed.losses, attempts.CORE)[attempts.CORE])
    return max(1, top - (relaxed.reach - loss) // relaxed.scale)
