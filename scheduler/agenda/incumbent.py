"""The best plan so far and what is proven about it."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from scheduler.agenda.model import solution_of
from scheduler.agenda.problem import AgendaProblem
from scheduler.agenda.score import score, stage_values
from scheduler.agenda.solution import AgendaOutcome, AgendaSolution, Placement
from scheduler.agenda.validation import validate
from scheduler.core.limits import Control, Limits, Progress, Stopwatch
from scheduler.core.outcome import StageResult, Status

STAGES = ("unplaced", "cost")


class Incumbent:
    """The best plan of a solve, with the value, the bound and the seconds of each stage by its name."""

    def __init__(
        self, problem: AgendaProblem, bounds: Mapping[str, int], control: Control, stopwatch: Stopwatch
    ) -> None:
        self._problem, self._control, self._stopwatch = problem, control, stopwatch
        self.best: AgendaSolution | None = None
        self.values: dict[str, int] = {}
        self.bounds = dict(bounds)
        self.seconds = dict.fromkeys(STAGES, 0.0)

    @property
    def is_proven(self) -> bool:
        return self.best is not None and all(self.values[name] == self.bounds[name] for name in STAGES)

    def offer(self, placements: Iterable[Placement], *, is_better_if_equal: bool = False) -> None:
        """Keep a plan if it is the best so far; a plan that breaks a rule must never leave."""
        solution = solution_of(self._problem, placements)
        violations = validate(self._problem, solution)
        if violations:
            raise RuntimeError(f"a plan that breaks rules was made: {violations[:3]}")
        self._stopwatch.mark_first()
        values = stage_values(self._problem, solution)
        rank, best = [values[name] for name in STAGES], [self.values.get(name, 0) for name in STAGES]
        if self.best is None or rank < best or (is_better_if_equal and rank == best):
            self.best, self.values = solution, values
            self.report()

    def raise_bound(self, name: str, *, by: int) -> None:
        """Add to the bound of a stage what was not counted in it."""
        if by > 0:
            self.bounds[name] += by
            self.report()

    def report(self) -> None:
        for name in STAGES:
            self._control.report(
                Progress(
                    seconds=self._stopwatch.seconds,
                    stage=name,
                    incumbent=self.values.get(name),
                    bound=self.bounds[name],
                )
            )

    def at_best(self, progress: Progress) -> Progress:
        """What a search says of itself, with what was found and proven before it."""
        known, value = self.bounds[progress.stage], self.values.get(progress.stage)
        bound = known if progress.bound is None else max(known, progress.bound)
        both = [one for one in (value, progress.incumbent) if one is not None]
        return replace(progress, bound=bound, incumbent=min(both, default=None))

    def outcome(self, status: Status, limits: Limits) -> AgendaOutcome:
        best = self.best
        return AgendaOutcome(
            status=status,
            solution=best,
            score=score(self._problem, best) if best else {},
            stages=tuple(self._stage_result(name) for name in STAGES) if best else (),
            seconds=round(self._stopwatch.seconds, 4),
            first_seconds=self._stopwatch.first_seconds if best else None,
            seed=limits.seed,
            workers=limits.workers,
        )

    def _stage_result(self, name: str) -> StageResult:
        return StageResult(
            name=name,
            sense="min",
            value=self.values[name],
            bound=self.bounds[name],
            seconds=round(self.seconds[name], 4),
        )
