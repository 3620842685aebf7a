"""The state of one solve: the best plan so far, what is known of each stage, and what may still be spent."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ortools.sat.python import cp_model

from scheduler.core.cpsat import Solved
from scheduler.core.limits import Control, Limits, Progress, Stopwatch
from scheduler.core.outcome import StageResult, Status
from scheduler.meetings.ideals import ranges
from scheduler.meetings.legal import Legal
from scheduler.meetings.problem import MeetingsProblem
from scheduler.meetings.score import SENSES, stage_names, stage_values
from scheduler.meetings.solution import MeetingsSolution
from scheduler.meetings.tables import Placed, Places, busiest_first, plan_of
from scheduler.meetings.validation import validate
from scheduler.meetings.variables import Variables

LEAST_SECONDS, LEAST_WORK = 0.02, 0.001
"""With less time or work left no further search is begun."""
ENDING = 3.0
"""What comes after a search takes so many times as long as to look at one plan."""


@dataclass(frozen=True)
class Plan:
    """A plan that breaks no rule, by number and as a solution, with the value of each stage."""

    placed: tuple[Placed, ...]
    solution: MeetingsSolution
    values: dict[str, int]


class Search:
    """One solve: the best plan so far, and what is known of each stage."""

    def __init__(self, problem: MeetingsProblem, limits: Limits, control: Control) -> None:
        self.problem, self.limits, self.control = problem, limits, control
        self.stopwatch = Stopwatch()
        self.legal = Legal(problem)
        self.ranges = ranges(self.legal)
        self.names = stage_names(problem)
        self.best: Plan | None = None
        self.offer_seconds = 0.0
        self.hinted: Places = {}
        self.bounds: dict[str, int] = {}
        self.seconds: dict[str, float] = {}
        self.is_infeasible = False
        self.work_left = None if limits.budget is None else float(limits.budget)

    def offer(self, placed: Sequence[Placed]) -> bool:
        """Take a plan if it breaks no rule and is better than the one we have; whether it was taken."""
        started = self.stopwatch.seconds
        is_taken = self._take(placed)
        self.offer_seconds = max(self.offer_seconds, self.stopwatch.seconds - started)
        return is_taken

    def _take(self, placed: Sequence[Placed]) -> bool:
        # A hint's tables may bar the way to the rest where slots overlap; then they go.
        solution = plan_of(self.legal, placed, self.hinted) or plan_of(self.legal, placed)
        if solution is None:
            return False
        values = stage_values(self.problem, solution)
        is_better = self.best is None or _rank(values) < _rank(self.best.values)
        if not is_better or validate(self.problem, solution):
            return False
        self.best = Plan(tuple(placed), solution, values)
        self.stopwatch.mark_first()
        return True

    def report(self, name: str) -> None:
        if self.best is not None:
            found, bound = self.best.values[name], self.ranges[name].best
            self.control.report(Progress(seconds=self.stopwatch.seconds, stage=name, incumbent=found, bound=bound))

    def following(self, name: str) -> int:
        """How many stages after this one are still to be searched."""
        return sum(not self.is_known(later) for later in self.names[self.names.index(name) + 1 :])

    def spend(self, work: float) -> None:
        """Take deterministic work off the budget, if there is one."""
        if self.work_left is not None:
            self.work_left = max(0.0, self.work_left - work)

    def note(self, variables: Variables, solved: Solved) -> None:
        if solved.status == "infeasible":
            if self.best is not None:
                raise RuntimeError("the model has no room for a plan that breaks no rule")
            self.is_infeasible = True
        if solved.values is not None:
            self.offer(variables.read(solved.values))

    def hint(self, variables: Variables) -> Mapping[int, int] | None:
        return None if self.best is None else variables.hint(busiest_first(self.legal, self.best.placed))

    def is_known(self, name: str) -> bool:
        """Whether a stage is proven without search: no plan differs in it, or the plan has the best there can be."""
        found = self.ranges[name]
        return found.is_settled or (self.best is not None and self.best.values[name] == found.best)

    @property
    def end(self) -> float:
        """When the search must end: the plan is still to be checked, and given reasons for what it leaves out."""
        return self.limits.time_limit - max(LEAST_SECONDS, ENDING * self.offer_seconds)

    def is_over(self) -> bool:
        if self.control.is_stopped:
            return True
        if self.work_left is not None:
            return self.work_left < LEAST_WORK
        return self.stopwatch.seconds > self.end

    def stage_results(self) -> tuple[StageResult, ...]:
        if self.best is None:
            return ()
        return tuple(
            StageResult(
                name=name,
                sense=SENSES[name],
                value=self.best.values[name],
                bound=self.bounds.get(name, self.ranges[name].best),
                seconds=round(self.seconds.get(name, 0.0), 4),
            )
            for name in self.names
        )

    def status(self) -> Status:
        if self.is_infeasible:
            return "infeasible"
        if self.best is not None and all(stage.is_proven for stage in self.stage_results()):
            return "optimal"
        if self.control.is_stopped:
            return "stopped"
        return "unknown" if self.best is None else "feasible"


def aim(model: cp_model.CpModel, name: str, expression: cp_model.LinearExprT) -> None:
    (model.maximize if SENSES[name] == "max" else model.minimize)(expression)


def fix(model: cp_model.CpModel, name: str, expression: cp_model.LinearExprT, reached: int) -> None:
    if not isinstance(expression, int):
        model.add(expression >= reached if SENSES[name] == "max" else expression <= reached)


def _rank(values: Mapping[str, int]) -> tuple[int, ...]:
    """Smaller is better, stage by stage."""
    return tuple(-value if SENSES[name] == "max" else value for name, value in values.items())
