"""The stages one after the other, each fixed before the next; what is proven without search is not searched for."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from scheduler.core.cpsat import Solved, run
from scheduler.core.limits import Control, Limits, Stopwatch
from scheduler.core.outcome import Sense, StageResult
from scheduler.pairing.model import build
from scheduler.pairing.score import Candidate, Pool, stage_values, stages_of
from scheduler.pairing.solution import PairingSolution
from scheduler.pairing.solve.ceilings import ceiling_of
from scheduler.pairing.solve.plans import better_of, decoded, hint_of
from scheduler.pairing.solve.relaxation import Relaxed, relax

CORE = 1000
"""Among more candidates than this, those closest to the relaxation are searched first."""

PER_MEMBER = 8
"""How many pairs and how many triangles of each member that first search holds at least."""

LEAST_WORK = 0.001
"""A budget of this many deterministic units or fewer is used up."""


@dataclass
class Spending:
    """What is left of the time limit and of the budget in deterministic units."""

    limits: Limits
    control: Control
    stopwatch: Stopwatch
    work_left: float | None

    @property
    def seconds_left(self) -> float:
        return max(0.05, self.limits.time_limit - self.stopwatch.seconds)

    @property
    def is_over(self) -> bool:
        """Whether nothing is left to spend, or the solve is to stop: then the plan at hand has to do."""
        if self.control.is_stopped:
            return True
        if self.work_left is not None:
            return self.work_left <= LEAST_WORK
        return self.stopwatch.seconds >= self.limits.time_limit


@dataclass
class Staging:
    """The best plan so far, the stages fixed, and the candidates that a plan as good in them may hold."""

    pool: Pool
    candidates: list[Candidate]
    spending: Spending
    best: PairingSolution | None
    hint: PairingSolution | None
    is_infeasible: bool = False
    fixed: dict[str, int] = field(default_factory=dict)
    results: dict[str, StageResult] = field(default_factory=dict)

    def run(self) -> None:
        """Optimise every stage; a stage that runs out of its time is fixed at what it reached."""
        senses = stages_of(self.pool.problem)
        for position, (stage, sense) in enumerate(senses.items()):
            before = self.spending.stopwatch.seconds
            # Half of the time left, so that a hard stage leaves as much to those that follow.
            bound = self._optimise(stage, sense, share=0.5 if position < len(senses) - 1 else 1.0)
            if self.best is None:
                return
            value = self.fixed[stage] = self._value(stage)
            seconds = round(self.spending.stopwatch.seconds - before, 4)
            self.results[stage] = StageResult(name=stage, sense=sense, value=value, bound=bound, seconds=seconds)
            if self.spending.control.is_stopped:
                return

    def _optimise(self, stage: str, sense: Sense, *, share: float) -> int | None:
        """Improve the best plan in one stage; returns a bound that holds for all plans as good in the stages before."""
        if self.best is None:
            return self._search(self.candidates, stage, sense, share=share)
        bound = ceiling_of(self.pool, self.candidates, stage, self.fixed)
        if self._is_done(stage, bound):
            return bound
        seconds = self.spending.seconds_left
        relaxed = relax(self.pool, self.candidates, stage=stage, fixed=self.fixed, seconds=seconds)
        if relaxed is not None:
            bound = tighter(sense, bound, relaxed.bound)
            if not self._is_done(stage, bound) and len(self.candidates) > CORE:
                self._search(self._core(relaxed), stage, sense, share=share / 2)
            self._drop(relaxed, stage)
        if self._is_done(stage, bound):
            return bound
        bound = tighter(sense, bound, self._search(self.candidates, stage, sense, share=share))
        if relaxed is not None:
            self._drop(relaxed, stage)
        return bound

    def _search(self, candidates: Sequence[Candidate], stage: str, sense: Sense, *, share: float) -> int | None:
        """Run CP-SAT over some candidates and keep what it finds; the bound holds for plans of these only."""
        built = build(self.pool, candidates)
        expressions = {each.name: each.expression for each in built.stages}
        for name, value in self.fixed.items():
            built.model.add(expressions[name] <= value if name == "changes" else expressions[name] >= value)
        must_raise = stage == "lowest" and self.best is not None
        if must_raise:
            # Asking for more than the plan at hand lets presolve drop whatever is worth too little.
            built.model.add(expressions[stage] >= self._value(stage) + 1)
        (built.model.maximize if sense == "max" else built.model.minimize)(expressions[stage])
        spending = self.spending
        solved = run(
            built.model,
            stage=stage,
            sense=sense,
            limits=spending.limits,
            seconds=spending.seconds_left * share,
            control=spending.control,
            stopwatch=spending.stopwatch,
            hint=hint_of(built, self.best or self.hint),
            deterministic_time=None if spending.work_left is None else spending.work_left * share,
        )
        if spending.work_left is not None:
            spending.work_left = max(LEAST_WORK, spending.work_left - solved.deterministic_time)
        if must_raise and solved.status == "infeasible":
            return self._value(stage)
        self._keep(solved, [] if solved.values is None else [decoded(built, solved)], stage)
        return solved.bound

    def _keep(self, solved: Solved, found: list[PairingSolution], stage: str) -> None:
        if solved.status == "infeasible":
            if self.best is not None:
                raise RuntimeError(f"the model of stage {stage} refuses a plan that keeps every rule")
            self.is_infeasible = True
        plans = found if self.best is None else [self.best, *found]
        self.best = better_of(self.pool.problem, plans)

    def _core(self, relaxed: Relaxed) -> list[Candidate]:
        close = {candidate.members for candidate in relaxed.closest(self.candidates, count=CORE, per_member=PER_MEMBER)}
        return self._those(lambda candidate: candidate.members in close)

    def _drop(self, relaxed: Relaxed, stage: str) -> None:
        """Leave out what no plan holds that is as good as the best one."""
        value = self._value(stage)
        self.candidates = self._those(lambda candidate: relaxed.allows(candidate, value))

    def _those(self, wanted: Callable[[Candidate], bool]) -> list[Candidate]:
        """The candidates asked for, and those of the best plan in any case."""
        assert self.best is not None
        formed = {partnership.ids for partnership in self.best.partnerships}
        return [one for one in self.candidates if wanted(one) or one.ids in formed]

    def _is_done(self, stage: str, bound: int | None) -> bool:
        return self._value(stage) == bound or self.spending.is_over

    def _value(self, stage: str) -> int:
        assert self.best is not None
        return stage_values(self.pool.problem, self.best)[stage]


def tighter(sense: Sense, one: int | None, other: int | None) -> int | None:
    """The stronger of two bounds, either of which may be missing."""
    bounds = [bound for bound in (one, other) if bound is not None]
    return (min if sense == "max" else max)(bounds, default=None)
